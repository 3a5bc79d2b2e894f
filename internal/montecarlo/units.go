package montecarlo

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
	"acl/lang/quantity"
	"acl/lang/spell"
)

// A Unit is what can be measured.
type Unit struct {
	Name string
	Doc  string       // the measured error
	Dim  quantity.Dim // its dimension
	rows bool         // takes a number of rows
	make func(*bench) measurement
}

// bench is what a unit is measured on.
type bench struct {
	chip *fabric.Chip
	rows int
}

// A measurement gives the error of a unit on a die.
type measurement struct {
	at    string // the operating point, in words
	error func(*die) (float64, error)
	// expected are the mean and sd that the machine computes with, nil where it has no
	// such figures.
	expected *Expectation
}

// Expectation is what the statistics of the machine say.
type Expectation struct{ Mean, SD float64 }

// Units are those that can be measured.
var Units = []Unit{
	{"column", "error of a column read, in normalised sums of w x", quantity.None, true, column},
	{"multiplier", "error of a product of two numbers, before calibration", quantity.None, false, product},
	{"comparator", "input at which a comparator changes its decision", quantity.Voltage, false, comparator},
	{"tanh", "error of tanh, of a full output", quantity.None, false, tanh},
	{"relu", "error of relu, of a full input", quantity.None, false, relu},
	{"softmax", "error of a probability", quantity.None, false, softmax},
	{"hold", "error of a held value", quantity.Voltage, false, hold},
}

