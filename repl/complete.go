package repl

import (
	"slices"
	"strings"

	"acl/internal/evaluate"
	"acl/lang/syntax"
	"acl/stdlib"
)

// units are those of the language with the prefixes that are common before them.
var units = strings.Fields("V mV uV A mA uA nA pA fA Ohm kOhm MOhm F nF pF fF S mS uS s ms us ns ps Hz kHz MHz GHz " +
	"J mJ uJ nJ pJ fJ W mW uW K m um nm dB bit V/s V/us uA/V2 nV/rtHz")

// Complete returns the words that could stand in place of the one that ends at the
// end of a text, sorted, and how many bytes that word has. before are the lines of
// the entry above.
func (s *Session) Complete(before, line string) (words []string, length int) {
	if name, ok := strings.CutPrefix(line, ":"); ok {
		return s.completeCommand(name)
	}
	word := lastWord(line)
	if number := strings.TrimRight(word, letters); number != word && isNumber(number) {
		return prefixed(units, word[len(number):])
	}
	if isNumber(word) && word != "" {
		return prefixed(units, "")
	}
	return prefixed(s.candidates(before+line, len(before)+len(line)-len(word)), word)
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789.") == "" && text[0] != '.'
}

// lastWord is the dotted name or number that a line ends in.
func lastWord(line string) string {
	i := strings.LastIndexFunc(line, func(r rune) bool {
		return !(strings.ContainsRune(letters, r) || r >= '0' && r <= '9' || r == '_' || r == '.')
	})
	if i < 0 {
		return line
	}
	return line[i+1:]
}

// prefixed are the candidates that begin with a word.
func prefixed(candidates []string, word string) ([]string, int) {
	var out []string
	for _, c := range candidates {
		if strings.HasPrefix(c, word) && c != word {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), len(word)
}

// completeCommand completes a command's name, or its argument.
func (s *Session) completeCommand(typed string) ([]string, int) {
	name, arg, spaced := strings.Cut(typed, " ")
	var candidates []string
	switch {
	case !spaced:
		for _, c := range commands() {
			candidates = append(candidates, c.name)
		}
		return prefixed(candidates, typed)
	case name == "lower":
		candidates = []string{"ir", "fabric"}
		for _, p := range passNames() {
			candidates = append(candidates, "after:"+p)
		}
	case name == "doc" || name == "type":
		candidates = s.scope.Topics()
	case slices.ContainsFunc(commands(), func(c command) bool { return c.name == name && strings.Contains(c.args, "MODULE") }):
		candidates = s.modules()
	}
	return prefixed(candidates, strings.TrimLeft(arg, " "))
}

// modules are the names of the session's own modules.
func (s *Session) modules() []string {
	var out []string
	for _, m := range s.prog.Modules {
		if m.Unit == s.prog.Root {
			out = append(out, m.Decl.Name.Text)
		}
	}
	return out
}

// candidates are the names that may stand at a place: parameters inside a call, keys
// inside a settings block, names of the module that is being typed, and what can be
// named anywhere.
func (s *Session) candidates(text string, at int) []string {
	out := append(s.scope.Names(), s.modules()...)
	t := stdlib.Table()
	for name := range t.Primitives {
		out = append(out, name)
	}
	for name := range t.Funcs {
		out = append(out, name)
	}
	out = append(out, syntax.Keywords...)
	open, callee := enclosing(text[:at])
	if open == '(' {
		out = append(out, s.parameters(callee)...)
	}
	if block, path := blockOf(text[:at]); block != "" {
		out = append(out, keysOf(block, path)...)
	}
	return append(out, declared(text[:at])...)
}

// enclosing is the innermost bracket that is open at the end of a text, and the name
// before it.
func enclosing(text string) (open byte, name string) {
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth == 0 {
				return text[i], lastWord(strings.TrimRight(text[:i], " "))
			}
			depth--
		}
	}
	return 0, ""
}

// parameters are those of a callable, each with the sign that gives it.
func (s *Session) parameters(name string) []string {
	var out []string
	if f := evaluate.Lookup(name); f != nil {
		for _, p := range f.Params {
			out = append(out, p.Name+" = ")
		}
	}
	t := stdlib.Table()
	if p := t.Primitive(name); p != nil {
		for _, p := range p.Params {
			out = append(out, p.Name+" = ")
		}
	}
	if f := t.Func(name); f != nil {
		for _, p := range f.Params {
			out = append(out, p.Name+" = ")
		}
	}
	if m := s.module(name); m != nil {
		for _, p := range m.Params {
			out = append(out, p.Name+" = ")
		}
	}
	return out
}

// blockOf is the settings block that a text ends inside of, and the path of the
// groups that are open in it: fabric, rail.
func blockOf(text string) (block, path string) {
	var heads []string
	start := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			heads = append(heads, strings.TrimSpace(text[start:i]))
			start = i + 1
		case '}':
			if len(heads) > 0 {
				heads = heads[:len(heads)-1]
			}
			start = i + 1
		case ';':
			start = i + 1
		}
	}
	if len(heads) == 0 {
		return "", ""
	}
	block, _, _ = strings.Cut(heads[0], " ")
	for _, h := range heads[1:] {
		key, _, _ := strings.Cut(h, " ")
		path += key + "."
	}
	return block, path
}

// keysOf are the keys of a block below a path.
func keysOf(block, path string) []string {
	var out []string
	for _, k := range stdlib.Table().Keys {
		if rest, ok := strings.CutPrefix(k.Path, path); ok && k.Block == block {
			out = append(out, rest)
		}
	}
	return out
}

// declared are the parameters, ports and units that the entry itself declares.
func declared(text string) []string {
	var out []string
	fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n:=;[({", r) })
	for i := 1; i < len(fields); i++ {
		switch fields[i-1] {
		case "param", "in", "out", "unit":
			out = append(out, fields[i])
		}
	}
	return out
}
