package stdlib

import (
	"strings"

	"acl/lang/sig"
	"acl/lang/source"
)

// block collects the keys of one kind of block.
type block struct {
	name string
	keys []*sig.Key
}

// group adds a block of settings; its members are keys of their own.
func (b *block) group(path, doc string) *sig.Key {
	k := &sig.Key{Block: b.name, Path: path, Group: true, Doc: doc}
	b.keys = append(b.keys, k)
	return k
}

// offGroup adds a group that may be set off.
func (b *block) offGroup(path, doc string) *sig.Key {
	k := b.group(path, doc)
	k.Off = true
	return k
}

// key adds a setting; a dotted path lies in its group.
func (b *block) key(path string, t sig.Type, def sig.Value, doc string) *sig.Key {
	k := &sig.Key{Block: b.name, Path: path, Type: t, Default: def, Doc: doc}
	b.keys = append(b.keys, k)
	return k
}

// on gives the key a subject.
func on(k *sig.Key, kind sig.SubjectKind) *sig.Key {
	k.Subject = kind
	return k
}

// under adds the keys of another block below a group of this one.
func (b *block) under(group string, keys []*sig.Key) {
	for _, k := range keys {
		copied := *k
		copied.Block, copied.Path = b.name, group+"."+k.Path
		b.keys = append(b.keys, &copied)
	}
}

func words(s string) []string { return strings.Fields(s) }

// metrics are what a report may ask for.
var metrics = words("loss accuracy top1 top5 confusion energy latency utilization reconfigurations wear repairs")

func report() sig.Type { return sig.Type{Kind: sig.KindNames, Words: metrics, Group: "metric"} }

// heuristicDefault is the choice where nothing is said.
func heuristicDefault() sig.Value { return callOfName(heuristics(), "control.least_energy") }

func callOfName(list []*sig.Func, name string, args ...sig.Value) sig.Value {
	for _, f := range list {
		if f.Name != name {
			continue
		}
		call := sig.Call{Func: f}
		for i, p := range f.Params {
			v := p.Default
			if i < len(args) {
				v = args[i]
			}
			call.Args = append(call.Args, v)
		}
		call.Spans = make([]source.Span, len(call.Args))
		return call
	}
	panic("stdlib: no function " + name)
}
