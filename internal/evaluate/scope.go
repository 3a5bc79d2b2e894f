package evaluate

import (
	"slices"
	"strings"
	"sync"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
	"acl/lower"
	"acl/stdlib"
)

// Scope is what the names of an expression mean: the fabrics of a program, and the
// forms. It is used by one goroutine at a time.
type Scope struct {
	program *check.Program
	chips   map[*check.Fabric]*fabric.Chip
}

// New returns the scope of a program; nil stands for one that uses the whole
// library.
func New(program *check.Program) *Scope {
	if program == nil {
		program = library()
	}
	return &Scope{program: program, chips: map[*check.Fabric]*fabric.Chip{}}
}

// library is a program that uses the whole library and says nothing itself.
var library = sync.OnceValue(func() *check.Program {
	text := "acl 1;\n"
	for _, name := range stdlib.Libraries() {
		text += "use " + name + ";\n"
	}
	p, diags := check.Check(source.NewFile("library", text), stdlib.Table(), check.Options{
		Library: stdlib.File, Libraries: stdlib.Libraries(),
	})
	if diags.HasErrors() {
		panic("evaluate: the library is wrong: " + diags[0].Error())
	}
	return p
})

// Eval computes the text of one expression. The value is nil where there is an
// error.
func (s *Scope) Eval(file *source.File) (Value, diag.List) {
	e, diags := syntax.ParseExpr(file)
	if diags.HasErrors() {
		return nil, diags
	}
	v, more := s.Expr(e)
	diags.Add(more...)
	return v, diags
}

// Fabrics lists the dotted names of the fabrics that an expression can read.
func (s *Scope) Fabrics() []string {
	var out []string
	for _, f := range s.fabrics() {
		if name, ok := s.nameOf(f); ok {
			out = append(out, name)
		}
	}
	return out
}

// fabrics are those of the program, then the library's that it does not use.
func (s *Scope) fabrics() []*check.Fabric {
	out := slices.Clone(s.program.Fabrics)
	for _, f := range library().Fabrics {
		used := func(g *check.Fabric) bool { return g.Name == f.Name && g.Unit.Library }
		if !slices.ContainsFunc(out, used) {
			out = append(out, f)
		}
	}
	return out
}

// nameOf is how the program's root file names a fabric.
func (s *Scope) nameOf(f *check.Fabric) (string, bool) {
	if f.Bad {
		return "", false
	}
	if f.Unit == s.program.Root {
		return f.Decl.Name.Text, true
	}
	for _, i := range slices.Concat(s.program.Root.Imports, library().Root.Imports) {
		if i.Unit == f.Unit {
			return i.Last + "." + f.Decl.Name.Text, true
		}
	}
	return "", false
}

// fabricOf splits a dotted name into a fabric and what follows.
func (s *Scope) fabricOf(name string) (*check.Fabric, string) {
	for _, f := range s.fabrics() {
		full, ok := s.nameOf(f)
		if !ok {
			continue
		}
		if rest, ok := strings.CutPrefix(name, full); ok && (rest == "" || rest[0] == '.') {
			return f, strings.TrimPrefix(rest, ".")
		}
	}
	return nil, ""
}

// chip builds a fabric's chip, once.
func (s *Scope) chip(f *check.Fabric) (*fabric.Chip, diag.List) {
	if c := s.chips[f]; c != nil {
		return c, nil
	}
	c, diags := lower.Chip(f)
	if diags.HasErrors() {
		return nil, diags
	}
	s.chips[f] = &c
	return &c, nil
}

// fabric45 is the chip that the defaults of forms come from.
var fabric45 = sync.OnceValue(func() *fabric.Chip {
	s := New(nil)
	f, _ := s.fabricOf("chips.fabric45")
	c, diags := s.chip(f)
	if diags.HasErrors() {
		panic("evaluate: chips.fabric45: " + diags[0].Error())
	}
	return c
})

// names are all that an expression could have meant, for proposals.
func (s *Scope) names() []string {
	out := s.Fabrics()
	for i := range Forms {
		out = append(out, Forms[i].Name)
	}
	return out
}

// Names lists what an expression may begin a name with: forms, fabrics and their
// settings.
func (s *Scope) Names() []string {
	out := s.names()
	for _, name := range s.Fabrics() {
		f, _ := s.fabricOf(name)
		if c, diags := s.chip(f); !diags.HasErrors() {
			for _, p := range paths(Chip{c}) {
				out = append(out, name+"."+p)
			}
		}
	}
	return out
}

// ref evaluates a name without arguments: a chip, a setting or a group of them.
func (s *Scope) ref(r *syntax.Ref) (Value, diag.List) {
	name, plain := r.Plain()
	if !plain {
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` has an index, and no list has a name here", r)}
	}
	if Lookup(name) != nil {
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is a function", name).WithHint("call it: `%s(..)`", name)}
	}
	f, path := s.fabricOf(name)
	if f == nil {
		return nil, diag.List{s.unknown(name, r.NameSpan())}
	}
	c, diags := s.chip(f)
	if c == nil {
		return nil, diags
	}
	if path == "" {
		return Chip{c}, nil
	}
	if v, ok := setting(c, path); ok {
		return v, nil
	}
	if group := settings(Chip{c}, path); len(group) > 0 {
		return group, nil
	}
	d := diag.Errorf(codeUnknownKey, r.NameSpan(), "`%s` has no setting `%s`", strings.TrimSuffix(name, "."+path), path)
	if near, ok := spell.Nearest(path, paths(Chip{c})); ok {
		d = d.WithHint("did you mean `%s`?", near)
	}
	return nil, diag.List{d}
}

// unknown is the error for a name that nothing answers to.
func (s *Scope) unknown(name string, span source.Span) diag.Diag {
	d := diag.Errorf(codeUnknown, span, "unknown name `%s`", name).WithLabel("nothing has this name")
	if near, ok := s.near(name); ok {
		return d.WithHint("did you mean `%s`?", near)
	}
	if group, _, dotted := strings.Cut(name, "."); dotted && len(Group(group)) > 0 {
		return d.WithHint("`acl doc %s` lists what there is", group)
	}
	return d
}

// near is the name that was probably meant: among all, else a form by its last part.
func (s *Scope) near(name string) (string, bool) {
	if near, ok := spell.Nearest(name, s.names()); ok {
		return near, true
	}
	for i := range Forms {
		if _, last, _ := strings.Cut(Forms[i].Name, "."); last == name {
			return Forms[i].Name, true
		}
	}
	return "", false
}
