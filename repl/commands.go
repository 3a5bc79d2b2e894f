package repl

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"acl/internal/checkpoint"
	"acl/internal/evaluate"
	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
)

// The codes that this package reports; package diag explains each of them.
const (
	codeSyntax  diag.Code = "E0101"
	codeUnknown diag.Code = "E0201"
	codeFile    diag.Code = "E0206"
	codeRange   diag.Code = "E0403"
	codeRun     diag.Code = "E0615"
)

// call is a command as it was typed.
type call struct {
	arg  string
	span source.Span // of the argument; of the command where it has none
}

// command is one that begins with a colon.
type command struct {
	name string
	args string // as help shows them; [..] may be left out; empty: it takes none
	doc  string
	run  func(*Session, context.Context, call) (Result, diag.List)
}

// commands lists them in the order of help.
func commands() []command {
	return []command{
		{"help", "", "list the commands", (*Session).help},
		{"type", "NAME", "show a module's ports with their shapes, or what a name is", (*Session).showType},
		{"graph", "[MODULE]", "print the graph of a module", (*Session).graph},
		{"lower", "[FORM]", "print what the blocks are lowered to: ir, fabric or after:PASS", (*Session).lower},
		{"schedule", "[MODULE]", "print when each instruction of a step starts and how long it takes", (*Session).schedule},
		{"ranges", "[MODULE]", "print the signal that is expected at each read-out, its bound and its noise", (*Session).ranges},
		{"noise", "[MODULE]", "print the sources of error of the chip, and what they come to at each unit", (*Session).noise},
		{"run", "[MODULE]", "train, then answer the infer blocks; ^C stops it", (*Session).run},
		{"step", "[N or MODULE]", "run the next instruction of the control unit, or N; a module's chip is set up anew", (*Session).step},
		{"stack", "[MODULE]", "print what waits on a sample's stack: in the step under way, or as it is planned", (*Session).stack},
		{"ledger", "", "print what the last run spent, by phase and part", (*Session).ledger},
		{"load", "FILE", "begin anew with a program", (*Session).load},
		{"save", "FILE", "write what is declared to a file", (*Session).save},
		{"doc", "NAME", "say what a unit, function, key, chip or formula is", (*Session).doc},
		{"quit", "", "leave", func(*Session, context.Context, call) (Result, diag.List) { return Result{Quit: true}, nil }},
	}
}

// command finds and runs a command.
func (s *Session) command(ctx context.Context, file *source.File) (Result, diag.List) {
	at := strings.IndexByte(file.Text, ':')
	end := at + 1 + len(leading(file.Text[at+1:]))
	name := file.Text[at+1 : end]
	arg := strings.TrimSpace(file.Text[end:])
	span := file.Span(at, end)
	list := commands()
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.name
		if c.name != name {
			continue
		}
		if arg != "" {
			from := end + strings.Index(file.Text[end:], arg)
			span = file.Span(from, from+len(arg))
		}
		switch {
		case arg == "" && c.args != "" && c.args[0] != '[':
			return Result{}, diag.List{diag.Errorf(codeSyntax, span, "`:%s` takes %s", name, c.args)}
		case arg != "" && c.args == "":
			return Result{}, diag.List{diag.Errorf(codeSyntax, span, "`:%s` takes no argument", name)}
		}
		return c.run(s, ctx, call{arg, span})
	}
	d := diag.Errorf(codeUnknown, span, "unknown command `:%s`", name).WithHint("`:help` lists the commands")
	if near, ok := spell.Nearest(name, names); ok {
		d = d.WithHint("did you mean `:%s`?", near)
	}
	return Result{}, diag.List{d}
}

// leading is the word that a text begins with.
func leading(text string) string {
	if i := strings.IndexFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }); i >= 0 {
		return text[:i]
	}
	return text
}

func (s *Session) help(context.Context, call) (Result, diag.List) {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-22s %s\n", strings.TrimSpace(":"+c.name+" "+c.args), c.doc)
	}
	b.WriteString("Anything else is a declaration, which replaces one of the same name, or an expression:\n" +
		"  circuit.multiply(x = 0.1V, w = 0.5)\n")
	return Result{Text: b.String()}, nil
}

