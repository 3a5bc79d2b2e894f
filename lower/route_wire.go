package lower

import (
	"slices"
	"strings"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// directives are what is said about an arrow. A field that is not set leaves the
// choice to whoever says less.
type directives struct {
	via     int         // bus index + 1; 0: not set
	at      source.Span // that names the bus
	hold    ir.Hold
	hasHold bool
	scale   int // 0: not set
}

// over returns d with what e says in its place.
func (d directives) over(e directives) directives {
	if e.via != 0 {
		d.via, d.at = e.via, e.at
	}
	if e.hasHold {
		d.hold, d.hasHold = e.hold, true
	}
	if e.scale != 0 {
		d.scale = e.scale
	}
	return d
}

// on returns a wire with the directives.
func (d directives) on(w ir.Wire) ir.Wire {
	if d.via != 0 {
		w.Via, w.At = d.via-1, d.at
	}
	if d.hasHold {
		w.Hold = d.hold
	}
	if d.scale != 0 {
		w.Scale = d.scale
	}
	return w
}

// plain is a wire that nobody has said anything about.
var plain = ir.Wire{Via: -1, Hold: ir.HoldCapacitor, Scale: 1}

// setWire puts directives on operand i of n; wires stay nil while all are plain.
func setWire(wires []ir.Wire, i, n int, d directives) []ir.Wire {
	now := plain
	if wires != nil {
		now = wires[i]
	}
	w := d.on(now)
	if w == now {
		return wires
	}
	if wires == nil {
		wires = make([]ir.Wire, n)
		for k := range wires {
			wires[k] = plain
		}
	}
	wires[i] = w
	return wires
}

// direct reads the braces after a hop.
func (in *instance) direct(b *syntax.Block, sc scope) directives {
	var d directives
	if b == nil {
		return d
	}
	settings, diags := in.e.program.Directives(in.module.Unit, b, in.e.program.Env(in.module.Unit, sc))
	in.definition(diags)
	if settings == nil {
		return d
	}
	for _, it := range settings.Items {
		d = d.over(directive(it.Path, it))
	}
	return d
}

// directive is what one setting says of an arrow; package check has seen to types
// and to scales that are no power of two.
func directive(key string, it *check.Setting) directives {
	var d directives
	v := it.Value
	switch key {
	case "via":
		if d.via = busOf(v) + 1; d.via != 0 {
			d.at = it.Span
		}
	case "hold":
		if w, ok := v.(sig.Word); ok {
			d.hasHold = true
			if w == "digital" {
				d.hold = ir.HoldDigital
			}
		}
	case "scale":
		if k, ok := v.(sig.Int); ok {
			d.scale = int(k)
		}
	}
	return d
}

// ApplyInto puts the `into` settings of a schedule on the wires of a graph, over
// what the hops said. A unit stands for all its inputs, a path to an instance for
// the values that enter it; where two settings meet, the longer path wins.
func ApplyInto(g *ir.Graph, table *sig.Table, s *check.Settings) diag.List {
	var diags diag.List
	for _, it := range intoSettings(s) {
		d := directive(strings.TrimPrefix(it.Path, "into."), it)
		to := entered(g, table, it.Subject.Text)
		if len(to) == 0 {
			diags.Add(diag.Errorf(codeUnknown, it.Subject.Span, "`%s` has no unit and no input `%s`", g.Module, it.Subject.Text))
		}
		for _, o := range to {
			n := g.Node(o.Node)
			n.Wires = setWire(n.Wires, o.Index, len(n.Args), d)
		}
	}
	return diags
}

// intoSettings are the settings of single arrows, shorter paths first.
func intoSettings(s *check.Settings) []*check.Setting {
	if s == nil {
		return nil
	}
	var list []*check.Setting
	for _, it := range s.Items {
		if it.Subject != nil && strings.HasPrefix(it.Path, "into.") {
			list = append(list, it)
		}
	}
	slices.SortStableFunc(list, func(a, b *check.Setting) int { return len(a.Subject.Text) - len(b.Subject.Text) })
	return list
}

// entered lists the operands that a path names: a unit's, one port's of a unit or
// of an instance, or all that enter an instance.
func entered(g *ir.Graph, table *sig.Table, path string) []ir.Operand {
	var list []ir.Operand
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.Role != ir.Forward || !strings.HasPrefix(path, n.Path) {
			continue
		}
		port := strings.TrimPrefix(path[len(n.Path):], ".")
		if p := table.Primitive(n.Op); p != nil {
			for k := range n.Args {
				if path == n.Path || path == n.Path+"."+port && p.Port(k) == port {
					list = append(list, ir.Operand{Node: ir.NodeID(i), Index: k})
				}
			}
		}
	}
	for _, e := range g.Entries {
		if rest, inside := strings.CutPrefix(e.Path, path+"."); e.Path == path || inside && !strings.Contains(rest, ".") {
			list = append(list, e.To...)
		}
	}
	return list
}

// busOf is k of bus[k], or -1.
func busOf(v sig.Value) int {
	n, ok := v.(sig.Name)
	if !ok {
		return -1
	}
	_, low, high, ok := modulePath(n.Text)
	if !ok || low != high {
		return -1
	}
	return low
}
