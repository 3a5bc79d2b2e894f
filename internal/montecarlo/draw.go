package montecarlo

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// spreads are the standard deviations that the devices of a chip are drawn with, as
// its noise levels leave them.
type spreads struct {
	threshold  float64 // V, of a resistor's transistor
	beta       float64 // share
	resistor   float64 // share
	offset     float64 // V, of an amplifier
	comparator float64 // V
	sample     float64 // V, kT/C of one sample on a hold capacitor
	leak       float64 // share, of a capacitor's lifetime
	unbounded  bool    // amplifiers without the loop gain that a level of offset stands for
}

func spreadsOf(chip *fabric.Chip) spreads {
	n := &chip.Noise
	if chip.Ideal {
		return spreads{unbounded: true}
	}
	var s spreads
	if n.Mismatch.On() {
		k := 1.0 // a level that is a number is the sd of a weight
		if own := circuit.MismatchSigma(chip); n.Mismatch.Mode == fabric.LevelNumber && own > 0 {
			k = n.Mismatch.Value / own
		}
		s.threshold, s.beta, s.resistor = k*chip.Mismatch.Threshold, k*chip.Mismatch.Beta, k*chip.Mismatch.Resistor
	}
	s.offset = n.Offset.Number(chip.Opamp.Offset)
	s.unbounded = !n.Offset.On()
	s.comparator = n.Comparator.Number(chip.Comparator.Offset)
	if n.Storage.On() {
		s.sample = n.Storage.Number(circuit.HoldSigma(chip)/chip.Rail.Input) * chip.Rail.Input
	}
	if n.Leak.On() {
		s.leak = chip.Cell.Spread.Leak
	}
	return s
}

// A die draws devices one after the other, each kind from a stream of its own: a
// kind whose spread is changed moves no draw of another.
type die struct {
	spreads
	number uint64
	unit   uint64
	taken  map[array.Kind]int
}

func newDie(s spreads, number int, unit string) *die {
	return &die{spreads: s, number: uint64(number), unit: kernel.PathHash("montecarlo/" + unit), taken: map[array.Kind]int{}}
}

// next is the next standard normal draw of a kind.
func (d *die) next(kind array.Kind) float64 {
	var z [1]float32
	kernel.NewKey(d.number, uint32(kind), d.unit, 0, 0).Normal(z[:], 0, d.taken[kind])
	d.taken[kind]++
	return float64(z[0])
}

// vcr draws a voltage-controlled resistor about r.
func (d *die) vcr(r circuit.VCR) circuit.VCR {
	r.Threshold += d.threshold * d.next(array.KindMismatch)
	r.Beta *= least(1 + d.beta*d.next(array.KindMismatch))
	return r
}

// ohms draws a resistor.
func (d *die) ohms(r float64) float64 { return r * least(1+d.resistor*d.next(array.KindColumn)) }

// amp draws an amplifier's offset.
func (d *die) amp(a circuit.OpAmp) circuit.OpAmp {
	a.Offset = d.offset * d.next(array.KindOffset)
	if d.unbounded {
		a.Gain = math.Inf(1)
	}
	return a
}

// side draws a transimpedance amplifier.
func (d *die) side(s circuit.Side) circuit.Side {
	return circuit.Side{Amp: d.amp(s.Amp), Feedback: d.ohms(s.Feedback)}
}

// least keeps a factor that is drawn far out of the bell a device's.
func least(k float64) float64 { return math.Max(k, 0.1) }