func (s *Session) doc(_ context.Context, c call) (Result, diag.List) {
	text, near, ok := s.scope.Page(c.arg)
	if ok {
		return Result{Text: text}, nil
	}
	d := diag.Errorf(codeUnknown, c.span, "nothing is called `%s`", c.arg)
	if near != "" {
		d = d.WithHint("did you mean `%s`?", near)
	}
	return Result{}, diag.List{d}
}

// load begins anew with a program from a file; where that has an error, the session
// stays as it was.
func (s *Session) load(_ context.Context, c call) (Result, diag.List) {
	p, err := job.Open(c.arg, nil)
	if err != nil {
		return Result{}, diag.List{diag.Errorf(codeFile, c.span, "%v", err)}
	}
	if p.Diags.HasErrors() {
		return Result{}, p.Diags
	}
	file := p.Files[0]
	f, diags := syntax.ParseFragment(file)
	if diags.HasErrors() {
		return Result{}, diags
	}
	next := New(s.o)
	next.text.dir = filepath.Dir(c.arg)
	r, diags := next.declare(file, f)
	if diags.HasErrors() {
		return Result{}, diags
	}
	*s = *next
	return r, diags
}

// save writes the program, whole.
func (s *Session) save(_ context.Context, c call) (Result, diag.List) {
	program, _ := s.text.write()
	err := checkpoint.WriteFile(c.arg, func(w io.Writer) error {
		_, err := io.WriteString(w, program)
		return err
	})
	if err != nil {
		return Result{}, diag.List{diag.Errorf(codeFile, c.span, "%v", err)}
	}
	if n := len(s.text.decls); n != 1 {
		return Result{Text: fmt.Sprintf("%d declarations in %s\n", n, c.arg)}, nil
	}
	return Result{Text: fmt.Sprintf("1 declaration in %s\n", c.arg)}, nil
}

// module is the module of a name as the session's program may write it, or nil.
func (s *Session) module(name string) *check.Module {
	for _, m := range s.prog.Modules {
		if m.Unit == s.prog.Root && m.Decl.Name.Text == name {
			return m
		}
		for _, i := range s.prog.Root.Imports {
			if m.Unit == i.Unit && i.Last+"."+m.Decl.Name.Text == name {
				return m
			}
		}
	}
	return nil
}

// moduleNamed is the module of a command's argument.
func (s *Session) moduleNamed(c call) (*check.Module, diag.List) {
	if m := s.module(c.arg); m != nil {
		return m, nil
	}
	var names []string
	for _, m := range s.prog.Modules {
		if m.Unit == s.prog.Root {
			names = append(names, m.Decl.Name.Text)
		}
	}
	d := diag.Errorf(codeUnknown, c.span, "no module is called `%s`", c.arg)
	if near, ok := spell.Nearest(c.arg, names); ok {
		d = d.WithHint("did you mean `%s`?", near)
	}
	return nil, diag.List{d}
}

// blocks are the lowered train and infer blocks of the module that a command names,
// or all.
func (s *Session) blocks(c call) ([]*job.Model, diag.List) {
	if c.arg == "" {
		if len(s.models) == 0 {
			return nil, diag.List{diag.Errorf(codeRun, c.span, "there is no train or infer block").
				WithHint("declare one: `train M on F { .. }`, or `:load FILE`")}
		}
		return s.models, nil
	}
	m, diags := s.moduleNamed(c)
	if m == nil {
		return nil, diags
	}
	var out []*job.Model
	for _, b := range s.models {
		if b.Plan.Module == m {
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		return nil, diag.List{diag.Errorf(codeRun, c.span, "`%s` has no train or infer block", c.arg)}
	}
	return out, nil
}

// showType says what a name is.
func (s *Session) showType(_ context.Context, c call) (Result, diag.List) {
	if s.module(c.arg) != nil {
		return s.typeOf(c.arg, c.span)
	}
	e, diags := syntax.ParseExpr(source.NewFile(entryName, c.arg))
	if diags.HasErrors() {
		return Result{}, diags
	}
	v, diags := s.scope.Expr(e)
	if v != nil {
		return Result{Text: evaluate.Describe(v) + "\n"}, diags
	}
	if _, _, ok := s.scope.Page(c.arg); ok {
		return s.doc(context.Background(), c)
	}
	return Result{}, diags
}