// find is the unit of a name.
func find(name string) (*Unit, error) {
	names := make([]string, len(Units))
	for i := range Units {
		if names[i] = Units[i].Name; names[i] == name {
			return &Units[i], nil
		}
	}
	if near, ok := spell.Nearest(name, names); ok {
		return nil, fmt.Errorf("no unit %q to measure; did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("no unit %q to measure; there are %s", name, strings.Join(names, ", "))
}

// boundOf is the read-out range that a chip fixes, or the widest.
func boundOf(chip *fabric.Chip) float64 {
	if chip.Rail.Bound > 0 {
		return chip.Rail.Bound
	}
	return array.MaxBound
}

// column reads fixed inputs and weights, uniform in ±0.5, which is an rms of 0.29.
func column(b *bench) measurement {
	x, w := make([]float32, b.rows), make([]float32, b.rows)
	key := kernel.NewKey(0, uint32(array.KindInit), kernel.PathHash("montecarlo/column"), 0, 0)
	key.Uniform(x, 0, 0)
	key.Uniform(w, 1, 0)
	xs, ws := make([]float64, b.rows), make([]float64, b.rows)
	for i := range x {
		xs[i], ws[i] = float64(x[i])-0.5, float64(w[i])-0.5
	}
	return b.read(xs, ws, fmt.Sprintf("%d rows, inputs and weights within ±0.5, read-out range %g", b.rows, boundOf(b.chip)))
}

// product reads a single row.
func product(b *bench) measurement {
	return b.read([]float64{0.5}, []float64{0.5}, fmt.Sprintf("0.5 x 0.5, read-out range %g", boundOf(b.chip)))
}

// read measures a column with inputs x and weights w, in full ones.
func (b *bench) read(x, w []float64, at string) measurement {
	chip, bound := b.chip, boundOf(b.chip)
	volts, gates := make([]float64, len(x)), make([]float64, len(x))
	ideal, squares, sum := 0.0, 0.0, 0.0
	for i := range x {
		volts[i], gates[i] = x[i]*chip.Rail.Input, w[i]*chip.Rail.Weight
		ideal += x[i] * w[i]
		squares += x[i] * x[i]
		sum += x[i]
	}
	nominal := circuit.ColumnOf(chip, len(x), bound)
	unit := bound / circuit.Swing(chip)
	// What the statistics of an array say of the same sum.
	s := array.StatsOf(chip, len(x), bound)
	expected := &Expectation{
		Mean: (s.Gain - 1) * ideal,
		SD: math.Hypot(s.Gain*math.Sqrt(s.Mismatch*s.Mismatch*squares+s.Column*s.Column*sum*sum),
			math.Hypot(s.Gain*s.GainSigma*ideal, s.Offset)),
	}
	return measurement{at: at, expected: expected, error: func(d *die) (float64, error) {
		c := nominal
		c.Plus, c.Minus = d.side(nominal.Plus), d.side(nominal.Minus)
		c.Cells = make([]circuit.Cell, len(x))
		for i, cell := range nominal.Cells {
			c.Cells[i] = circuit.Cell{Plus: d.vcr(cell.Plus), Minus: d.vcr(cell.Minus)}
		}
		v, err := c.Exact(gates, volts)
		return v*unit - ideal, err
	}}
}

// comparator finds the input that changes the decision.
func comparator(b *bench) measurement {
	sd := spreadsOf(b.chip).comparator
	return measurement{at: "against 0 V", expected: &Expectation{SD: sd}, error: func(d *die) (float64, error) {
		c := circuit.Comparator{Offset: d.comparator * d.next(array.KindComparator)}
		low, high := -1.0, 1.0
		for high-low > 1e-9 {
			if mid := (low + high) / 2; c.Decide(mid, 0, false) {
				high = mid
			} else {
				low = mid
			}
		}
		return (low + high) / 2, nil
	}}
}

// pairSlope is n of weak inversion, as extracted for the node (physics.md §2, P6).
const pairSlope = 1.18

// tanh measures a pair in weak inversion at half an output; its input is scaled so
// that its ideal is tanh itself.
func tanh(b *bench) measurement {
	kelvin, full := b.chip.Temperature, b.chip.Rail.Input
	const tail = 5e-6
	at := math.Atanh(0.5)
	return measurement{at: "tanh = 0.5", error: func(d *die) (float64, error) {
		p := circuit.WeakPair{Load: d.ohms(full / tail), Tail: tail, Slope: pairSlope, Offset: d.offset * d.next(array.KindOffset)}
		v, err := p.Output(at*2*pairSlope*circuit.ThermalVoltage(kelvin), kelvin)
		return v/full - 0.5, err
	}}
}

// relu measures a rectifier of gain 1 at half an input.
func relu(b *bench) measurement {
	full := b.chip.Rail.Input
	const ohms = 100e3
	return measurement{at: "relu(0.5)", error: func(d *die) (float64, error) {
		in, feedback := d.ohms(ohms), d.ohms(ohms)
		r := circuit.Rectifier{Amp: d.amp(circuit.OpAmpOf(b.chip)), Diode: circuit.Silicon(1e-15), Input: in, Gain: feedback / in}
		v, err := r.Output(-0.5*full, b.chip.Temperature)
		return v/full - 0.5, err
	}}
}

// softmax measures the first of four equal probabilities, whose drivers have
// offsets; without base currents the shares sum to 1.
func softmax(b *bench) measurement {
	const classes = 4
	// sd of p ln's derivative: √((1-p)²+Σ p_j²) of a logit's sd (physics.md §4.3).
	p := 1.0 / classes
	logit := spreadsOf(b.chip).offset / circuit.ThermalVoltage(b.chip.Temperature)
	expected := &Expectation{SD: p * logit * math.Sqrt((1-p)*(1-p)+(classes-1)*p*p)}
	return measurement{at: "the first of four equal ones", expected: expected, error: func(d *die) (float64, error) {
		offset := make([]float64, classes)
		for i := range offset {
			offset[i] = d.offset * d.next(array.KindOffset)
		}
		t := circuit.Translinear{Beta: math.Inf(1), Offset: offset}
		shares, err := t.Shares(make([]float64, classes), b.chip.Temperature)
		if err != nil {
			return 0, err
		}
		return shares[0] - p, nil
	}}
}

// hold measures a full value just before it would be refreshed.
func hold(b *bench) measurement {
	chip := b.chip
	tau := circuit.Retention(chip.Cap.Hold, chip.Rail.Weight, chip.Cap.Leak)
	leaks := !chip.Ideal && chip.Noise.Leak.On() && !math.IsInf(tau, 1)
	wait, at := 0.0, "a full input, without a leak"
	if bits := chip.ADC.Bits; leaks && bits > 0 {
		wait = circuit.RefreshInterval(tau, bits)
		at = fmt.Sprintf("a full input after %.3g s, half a step of the converter", wait)
	}
	return measurement{at: at, error: func(d *die) (float64, error) {
		full := chip.Rail.Input
		v := full + d.sample*d.next(array.KindStorage)
		if wait == 0 {
			return v - full, nil
		}
		v, err := circuit.Droop(v, wait, tau*least(1+d.leak*d.next(array.KindLeak)))
		return v - full, err
	}}
}
