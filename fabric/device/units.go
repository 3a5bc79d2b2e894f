package device

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
)

// Functional modules. Voltages are shares of rail.input times the full scale of
// their value; amplifiers err by the lane.

// volts brings logical numbers to volts at a full scale.
func (f *firing) volts(x, full float64) float64 { return x / full * f.m.chip.Rail.Input }

// logical brings volts back.
func (f *firing) logical(v, full float64) float64 { return v / f.m.chip.Rail.Input * full }

// amp is the amplifier of element i of an output, auto-zeroed where the setup did.
func (f *firing) amp(i int) circuit.OpAmp {
	o := f.m.amp(f.own.offset[i%len(f.own.offset)])
	if f.own.zeroed && f.m.level.Offset.On() {
		// The mean of 16 converted reads takes the place of the offset where it is
		// closer to it than nothing.
		lsb := 0.0
		if f.m.level.Quantize.On() {
			lsb = array.LSB(f.m.chip.ADC.Bits, circuit.Swing(f.m.chip))
		}
		residue := math.Sqrt((math.Pow(f.sigma(2), 2) + lsb*lsb/12) / 16)
		if sigma := f.m.level.Offset.Number(f.m.chip.Opamp.Offset); residue < sigma {
			o.Offset *= residue / sigma
		}
	}
	return o
}

// sigma is the noise of an amplifier of a noise gain, V.
func (f *firing) sigma(gain float64) float64 {
	if !f.m.level.Read.On() || f.c.Clean {
		return 0
	}
	own := circuit.OpAmpOf(f.m.chip).NoiseRMS(gain, 0, f.m.chip.Temperature)
	return f.m.level.Read.Number(own/f.m.chip.Rail.Input) * f.m.chip.Rail.Input
}

// each computes the volts of every element of the output by a circuit, adds the
// amplifier's noise, and brings them back.
func (f *firing) each(n int, full, gain float64, circuit func(i int, o circuit.OpAmp) (float64, error)) []float64 {
	out := make([]float64, n)
	var z []float64
	sigma := f.sigma(gain)
	if sigma > 0 {
		z = normal(f.key(array.KindRead, 2), f.sample, n)
	}
	for i := range out {
		v, err := circuit(i, f.amp(i))
		f.sure(err)
		if z != nil {
			v += sigma * z[i]
		}
		out[i] = f.logical(v, full)
	}
	return out
}

func (f *firing) input() []float64 {
	shape := f.m.prog.Values[f.u.Out].Shape
	n := f.m.prog.Values[f.u.Out].Elements()
	row := f.c.Data[f.s*n : (f.s+1)*n]
	x := make([]float64, n)
	for i := range x {
		if len(shape) == 3 { // rows come channel by channel, wires pixel by pixel
			x[i] = float64(row[i%shape[0]*shape[1]*shape[2]+i/shape[0]])
		} else {
			x[i] = float64(row[i])
		}
	}
	full := f.full(f.u.Out, x)
	for i, v := range x {
		v /= full
		if f.m.level.Clip.On() && math.Abs(v) > 1 {
			v = math.Copysign(1, v)
			f.report.Clipped++
		}
		if f.m.level.Quantize.On() && f.m.chip.DAC.Bits > 0 {
			v = array.Converted(v, f.m.chip.DAC.Bits, 1)
		}
		x[i] = v * full
	}
	return x
}

// sum adds, or takes the second operand from the first: a summing amplifier and an
// inverting one.
func (f *firing) sum() []float64 {
	full, n := 1.0, len(f.arg(0))
	for i, v := range f.u.Args {
		full = max(full, f.full(v, f.arg(i)))
	}
	return f.each(n, full, float64(1+len(f.u.Args)), func(i int, o circuit.OpAmp) (float64, error) {
		var v, r []float64
		for k := range f.u.Args {
			x := f.arg(k)[i]
			if k > 0 && f.u.Op == "nn.sub" && f.u.Role == fabric.Forward {
				x = -x // by a differential signal, whose wires change places
			}
			v, r = append(v, f.volts(x, full)), append(r, summing)
		}
		s, err := o.Sum(summing, v, r)
		if err != nil {
			return 0, err
		}
		return o.Sum(summing, []float64{s}, []float64{summing})
	})
}

// summing is the resistor of adders, Ohm [A].
const summing = 100e3

