package fabric

import (
	"fmt"
	"math"
	"slices"
)

// Verify returns what is wrong with a program, nil if nothing is. It states what
// every pass of lowering may rely on:
//
//   - every index names something, and numbers are finite;
//   - a value has one producer; scales are powers of two, one an operand;
//   - the cuts of an array cover it once, each fits a tile, gradient tiles are cut
//     like the weights, a digital array has none, and no tile holds two cuts, unless the lists load both
//     arrays in turn;
//   - tiles, modules, buses and the frame are within the chip's, unless it is ideal;
//   - a unit's places are physical modules of its class;
//   - in each list a value is made before it is used, and the stack is kept
//     (verify_list.go).
//
// What a later pass adds may be missing: cuts, places and instructions.
func Verify(p *Program) []error {
	v := verifier{p: p}
	v.chip()
	v.modules()
	v.arrays()
	v.units()
	v.ports()
	v.learn()
	v.totals()
	v.list("setup", p.Setup)
	v.list("train", p.Train)
	v.list("eval", p.Eval)
	return v.errs
}

// verifier collects errors.
type verifier struct {
	p    *Program
	errs []error
}

func (v *verifier) fault(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

func finite(list ...float64) bool {
	return !slices.ContainsFunc(list, func(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) })
}

func (v *verifier) hasValue(id ValueID) bool { return id >= 0 && int(id) < len(v.p.Values) }

func (v *verifier) chip() {
	c := &v.p.Chip
	for i := range chipKeys {
		good := true
		switch f := c.at(&chipKeys[i]).(type) {
		case *float64:
			good = finite(*f)
		case *Level:
			good = finite(f.Value) && f.Mode <= LevelNumber
		case *Interval:
			good = finite(f.Low, f.High) && f.Low <= f.High
		case *int:
			good = *f >= 0
		case *Size:
			good = f.H >= 0 && f.W >= 0
		}
		if !good {
			v.fault("chip: %s: %s is out of range", chipKeys[i].Path, fmt.Sprint(c.at(&chipKeys[i])))
		}
	}
}

func (v *verifier) modules() {
	type place struct {
		class string
		index int
	}
	seen := map[place]bool{}
	count := map[string]int{}
	for i, m := range v.p.Modules {
		at := place{m.Class, m.Index}
		switch {
		case !slices.Contains(Classes, m.Class):
			v.fault("module m%d: there is no class %q", i, m.Class)
		case m.Index < 0 || m.Bits < 0 || m.Copies < 0:
			v.fault("module m%d: index %d, bits %d, copies %d: want 0 at least", i, m.Index, m.Bits, m.Copies)
		case seen[at]:
			v.fault("module m%d: %s is listed twice", i, m)
		}
		seen[at] = true
		count[m.Class]++
	}
	for _, class := range Classes {
		if n, limit := count[class], v.p.Chip.ModuleLimit(class); n > limit {
			v.fault("modules: %d of class %s, the chip has %d", n, class, limit)
		}
	}
}

func (v *verifier) units() {
	producer := map[ValueID]int{}
	for i := range v.p.Units {
		u := &v.p.Units[i]
		v.unit(i, u)
		if u.Out == NoValue || u.Role == Loss {
			continue
		}
		if first, twice := producer[u.Out]; twice {
			v.fault("unit u%d %s: u%d makes %s already", i, u.Path, first, valueText(u.Out))
			continue
		}
		producer[u.Out] = i
	}
}

func (v *verifier) unit(i int, u *Unit) {
	fault := func(format string, args ...any) {
		v.fault("unit u%d %s: %s", i, u.Path, fmt.Sprintf(format, args...))
	}
	if int(u.Role) >= len(roleWords) {
		fault("there is no role %d", u.Role)
	}
	if u.Op == "" {
		fault("it has no operation")
	}
	for _, id := range slices.Concat(u.Args, u.Saved) {
		if !v.hasValue(id) {
			fault("it reads %s, which does not exist", valueText(id))
		}
	}
	switch {
	case u.Role == ParamGrad && u.Out != NoValue:
		fault("a parameter gradient goes onto its tiles, not to %s", valueText(u.Out))
	case u.Out == NoValue && u.Role != ParamGrad && u.Role != Loss, u.Out != NoValue && !v.hasValue(u.Out):
		fault("it writes %s, which does not exist", valueText(u.Out))
	}
	if u.Array < -1 || u.Array >= len(v.p.Arrays) {
		fault("there is no array a%d", u.Array)
	}
	if len(u.Scales) > 0 && len(u.Scales) != len(u.Args) {
		fault("%d scales for %d operands", len(u.Scales), len(u.Args))
	}
	for _, s := range u.Scales {
		if mantissa, _ := math.Frexp(s); mantissa != 0.5 {
			fault("scale %g is not a power of two", s)
		}
	}
	for _, a := range u.Attrs {
		if !finite(a.Num...) {
			fault("%s is not finite", a.Name)
		}
	}
	if u.Positions < 0 {
		fault("%d positions", u.Positions)
	}
	v.place(u, fault)
}

