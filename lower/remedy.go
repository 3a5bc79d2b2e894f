package lower

import (
	"fmt"
	"slices"
	"strconv"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
)

// A shape that does not fit was mostly made some hops earlier: by a width that is
// another one, or by a convolution that lost the border. remedy looks for that unit
// and proposes the argument with which the shape would be the wanted one; it leaves
// d as it is where it finds none.
func remedy(d diag.Diag, a *arrow, want sig.Shape) diag.Diag {
	if a == nil || d.Hint != "" {
		return d
	}
	s, ok := a.from.look()
	if !ok || len(s.shape) != len(want) {
		return d
	}
	axes := differing(s.shape, want)
	for p := a.from.part; p != nil && p.prim != nil; {
		if width := p.param("width"); width >= 0 {
			return p.refit(d, width, axes, want)
		}
		from := p.passes(axes)
		if from == nil {
			return d
		}
		p = from.part
	}
	return d
}

// differing are the axes in which two shapes of one rank are known to differ.
func differing(got, want sig.Shape) []int {
	var axes []int
	for k := range got {
		if got[k] != sig.Unknown && want[k] != sig.Unknown && got[k] != want[k] {
			axes = append(axes, k)
		}
	}
	return axes
}

// passes is where a unit with one input has the lengths of some axes from; nil where
// it makes them itself.
func (p *part) passes(axes []int) *origin {
	if len(p.inputs) != 1 || p.inputs[0] == nil || len(p.outputs) != 1 {
		return nil
	}
	from := &p.inputs[0].from
	in, ok := from.look()
	out := p.outputs[0].signal.shape
	if !ok || len(in.shape) != len(out) {
		return nil
	}
	for _, k := range axes {
		if in.shape[k] != out[k] {
			return nil
		}
	}
	return from
}

// param is the place of a parameter of the unit's primitive, or -1.
func (p *part) param(name string) int {
	return slices.IndexFunc(p.prim.Params, func(q sig.Param) bool { return q.Name == name })
}

// refit proposes another width for a unit whose output has a wrong one, or the
// padding with which a convolution keeps the size of its input.
func (p *part) refit(d diag.Diag, width int, axes []int, want sig.Shape) diag.Diag {
	axis := len(want) - 1
	if p.prim.Name == "nn.conv" {
		axis = 0
	}
	at := p.spans[width]
	if len(axes) == 1 && axes[0] == axis {
		if _, err := strconv.Atoi(at.Text()); err != nil {
			return d // no number stands there: whose width it is cannot be told
		}
		n := strconv.Itoa(want[axis])
		return d.WithRelated(at, "the width comes from here").WithHint("give `%s` the width %s", p.name, n).WithFix(at, n)
	}
	if pad, end, ok := p.keeping(axes, want); ok {
		return d.WithRelated(end, "the border is lost here").WithHint("`%s` keeps the size with `pad = %s`", p.name, pad).
			WithFix(end.After(), ", pad = "+pad)
	}
	return d
}

// keeping is the padding with which a convolution without one, in steps of one, keeps
// the rows and columns of its input, if these are the wanted ones; end is the last of
// its arguments.
func (p *part) keeping(axes []int, want sig.Shape) (pad string, end source.Span, ok bool) {
	kernel, stride, at := p.param("kernel"), p.param("stride"), p.param("pad")
	if kernel < 0 || stride < 0 || at < 0 || !p.spans[at].IsZero() || slices.Contains(axes, 0) || p.inputs[0] == nil {
		return "", end, false
	}
	k, isSize := p.args[kernel].(sig.Size)
	step, _ := p.args[stride].(sig.Size)
	in, known := p.inputs[0].from.look()
	if !isSize || !known || len(in.shape) != len(want) || step != (sig.Size{H: 1, W: 1}) || k.H%2 == 0 || k.W%2 == 0 {
		return "", end, false
	}
	for _, axis := range axes {
		if in.shape[axis] != want[axis] {
			return "", end, false
		}
	}
	for _, s := range p.spans {
		if !s.IsZero() && s.End.Offset > end.End.Offset {
			end = s
		}
	}
	return fmt.Sprintf("%dx%d", k.H/2, k.W/2), end, true
}