// signed is the gradient of a difference.
func (f *firing) signed() []float64 {
	out := append([]float64(nil), f.arg(0)...)
	for i := range out {
		if f.u.Operand == 1 {
			out[i] = -out[i]
		}
	}
	return out
}

// relu is a difference amplifier with its inputs swapped and an inverting
// rectifier.
func (f *firing) relu() []float64 {
	x := f.arg(0)
	full := f.full(f.u.Args[0], x)
	return f.each(len(x), full, 2, func(i int, o circuit.OpAmp) (float64, error) {
		s, err := o.Difference(f.volts(x[i], full), 0)
		if err != nil || !f.m.level.Offset.On() {
			return max(0, -s), err // a diode in a loop of unbounded gain
		}
		r := circuit.Rectifier{Amp: o, Diode: circuit.Silicon(1e-15), Input: summing, Gain: 1}
		return r.Output(s, f.m.chip.Temperature)
	})
}

// reluBack opens a switch where the comparator of the stored output stays low: its
// threshold stands two sigma above zero.
func (f *firing) reluBack() []float64 {
	delta, y := f.arg(0), f.saved(0)
	full := f.full(f.u.Saved[0], y)
	out := make([]float64, len(delta))
	for i, d := range delta {
		c := circuit.Comparator{}
		if l := f.m.level.Comparator; l.On() {
			sigma := l.Number(f.m.chip.Comparator.Offset)
			c.Offset = -2*sigma - sigma*f.own.gate[i%len(f.own.gate)]
		}
		if c.Decide(f.volts(y[i], full), 0, false) {
			out[i] = d
		}
	}
	return out
}

// perUnit is the volts that stand for one unit of the input of a junction: they
// scale with the temperature, or stay what they are at 300.15 K.
func (f *firing) perUnit() float64 {
	if f.m.level.Drift.On() {
		return circuit.ThermalVoltage(circuit.Nominal)
	}
	return circuit.ThermalVoltage(f.m.chip.Temperature)
}

// pairTail is the tail of a tanh's pair, A [A].
const pairTail = 5e-6

// tanh is a bipolar pair whose load makes a full output of rail.input.
func (f *firing) tanh() []float64 {
	x := f.arg(0)
	p := circuit.BipolarPair{Load: f.m.chip.Rail.Input / pairTail, Tail: pairTail, Beta: math.Inf(1), Skew: 1}
	return f.each(len(x), 1, 2, func(i int, o circuit.OpAmp) (float64, error) {
		return p.Output(2*f.perUnit()*x[i]+o.Offset, f.m.chip.Temperature)
	})
}

// tanhBack is (1-y²)δ by two multipliers.
func (f *firing) tanhBack() []float64 {
	y := f.saved(0)
	square := f.multiply(f.arg(0), y, f.u.Saved[0])
	square = f.multiply(square, y, f.u.Saved[0])
	out := append([]float64(nil), f.arg(0)...)
	for i := range out {
		out[i] -= square[i]
	}
	return out
}

// multiply is x by w, which sits on the gates of a pair. The read-out's range is the
// product of a full input and a full weight.
func (f *firing) multiply(x, w []float64, by fabric.ValueID) []float64 {
	fullX, fullW := 1.0, f.full(by, w)
	for largest(x) > fullX {
		fullX *= 2
	}
	for fullX > 1e-300 && largest(x) <= fullX/2 && largest(x) > 0 {
		fullX /= 2
	}
	m := circuit.MultiplierOf(f.m.chip, 1)
	full := circuit.Swing(f.m.chip) / f.m.chip.Rail.Input
	return f.each(len(x), fullX*fullW/full, 2, func(i int, o circuit.OpAmp) (float64, error) {
		m.Amp = o
		m.Amp.Offset = 0 // of both sides alike
		return m.Exact(w[i]/fullW*f.m.chip.Rail.Weight, f.volts(x[i], fullX))
	})
}

// softmax is translinear, over the last axis, the largest logit first.
func (f *firing) softmax() []float64 {
	shape := f.m.prog.Values[f.u.Out].Shape
	x, k := byRow(f.arg(0), shape), shape[len(shape)-1]
	var out []float64
	for at := 0; at < len(x); at += k {
		top := math.Inf(-1)
		for _, v := range x[at : at+k] {
			top = max(top, v)
		}
		t, v := circuit.Translinear{Beta: math.Inf(1), Offset: make([]float64, k)}, make([]float64, k)
		for i := range v {
			nats := x[at+i] - top
			if f.m.level.Clip.On() {
				nats = max(nats, -softmaxRange)
			}
			v[i], t.Offset[i] = nats*f.perUnit(), f.amp(i).Offset
		}
		p, err := t.Shares(v, f.m.chip.Temperature)
		f.sure(err)
		out = append(out, p...)
	}
	return byPixel(out, shape)
}

