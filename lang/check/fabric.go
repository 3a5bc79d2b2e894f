package check

import (
	"slices"
	"sort"
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
)

// base resolves what a fabric begins from.
func (c *checker) base(f *Fabric) {
	if f.Decl.Base == nil {
		return
	}
	decl, diags := c.p.findPath(f.Unit, *f.Decl.Base, "a fabric")
	c.diags.Add(diags...)
	base, ok := decl.(*Fabric)
	if !ok {
		f.Bad = true
		return
	}
	f.Base = base
}

// fabricCycles cuts fabrics that begin from themselves.
func (c *checker) fabricCycles() {
	for _, f := range c.p.Fabrics {
		seen := map[*Fabric]bool{f: true}
		for b := f.Base; b != nil && !seen[b]; b = b.Base {
			seen[b] = true
			if b.Base == f {
				c.diags.Add(diag.Errorf(codeRecursion, b.Decl.Base.Span, "the fabric `%s` begins from itself", f.Decl.Name.Text))
				b.Base, b.Bad = nil, true
			}
		}
		if f.Base == f {
			c.diags.Add(diag.Errorf(codeRecursion, f.Decl.Base.Span, "the fabric `%s` begins from itself", f.Decl.Name.Text))
			f.Base, f.Bad = nil, true
		}
	}
}

// fabric types the settings of one layer.
func (c *checker) fabric(f *Fabric) {
	s := &settler{p: c.p, u: f.Unit, env: c.p.Env(f.Unit, nil), blocks: []string{"fabric"}}
	f.Settings = s.block(f.Decl.Body)
	s.diags.Add(variantClash(f.Settings)...)
	c.diags.Add(s.diags...)
	f.Bad = f.Bad || s.diags.HasErrors()
}

// variantClash refuses a count beside variants of one class in one layer.
func variantClash(s *Settings) diag.List {
	var diags diag.List
	for _, it := range s.Items {
		if it.Key.Subject != sig.VariantSubject || it.Subject != nil {
			continue
		}
		for _, other := range s.Items {
			if other.Path == it.Path && other.Subject != nil && same(other.Case, it.Case) {
				diags.Add(diag.Errorf(codeSetTwice, it.KeySpan, "`%s` has a count and variants", it.Path).
					WithRelated(other.KeySpan, "a variant").WithHint("give each variant its count"))
				break
			}
		}
	}
	return diags
}

func same(a, b *Subject) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Text == b.Text
}

// leaks checks every fabric with the settings that it ends up with. One that sets
// neither of the two has its base's, or the defaults, which agree.
func (c *checker) leaks() {
	for _, f := range c.p.Fabrics {
		c.oneLeak(f, Flatten(f))
	}
}

// oneLeak checks that a cell leaks by the clock or by steps, and says so where the
// fabric changes one of the two.
func (c *checker) oneLeak(f *Fabric, table []*Setting) {
	leak, life := valueOf(table, "cap.leak"), valueOf(table, "cell.lifetime")
	mine := f.Settings.Get("cap.leak")
	if own := f.Settings.Get("cell.lifetime"); own != nil {
		mine = own
	}
	if mine == nil || f.Bad {
		return
	}
	if leak == nil {
		leak = sig.Quantity{} // the default: a current
	}
	if life == nil {
		life = sig.Word("off")
	}
	switch off := sig.Word("off"); {
	case leak != off && life != off:
		c.diags.Add(diag.Errorf(codeConflict, mine.KeySpan, "a cell leaks by the clock (`cap.leak`) or by steps (`cell.lifetime`), not by both").
			WithHint("set the other one `off`"))
	case leak == off && life == off:
		c.diags.Add(diag.Errorf(codeConflict, mine.KeySpan, "one of `cap.leak` and `cell.lifetime` says how a cell leaks, and both are off").
			WithHint("`noise { leak: off; }` stops the leak"))
	}
}

func valueOf(list []*Setting, path string) sig.Value {
	for _, it := range list {
		if it.Path == path {
			return it.Value
		}
	}
	return nil
}

// Flatten returns what a fabric sets, base first, so that applying the items in
// order gives the chip: what a later layer replaces is left out. In one layer the
// longer path comes later. A group that is off is an item of its own before what
// is set again in it. A fabric without a base begins from the defaults, fabric45's.
func Flatten(f *Fabric) []*Setting {
	var layers []*Settings
	seen := map[*Fabric]bool{}
	for ; f != nil && !seen[f]; f = f.Base {
		seen[f] = true
		layers = append(layers, f.Settings)
	}
	slices.Reverse(layers)
	var out []*Setting
	for _, layer := range layers {
		if layer != nil {
			out = Overlay(out, layer.Items)
		}
	}
	return out
}

// Overlay puts one more layer over a flat list and returns the new one: an
// experiment's own settings, its vary, its case. The list given is not changed.
func Overlay(under, layer []*Setting) []*Setting {
	layer = slices.Clone(layer)
	sort.SliceStable(layer, func(i, j int) bool { return rank(layer[i]) < rank(layer[j]) })
	out := make([]*Setting, 0, len(under)+len(layer))
	for _, old := range under {
		if !replaced(old, layer) {
			out = append(out, old)
		}
	}
	return append(out, layer...)
}

// rank orders the items of a layer: by the length of the path, and a group's being
// off before its being opened.
func rank(it *Setting) int {
	r := 2 * strings.Count(it.Path, ".")
	if !closes(it) {
		r++
	}
	return r
}

// opens reports whether an item says no more than that a group is written as a
// block; closes, that it is off.
func opens(it *Setting) bool { return it.Key.Group && it.Value == nil && it.Expr == nil }

func closes(it *Setting) bool { return it.Key.Group && it.Value == sig.Value(sig.Word("off")) }

// replaced reports whether a later layer sets what an item sets: the same key and
// subject, its group as a whole, or the other way to count modules of its class. To
// open a group takes nothing back: after noise: off; the block noise { weight: 2%; }
// turns one source on.
func replaced(old *Setting, layer []*Setting) bool {
	for _, it := range layer {
		inside := old.Path == it.Path || strings.HasPrefix(old.Path, it.Path+".")
		switch {
		case closes(it) && inside && (it.Subject == nil || same(it.Subject, old.Subject)):
			return true
		case it.Path == old.Path && same(it.Subject, old.Subject) && (!opens(it) || opens(old)):
			return true
		case it.Key.Subject == sig.VariantSubject && classOf(it.Path) == classOf(old.Path) && (it.Subject == nil) != (old.Subject == nil):
			return true
		}
	}
	return false
}

// classOf is modules.dense of modules.dense and modules.dense.count; other paths
// are their own.
func classOf(path string) string {
	if !strings.HasPrefix(path, "modules.") {
		return path
	}
	parts := strings.SplitN(path, ".", 3)
	return parts[0] + "." + parts[1]
}
