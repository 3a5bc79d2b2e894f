package stdlib

import (
	"sync"

	"acl/lang/sig"
)

// Table returns all that a program may name. It is built once and shared; nobody
// changes it.
func Table() *sig.Table { return table() }

var table = sync.OnceValue(func() *sig.Table {
	t := &sig.Table{Primitives: map[string]*sig.Primitive{}, Funcs: map[string]*sig.Func{}}
	for _, list := range [][]*sig.Primitive{parametric(), pools(), wiring(), elementwise(), norms(), attention(), analog()} {
		for _, p := range list {
			t.Primitives[p.Name] = p
		}
	}
	for _, list := range [][]*sig.Func{losses(), optimizers(), rates(), dataSets(), augments(), heuristics()} {
		for _, f := range list {
			t.Funcs[f.Name] = f
		}
	}
	for _, list := range [][]*sig.Key{
		fabricKeys(), variantKeys(), scheduleKeys(), hopKeys(), trainKeys(), inferKeys(), policyKeys(), experimentKeys(),
	} {
		t.Keys = append(t.Keys, list...)
	}
	return t
})
