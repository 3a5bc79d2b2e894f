package lsp

import (
	"strings"

	"acl/lang/sig"
	"acl/lang/syntax"
)

// keyOf is the key of the first block that has one at a path. A group's member `*`
// answers to any name.
func keyOf(t *sig.Table, blocks []string, path string) *sig.Key {
	wild := path[:strings.LastIndexByte(path, '.')+1] + "*"
	for _, b := range blocks {
		if k := t.Key(b, path); k != nil {
			return k
		}
		if k := t.Key(b, wild); k != nil {
			return k
		}
	}
	return nil
}

func joined(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

// block notes the keys of settings and the names in their subjects and values.
func (r *resolver) block(b *syntax.Block, prefix string, blocks ...string) {
	if b == nil {
		return
	}
	for _, st := range b.Settings {
		r.setting(st, prefix, blocks)
	}
}

func (r *resolver) setting(st *syntax.Setting, prefix string, blocks []string) {
	path := prefix
	var key *symbol
	for _, part := range st.Key.Parts {
		path = joined(path, part.Text)
		key = nil
		k := keyOf(r.index.program.Table, blocks, path)
		if k == nil {
			return
		}
		key = &symbol{kind: keyName, name: path, key: k}
		if port := r.fedPort(k, part.Text); port != nil {
			r.note(part.Span, port)
		} else {
			r.note(part.Span, key)
		}
	}
	if key == nil {
		return
	}
	r.subject(st.Subject, key.key, blocks)
	switch {
	case st.Body != nil && key.key.Path == "case":
		r.block(st.Body, "", blocks[1:]...)
	case st.Body != nil:
		r.block(st.Body, path, blocks...)
	case st.Value != nil:
		r.value(st.Value, key, r.varied(st, key, blocks))
	}
}

// fedPort is the port that a member of feed names.
func (r *resolver) fedPort(k *sig.Key, name string) *symbol {
	if k.Path != "feed.*" || r.planned == nil {
		return nil
	}
	if s := r.planned.names[name]; s != nil && s.kind == portName {
		return s
	}
	return nil
}

// varied is the type of a setting's value: of `vary`, that of the key it varies.
func (r *resolver) varied(st *syntax.Setting, key *symbol, blocks []string) sig.Type {
	if ref, ok := st.Subject.(*syntax.Ref); ok && key.key.Path == "vary" {
		if k := keyOf(r.index.program.Table, blocks, ref.String()); k != nil {
			return k.Type
		}
	}
	return key.key.Type
}

// subject notes what stands between a key and its value.
func (r *resolver) subject(e syntax.Expr, k *sig.Key, blocks []string) {
	ref, ok := e.(*syntax.Ref)
	if !ok {
		r.expr(e)
		return
	}
	switch k.Subject {
	case sig.UnitSubject, sig.OptionalSubject:
		r.ref(ref)
	case sig.PathSubject:
		r.variedPath(ref, blocks)
	}
}

// variedPath notes the path behind `vary`: a key, or a parameter of a module.
func (r *resolver) variedPath(ref *syntax.Ref, blocks []string) {
	path := ""
	for i, p := range ref.Parts {
		path = joined(path, p.Name.Text)
		if k := keyOf(r.index.program.Table, blocks, path); k != nil {
			r.note(p.Name.Span, &symbol{kind: keyName, name: path, key: k})
			continue
		}
		s := r.file.find(p.Name.Text)
		if i > 0 || s == nil || s.kind != moduleName || len(ref.Parts) < 2 {
			return
		}
		r.note(p.Name.Span, s)
		r.note(ref.Parts[1].Name.Span, r.index.parameter(s, ref.Parts[1].Name.Text))
		return
	}
}

// value notes the names of a setting's value; the key's own words come first.
func (r *resolver) value(e syntax.Expr, key *symbol, t sig.Type) {
	if list, ok := e.(*syntax.ListLit); ok {
		for _, item := range list.Items {
			r.value(item, key, t)
		}
		return
	}
	if !r.word(e, key, t) {
		r.expr(e)
	}
}