// softmaxRange is the least logit below the largest that a translinear circuit
// tells from none, nats: ln(10 uA/10 pA).
const softmaxRange = 13.8

func (f *firing) softmaxBack() []float64 {
	shape := f.m.prog.Values[f.u.Out].Shape
	d, p, k := byRow(f.arg(0), shape), byRow(f.saved(0), shape), shape[len(shape)-1]
	out := make([]float64, len(d))
	for at := 0; at < len(d); at += k {
		dot := 0.0
		for i := at; i < at+k; i++ {
			dot += d[i] * p[i]
		}
		for i := at; i < at+k; i++ {
			out[i] = p[i] * (d[i] - dot)
		}
	}
	return byPixel(out, shape)
}

// byRow orders a map that is stored pixel by pixel as the language does, channel by
// channel; other values are so already.
func byRow(x []float64, s []int) []float64 {
	if len(s) != 3 {
		return x
	}
	out := make([]float64, len(x))
	for i := range out {
		out[i%s[0]*s[1]*s[2]+i/s[0]] = x[i]
	}
	return out
}

// byPixel undoes byRow.
func byPixel(x []float64, s []int) []float64 {
	if len(s) != 3 {
		return x
	}
	out := make([]float64, len(x))
	for i := range out {
		out[i] = x[i%s[0]*s[1]*s[2]+i/s[0]]
	}
	return out
}

// maxpool is a tree of comparators and a switch that passes the winner.
func (f *firing) maxpool() []float64 {
	x, w := f.arg(0), f.window(f.u.Args[0], f.u.Out)
	full := f.full(f.u.Args[0], x)
	out := make([]float64, w.oh*w.ow*w.c)
	wins := f.m.wins[f.u.Path]
	if f.s == 0 {
		wins = nil
	}
	for p := range w.oh * w.ow {
		for ch := range w.c {
			best, top := -1, math.Inf(-1)
			w.taps(p, func(_, pixel int) {
				if pixel < 0 {
					return
				}
				v := f.volts(x[pixel*w.c+ch], full)
				if l := f.m.level.Comparator; l.On() {
					v += l.Number(f.m.chip.Comparator.Offset) * f.own.gate[ch%len(f.own.gate)] * float64(pixel%2)
				}
				if v > top {
					best, top = pixel*w.c+ch, v
				}
			})
			out[p*w.c+ch] = x[best]
			wins = append(wins, best)
		}
	}
	f.m.wins[f.u.Path] = wins
	return out
}

func (f *firing) maxpoolBack() []float64 {
	d := f.arg(0)
	wins := f.m.wins[forwardPath(f.u.Path)][f.s*len(d):]
	out := make([]float64, f.m.prog.Values[f.u.Out].Elements())
	for i, v := range d {
		out[wins[i]] += v
	}
	return out
}

// avgpool shares the charge of a window's capacitors; padding is at 0 V.
func (f *firing) avgpool() []float64 {
	x, w := f.arg(0), f.window(f.u.Args[0], f.u.Out)
	out := make([]float64, w.oh*w.ow*w.c)
	for p := range w.oh * w.ow {
		for ch := range w.c {
			v, c := make([]float64, w.kh*w.kw), make([]float64, w.kh*w.kw)
			w.taps(p, func(tap, pixel int) {
				c[tap] = f.m.chip.Cap.Hold
				if pixel >= 0 {
					v[tap] = x[pixel*w.c+ch]
				}
			})
			y, err := circuit.Average(v, c, 0)
			f.sure(err)
			out[p*w.c+ch] = y
		}
	}
	return out
}

func (f *firing) avgpoolBack() []float64 {
	d, w := f.arg(0), f.window(f.u.Out, f.u.Args[0])
	out := make([]float64, f.m.prog.Values[f.u.Out].Elements())
	for p := range w.oh * w.ow {
		w.taps(p, func(_, pixel int) {
			if pixel < 0 {
				return
			}
			for ch := range w.c {
				out[pixel*w.c+ch] += d[p*w.c+ch] / float64(w.kh*w.kw)
			}
		})
	}
	return out
}
