package check

import (
	"sort"
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// settler types one block of settings and flattens it.
type settler struct {
	p       *Program
	u       *Unit
	env     *Env
	blocks  []string // whose keys may stand here, the first that has one wins
	vary    func(*settler, *sig.Key, *syntax.Setting)
	inCase  *Subject
	out     []*Setting
	earlier map[string]*Setting
	diags   diag.List
}

func (s *settler) block(b *syntax.Block) *Settings {
	s.earlier = map[string]*Setting{}
	if b == nil {
		return &Settings{}
	}
	s.list("", nil, b.Settings)
	return &Settings{Items: s.out, Span: b.Span}
}

func (s *settler) list(prefix string, subject *Subject, list []*syntax.Setting) {
	for _, it := range list {
		s.setting(prefix, subject, it)
	}
}

// key finds a key of the blocks that stand here. A group's member `*` answers to
// any name.
func (s *settler) key(path string) *sig.Key {
	wild := path[:strings.LastIndexByte(path, '.')+1] + "*"
	for _, b := range s.blocks {
		if k := s.p.Table.Key(b, path); k != nil {
			return k
		}
		if k := s.p.Table.Key(b, wild); k != nil {
			return k
		}
	}
	return nil
}

// setting types one setting below a prefix: each part of its path leads into a
// group, the last one takes the value.
func (s *settler) setting(prefix string, outer *Subject, st *syntax.Setting) {
	path := prefix
	var key *sig.Key
	for i, part := range st.Key.Parts {
		if key != nil && !s.into(key, path, st, i-1) {
			return
		}
		path = join(path, part.Text)
		key = s.key(path)
		if key == nil {
			s.unknownKey(path, part)
			return
		}
	}
	if key == nil {
		return
	}
	it := &Setting{Key: key, Path: path, Subject: outer, Case: s.inCase, KeySpan: last(st.Key).Span, Span: last(st.Key).Span, Decl: st}
	if st.Subject != nil || outer == nil {
		own, ok := s.subject(key, st)
		if !ok && own == nil {
			return
		}
		if own != nil {
			it.Subject = own
		}
	}
	switch {
	case key.Path == "vary":
		s.vary(s, key, st)
	case st.Body != nil:
		s.body(it, st)
	case st.Value != nil:
		s.value(it, st)
	}
}

// into goes on from a key in the middle of a path and reports whether it is a
// group that needs no subject there.
func (s *settler) into(key *sig.Key, path string, st *syntax.Setting, i int) bool {
	at := st.Key.Parts[i].Span
	switch key.Subject {
	case sig.NoSubject, sig.OptionalSubject:
	default:
		s.diags.Add(missingSubject(key, at, st.Key.Parts[i].Text))
		return false
	}
	if !key.Group {
		next := st.Key.Parts[i+1]
		s.diags.Add(diag.Errorf(codeUnknownKey, next.Span, "`%s` takes a value and has no `%s`", path, next.Text))
		return false
	}
	if key.Off {
		s.add(&Setting{Key: key, Path: path, Case: s.inCase, KeySpan: at, Span: at, Decl: st})
	}
	return true
}

func last(p syntax.Path) syntax.Name { return p.Parts[len(p.Parts)-1] }

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func (s *settler) unknownKey(path string, part syntax.Name) {
	group := path[:strings.LastIndexByte(path, '.')+1]
	var names []string
	for _, b := range s.blocks {
		for _, k := range s.p.Table.Keys {
			if k.Block == b && strings.HasPrefix(k.Path, group) && !strings.Contains(k.Path[len(group):], ".") {
				names = append(names, k.Path[len(group):])
			}
		}
	}
	d := unknown(codeUnknownKey, "key", part.Text, part.Span, sorted(names))
	if d.Hint == "" {
		if full := s.elsewhere(part.Text); full != "" {
			d = d.WithHint("there is a key `%s`", full)
		}
	}
	s.diags.Add(d)
}

// elsewhere is the one key of the block whose last part is the given name.
func (s *settler) elsewhere(name string) string {
	found := ""
	for _, b := range s.blocks {
		for _, k := range s.p.Table.Keys {
			if k.Block == b && strings.HasSuffix(k.Path, "."+name) {
				if found != "" {
					return ""
				}
				found = k.Path
			}
		}
	}
	return found
}

// body reads the settings in braces.
func (s *settler) body(it *Setting, st *syntax.Setting) {
	key := it.Key
	if !key.Group && (key.Subject != sig.VariantSubject || it.Subject == nil) {
		s.diags.Add(diag.Errorf(codeType, it.KeySpan, "`%s` takes a value: %s", it.Path, wants(key.Type)))
		return
	}
	if key.Path == "case" {
		s.caseBody(it, st)
		return
	}
	if key.Off || key.Subject != sig.NoSubject {
		s.add(it)
	}
	s.list(it.Path, it.Subject, st.Body.Settings)
}

// caseBody reads a case: settings of the fabric, the schedule and the train block.
func (s *settler) caseBody(it *Setting, st *syntax.Setting) {
	if !s.add(it) {
		return
	}
	blocks := s.blocks
	s.blocks, s.inCase = blocks[1:], it.Subject
	s.list("", nil, st.Body.Settings)
	s.blocks, s.inCase = blocks, nil
}

func (s *settler) value(it *Setting, st *syntax.Setting) {
	key := it.Key
	it.Expr, it.Span = st.Value, st.Value.Place()
	if key.Group || key.Subject == sig.VariantSubject && it.Subject != nil {
		name, bare := bareName(st.Value)
		if !key.Off || !bare || name.Text != "off" {
			want := "settings in braces"
			if key.Off {
				want += ", or off"
			}
			s.diags.Add(mistyped(st.Value.Place(), "`%s` takes %s", it.Path, want))
			return
		}
		it.Value, it.Expr = sig.Word("off"), nil
		s.add(it)
		return
	}
	v, diags := s.env.typed(st.Value, key.Type)
	it.Value = v
	diags.Add(special(it)...)
	s.diags.Add(diags...)
	if diags.HasErrors() {
		it.Value = nil
		s.note(it)
		return
	}
	s.add(it)
}

// special holds the rules of single keys that a type does not say.
func special(it *Setting) diag.List {
	switch it.Path {
	case "scale", "into.scale":
		return powerOfTwo(it)
	case "rail.swing":
		if r, ok := it.Value.(sig.Range); ok {
			low, _, _ := number(r.Low)
			high, _, _ := number(r.High)
			if low.Num >= high.Num {
				return diag.List{diag.Errorf(codeBounds, it.Span, "the swing has no width")}
			}
		}
	}
	return nil
}

// add keeps an item unless its path has been set in this layer. A group that is
// opened again says nothing new.
func (s *settler) add(it *Setting) bool {
	old := s.note(it)
	if old == nil {
		s.out = append(s.out, it)
		return true
	}
	if it.Expr == nil && it.Value == nil && it.Key.Path != "case" && it.Key.Subject != sig.ModuleSubject && it.Key.Subject != sig.VariantSubject {
		return true
	}
	return false
}

// note remembers the path of an item; it reports and returns the item that has
// set the same one.
func (s *settler) note(it *Setting) *Setting {
	if it.Key.Subject == sig.CondSubject {
		return nil
	}
	id := identity(it)
	old := s.earlier[id]
	if old == nil {
		s.earlier[id] = it
		return nil
	}
	bare := it.Expr == nil && it.Value == nil && it.Key.Path != "case"
	if bare && old.Expr == nil && old.Value == nil {
		return old
	}
	s.diags.Add(diag.Errorf(codeSetTwice, it.KeySpan, "`%s` is set twice", it.Path).WithRelated(old.KeySpan, "set here first"))
	return old
}

// identity is what must differ between two settings of a layer. An open group and
// its being off are told apart: noise: off; noise.weight: 2%; is in order.
func identity(it *Setting) string {
	id := it.Path
	if it.Subject != nil {
		id += " " + it.Subject.Text
	}
	if it.Case != nil {
		id = "case " + it.Case.Text + " " + id
	}
	if it.Key.Group && it.Expr == nil && it.Value == nil && it.Key.Path != "case" {
		id += " {}"
	}
	return id
}

func sorted(list []string) []string {
	sort.Strings(list)
	return list
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