func (v *verifier) place(u *Unit, fault func(string, ...any)) {
	if u.Class != "" && !slices.Contains(Classes, u.Class) {
		fault("there is no class %q", u.Class)
	}
	for _, m := range u.Place {
		switch {
		case m < 0 || m >= len(v.p.Modules):
			fault("there is no module m%d", m)
		case u.Class == "":
			fault("it needs no module, but is placed on %s", v.p.Modules[m])
		case v.p.Modules[m].Class != u.Class:
			fault("it is of class %s, but placed on %s", u.Class, v.p.Modules[m])
		}
	}
}

func (v *verifier) ports() {
	for _, list := range [][]ValuePort{v.p.Inputs, v.p.Outputs} {
		for _, port := range list {
			if !v.hasValue(port.Value) {
				v.fault("port %s: there is no value %s", port.Name, valueText(port.Value))
			}
		}
	}
	for i := range v.p.Values {
		for _, d := range v.p.Values[i].Shape {
			if d < 1 {
				v.fault("value %%%d %s: dimension %d", i, v.p.Values[i].Name, d)
			}
		}
	}
}

func (v *verifier) learn() {
	l := v.p.Learn
	if l == nil {
		return
	}
	if len(l.Losses) == 0 {
		v.fault("learn: there is no loss")
	}
	for _, t := range l.Losses {
		switch {
		case !v.hasValue(t.Pred):
			v.fault("learn: %s compares %s, which does not exist", t.Op, valueText(t.Pred))
		case t.Error == NoValue && t.TargetError == NoValue:
			v.fault("learn: %s starts no error signal", t.Op)
		case t.Error != NoValue && !v.hasValue(t.Error):
			v.fault("learn: %s starts %s, which does not exist", t.Op, valueText(t.Error))
		case t.TargetError != NoValue && !v.hasValue(t.TargetError):
			v.fault("learn: %s starts %s, which does not exist", t.Op, valueText(t.TargetError))
		case (t.Target != "") == (t.TargetValue != NoValue):
			v.fault("learn: %s wants a field or a value as its target, and not both", t.Op)
		case t.TargetValue != NoValue && !v.hasValue(t.TargetValue):
			v.fault("learn: %s compares with %s, which does not exist", t.Op, valueText(t.TargetValue))
		case !finite(t.Weight, t.Smoothing):
			v.fault("learn: the weight of %s is not finite", t.Op)
		}
	}
	o := &l.Optimizer
	if !finite(o.Beta1, o.Beta2, o.Decay) {
		v.fault("learn: a number of the optimizer is not finite")
	}
	v.course("rate", &o.Rate)
	switch {
	case o.Kind == "sgd":
		v.course("momentum", &o.Momentum)
	case o.Momentum.Kind != "":
		v.fault("learn: %s has no momentum", o.Kind)
	}
	if o.Kind == "two_array" && (o.Transfer < 1 || v.p.Plan.Update != "pulsed") {
		v.fault("learn: two arrays want pulses in place and a transfer every 1 step at least, not %d", o.Transfer)
	}
	if l.Batch < 1 || (l.Epochs > 0) == (l.Steps > 0) || l.Warmup < 0 || l.TestEvery < 0 || l.TestBatch < 0 {
		v.fault("learn: batch %d, epochs %d, steps %d: want a batch and either epochs or steps", l.Batch, l.Epochs, l.Steps)
	}
	if l.Stop != nil {
		v.stop(l.Stop)
	}
}

func (v *verifier) course(what string, c *Course) {
	if !slices.Contains([]string{"constant", "steps", "cosine", "one_cycle"}, c.Kind) {
		v.fault("learn: the %s has no course named %q", what, c.Kind)
	}
	if !finite(c.Value, c.From, c.To, c.Factor, c.Warmup) {
		v.fault("learn: a number of the %s is not finite", what)
	}
}

func (v *verifier) stop(s *Stop) {
	if s.Patience < 1 || len(s.AnyOf) == 0 {
		v.fault("learn: a stop needs a condition and a patience from 1")
	}
	for _, all := range s.AnyOf {
		if len(all) == 0 {
			v.fault("learn: a stop's condition is empty")
		}
		for _, c := range all {
			if !slices.Contains(comparisons, c.Cmp) || !finite(c.Num) {
				v.fault("learn: stop when %s %s %g is no condition", c.Metric, c.Cmp, c.Num)
			}
		}
	}
}

func (v *verifier) totals() {
	p, t := v.p, &v.p.Timing
	for _, s := range []float64{t.Forward, t.Backward, t.Update, t.Step, t.Sample, t.Turns} {
		if !finite(s) || s < 0 {
			v.fault("timing: %g seconds", s)
		}
	}
	if p.Tiles < 0 || p.GradTiles < 0 || p.Frame < 0 || p.MACs < 0 || p.Params < 0 {
		v.fault("totals: a count is negative")
		return
	}
	// Two comparisons, not one sum: counts from a text may be as large as an int.
	if limit := p.Chip.TileLimit(); p.Tiles > limit || p.GradTiles > limit-p.Tiles {
		v.fault("totals: %d tiles of weights and %d of gradients, the chip has %d", p.Tiles, p.GradTiles, limit)
	}
	if limit := p.Chip.StackLimit(); p.Frame > limit {
		v.fault("totals: a frame of %d capacitors, the stack has %d", p.Frame, limit)
	}
}
