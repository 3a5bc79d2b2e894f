package spec

import (
	"fmt"
	"regexp"
	"strings"
)

// Page is the specification, taken apart.
type Page struct {
	Rules  []Rule
	Blocks []Block
}

// Rule is a numbered statement: `**R4.7** An output ..`.
type Rule struct {
	ID   string // R4.7
	Line int    // in the page, from 1
}

// Block is a fenced piece of the language. The words behind the fence say what it
// is: nothing for a whole program that has no fault; `fragment PLACE` for a piece
// that is wrapped before it is checked; `fail CODE ..` for one that gives just
// these messages, warnings included.
type Block struct {
	Line  int    // of the fence
	Rule  string // the rule that it stands under
	Text  string
	Place string // of a fragment: module, fabric, schedule, train, policy or expr; empty for a program
	Codes []string
}

var (
	ruleStart = regexp.MustCompile(`^\*\*(R[0-9]+\.[0-9]+)\*\* `)
	codeForm  = regexp.MustCompile(`^[EW][0-9]{4}$`)
)

// Parse takes a page apart. The error names the line of a fence that is not
// closed or not understood.
func Parse(text string) (Page, error) {
	var p Page
	lines := strings.Split(text, "\n")
	rule := ""
	for i := 0; i < len(lines); i++ {
		if m := ruleStart.FindStringSubmatch(lines[i]); m != nil {
			rule = m[1]
			p.Rules = append(p.Rules, Rule{rule, i + 1})
		}
		words, fenced := strings.CutPrefix(lines[i], "```")
		if !fenced {
			continue
		}
		end := i + 1
		for end < len(lines) && lines[end] != "```" {
			end++
		}
		if end == len(lines) {
			return p, fmt.Errorf("line %d: the block is not closed", i+1)
		}
		if list := strings.Fields(words); len(list) > 0 && list[0] == "acl" {
			b := Block{Line: i + 1, Rule: rule, Text: strings.Join(lines[i+1:end], "\n") + "\n"}
			if err := b.annotate(list[1:]); err != nil {
				return p, fmt.Errorf("line %d: %w", i+1, err)
			}
			p.Blocks = append(p.Blocks, b)
		}
		i = end
	}
	return p, nil
}

// annotate reads the words behind a fence.
func (b *Block) annotate(words []string) error {
	if len(words) > 1 && words[0] == "fragment" {
		b.Place, words = words[1], words[2:]
		if _, ok := frames[b.Place]; !ok && b.Place != "expr" {
			return fmt.Errorf("a fragment of %q is not known", b.Place)
		}
	}
	if len(words) == 0 {
		return nil
	}
	if words[0] != "fail" || len(words) == 1 {
		return fmt.Errorf("%q is no annotation", strings.Join(words, " "))
	}
	for _, c := range words[1:] {
		if !codeForm.MatchString(c) {
			return fmt.Errorf("%q is no code", c)
		}
	}
	b.Codes = words[1:]
	return nil
}

const imports = `acl 1;
use std.nn;
use std.data;
use std.chips;
use std.control;
use std.analog;
`

// pair is the module and the fabric that the fragments of blocks speak of.
const pair = imports + `
module M {
  in  x: [64];
  out y: [10];
  unit fc1 = nn.dense(32);
  unit act = nn.relu();
  unit fc2 = nn.dense(10);
  route x -> fc1 -> act -> fc2 -> y;
}
fabric F : chips.fabric45 { modules { dense fast { count: 2; } dense fine { bits: 10; } } }
`

// frames stand around a fragment, by its place.
var frames = map[string][2]string{
	"module":   {imports + "module M {\n", "}\n"},
	"fabric":   {imports + "fabric F : chips.fabric45 {\n", "}\n"},
	"schedule": {pair + "schedule M on F {\n", "}\n"},
	"train":    {pair + "train M on F {\n", "}\n"},
	"policy":   {pair + "policy P {\n", "}\n"},
	"file":     {pair, ""},
}

// Program is the text that is checked in place of a block.
func (b Block) Program() string {
	f := frames[b.Place]
	return f[0] + b.Text + f[1]
}
