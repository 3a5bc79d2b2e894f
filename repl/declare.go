package repl

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"acl/internal/evaluate"
	"acl/internal/job"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/stdlib"
)

// text is the program of a session, as it was typed.
type text struct {
	uses  []string // dotted paths, those of the library too
	decls []decl
	dir   string // where used files are looked for
}

// decl is a declaration: its key tells it from others (module Digits, train Digits
// on Bench), its words are as typed, with the comments above.
type decl struct{ key, words string }

// programName is the name of the session's program in messages.
const programName = "session"

// write joins the text to a program. Parts of the library that are named need no
// import of their own. starts are the offsets of the declarations.
func (t text) write() (program string, starts []int) {
	var b strings.Builder
	b.WriteString("acl 1;\n\n")
	for _, u := range t.imports() {
		fmt.Fprintf(&b, "use %s;\n", u)
	}
	for _, d := range t.decls {
		b.WriteByte('\n')
		starts = append(starts, b.Len())
		b.WriteString(d.words + "\n")
	}
	return b.String(), starts
}

// imports are the parts of the library that a declaration names and does not declare
// itself, in the order of the library, then the other files.
func (t text) imports() []string {
	named := map[string]bool{}
	for _, d := range t.decls {
		tokens := syntax.Tokens(source.NewFile("", d.words))
		for i := 1; i < len(tokens); i++ {
			if tokens[i].Text == "." && (i < 2 || tokens[i-2].Text != ".") {
				named[tokens[i-1].Text] = true
			}
		}
	}
	for _, d := range t.decls {
		if fields := strings.Fields(d.key); len(fields) == 2 {
			delete(named, fields[1])
		}
	}
	var out []string
	for _, u := range t.uses {
		if !strings.HasPrefix(u, "std.") {
			delete(named, u[strings.LastIndexByte(u, '.')+1:])
		}
	}
	for _, l := range stdlib.Libraries() {
		if named[strings.TrimPrefix(l, "std.")] {
			out = append(out, l)
		}
	}
	for _, u := range t.uses {
		if !strings.HasPrefix(u, "std.") || !slices.Contains(stdlib.Libraries(), u) {
			out = append(out, u)
		}
	}
	return out
}

// built is a compiled text.
type built struct {
	prog   *job.Program
	models []*job.Model
	diags  diag.List
	starts []int
}

// compile checks the whole program, and lowers its blocks.
func compile(t text) built {
	program, starts := t.write()
	b := built{starts: starts}
	b.prog = job.Compile(source.NewFile(filepath.ToSlash(filepath.Join(t.dir, programName)), program), nil)
	b.models, b.diags = b.prog.Models()
	return b
}

func (s *Session) install(t text, b built) {
	s.text, s.prog, s.models, s.walk = t, b.prog, b.models, nil
	s.scope = evaluate.New(b.prog.Program)
}

// declare puts the imports and declarations of an entry among the others.
func (s *Session) declare(file *source.File, f *syntax.Fragment) (Result, diag.List) {
	next := text{uses: slices.Clone(s.text.uses), decls: slices.Clone(s.text.decls), dir: s.text.dir}
	var said strings.Builder
	for _, u := range f.Uses {
		if path := u.Path.String(); !slices.Contains(next.uses, path) {
			next.uses = append(next.uses, path)
		}
		fmt.Fprintf(&said, "use %s\n", u.Path)
	}
	changed := map[int]bool{}
	for _, d := range declsOf(file, f) {
		at := slices.IndexFunc(next.decls, func(old decl) bool { return old.key == d.key })
		switch {
		case at < 0 || changed[at]: // a second one in one entry is a mistake, and told as one
			next.decls = append(next.decls, d)
			at = len(next.decls) - 1
			fmt.Fprintf(&said, "%s\n", d.key)
		default:
			next.decls[at] = d
			fmt.Fprintf(&said, "%s, in place of the one before\n", d.key)
		}
		changed[at] = true
	}
	b := compile(next)
	if b.diags.HasErrors() {
		return Result{}, b.diags.Errors()
	}
	s.install(next, b)
	return Result{Text: said.String()}, b.about(changed)
}

// about are the warnings about some declarations: those about others have been told
// when they were declared.
func (b built) about(changed map[int]bool) diag.List {
	var out diag.List
	for _, d := range b.diags {
		if d.Span.File != b.prog.Files[0] {
			continue
		}
		at, _ := slices.BinarySearch(b.starts, d.Span.Start.Offset+1)
		if changed[at-1] {
			out.Add(d)
		}
	}
	return out
}

// declsOf cuts the declarations of an entry out of its text, each with what stands
// above it.
func declsOf(file *source.File, f *syntax.Fragment) []decl {
	end := headEnd(file)
	for _, u := range f.Uses {
		end = max(end, u.Span.End.Offset)
	}
	var out []decl
	for _, d := range f.Decls {
		span := d.Place()
		if span.Start.Offset < end { // imports stand behind declarations
			end = span.Start.Offset
		}
		words := strings.TrimSpace(strings.TrimPrefix(file.Text[end:span.End.Offset], ";"))
		out = append(out, decl{keyOf(d), words})
		end = span.End.Offset
	}
	return out
}

// headEnd is where `acl 1;` ends, 0 in an entry without it.
func headEnd(file *source.File) int {
	head := false
	for _, t := range syntax.Tokens(file) {
		switch {
		case t.Kind == syntax.KindComment || t.Kind == syntax.KindDoc || t.Kind == syntax.KindSpace:
		case head && t.Text == ";":
			return t.Span.End.Offset
		case !head && t.Text != "acl":
			return 0
		default:
			head = true
		}
	}
	return 0
}

// keyOf tells a declaration from others.
func keyOf(d syntax.Decl) string {
	switch d := d.(type) {
	case *syntax.Module:
		return "module " + d.Name.Text
	case *syntax.Fabric:
		return "fabric " + d.Name.Text
	case *syntax.Policy:
		return "policy " + d.Name.Text
	case *syntax.Experiment:
		return "experiment " + d.Name.Text
	case *syntax.Plan:
		return fmt.Sprintf("%s %s on %s", d.Kind.Text, d.Module, d.Fabric)
	}
	panic(fmt.Sprintf("repl: declaration of type %T", d))
}
