package module

import (
	"math"

	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// The computation unit of std.analog, element by element (physics.md §2). Its
// adders and multipliers are those of std.nn.

// each computes out[i] = f(i).
func (b *base) each(out []float32, f func(i int) float32) {
	b.env.Pool.Run(len(out), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = f(i)
		}
	})
}

// most is the largest of its inputs: followers inside the loops of amplifiers
// whose offsets shift each input (P10). The winners are its record.
type most struct {
	*base
	amp   amp
	shift [][]float32 // by input, a lane; nil: none
	win   []int32
}

func newMost(b *base) Module {
	m := &most{base: b, amp: b.newAmp(1)}
	m.amp.offset, m.amp.gain = nil, 1
	chip := b.env.Chip
	if l := chip.Noise.Offset; l.On() {
		for i := range b.in {
			m.shift = append(m.shift, b.lanes(array.KindOffset, portField+uint32(i), width(b.out), -l.Number(chip.Opamp.Offset)/chip.Rail.Input))
		}
	}
	return m
}

// Record is the index of the input that won each element.
func (m *most) Record() []int32 { return m.win }

func (m *most) Run(c *Call) Report {
	out := c.Out.Data
	if cap(m.win) < len(out) {
		m.win = make([]int32, len(out))
	}
	m.win = m.win[:len(out)]
	w := width(m.out)
	m.env.Pool.Run(len(out), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			top, at := float32(math.Inf(-1)), 0
			for p := range c.Args {
				v := c.Args[p].Data[i]
				if m.shift != nil && !c.Dry {
					v += m.shift[p][i%w]
				}
				if v *= pow2(c.Args[p].Exp - c.Out.Exp); v > top {
					top, at = v, p
				}
			}
			out[i], m.win[i] = top, int32(at)
		}
	})
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// mostGrad passes the error to the input that won.
type mostGrad struct{ *base }

func newMostGrad(b *base) Module { return &mostGrad{b} }

func (m *mostGrad) Run(c *Call) Report {
	win := m.forward.(Recorder).Record()
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		m.each(dst, func(i int) float32 {
			if int(win[i]) != m.unit.Operand {
				return 0
			}
			return src[i]
		})
	})
}

// compare gives 1 where its first input is above the second, else 0 (P7).
type compare struct {
	*base
	offset []float32 // a lane, nil: none
}

func newCompare(b *base) Module {
	m := &compare{base: b}
	chip := b.env.Chip
	if l := chip.Noise.Comparator; l.On() {
		m.offset = b.lanes(array.KindComparator, gateField, width(b.out), l.Number(chip.Comparator.Offset)/chip.Rail.Input)
	}
	return m
}

func (m *compare) Run(c *Call) Report {
	a, x := c.Args[0], c.Args[1]
	top := max(a.Exp, x.Exp)
	ka, kx, one := pow2(a.Exp-top), pow2(x.Exp-top), pow2(-c.Out.Exp)
	w := width(m.out)
	m.each(c.Out.Data, func(i int) float32 {
		d := float32(ka*a.Data[i]) - float32(kx*x.Data[i])
		if m.offset != nil && !c.Dry {
			d += m.offset[i%w]
		}
		if d > 0 {
			return one
		}
		return 0
	})
	return m.pass(c, m.plain(c, c.Out.Exp))
}

// quotient divides by the overdrive of a resistor in an amplifier's feedback (P4):
// a divisor of full scale is the overdrive of a weight of zero, its sign a switch.
// The offset and mismatch of the gate are relative to the divisor, so that its
// magnitude is kept above a floor; without rails there is none.
type quotient struct {
	*base
	amp   amp
	floor float32   // of the divisor's magnitude, in full scales
	gate  []float32 // error of the overdrive, a lane; nil: none
}

func (b *base) newQuotient() quotient {
	m := quotient{base: b, amp: b.newAmp(2)}
	chip := b.env.Chip
	if chip.Noise.Clip.On() {
		m.floor = float32(circuit.SmallestOverdrive / chip.VCR.Overdrive)
	}
	volts := 0.0
	if l := chip.Noise.Offset; l.On() {
		volts = l.Number(chip.Opamp.Offset)
	}
	if l := chip.Noise.Mismatch; l.On() {
		volts = math.Hypot(volts, chip.Mismatch.Threshold)
	}
	if volts > 0 {
		m.gate = b.lanes(array.KindMismatch, pairField, width(b.out), volts/chip.VCR.Overdrive)
	}
	return m
}

// inverse is 1 over a divisor in full scales, and whether the floor held it.
func (m *quotient) inverse(c *Call, i int, b float32) (inv float32, held bool) {
	size := max(b, -b)
	if !c.Dry {
		held = size < m.floor
		size = max(size, m.floor)
		if m.gate != nil {
			size += m.gate[i%len(m.gate)]
		}
	}
	if b < 0 {
		size = -size
	}
	return 1 / size, held
}

type divide struct{ quotient }

func newDivide(b *base) Module { return &divide{b.newQuotient()} }

func (m *divide) Run(c *Call) Report {
	a, b := &c.Args[0], &c.Args[1]
	k := pow2(a.Exp - b.Exp - c.Out.Exp)
	m.each(c.Out.Data, func(i int) float32 {
		inv, _ := m.inverse(c, i, b.Data[i])
		return k * float32(a.Data[i]*inv)
	})
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// divideGrad is δ/b for the dividend and -δ a/b² for the divisor, 0 where the floor
// held it.
type divideGrad struct{ quotient }

func newDivideGrad(b *base) Module { return &divideGrad{b.newQuotient()} }

func (m *divideGrad) Run(c *Call) Report {
	d, a, b := &c.Args[0], &c.Saved[0], &c.Saved[1]
	if m.unit.Operand == 0 {
		k := pow2(d.Exp - b.Exp - c.Out.Exp)
		m.each(c.Out.Data, func(i int) float32 {
			inv, _ := m.inverse(c, i, b.Data[i])
			return k * float32(d.Data[i]*inv)
		})
	} else {
		k := -pow2(d.Exp + a.Exp - 2*b.Exp - c.Out.Exp)
		m.each(c.Out.Data, func(i int) float32 {
			inv, held := m.inverse(c, i, b.Data[i])
			if held {
				return 0
			}
			return k * float32(float32(d.Data[i]*inv)*float32(a.Data[i]*inv))
		})
	}
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// exponential is the ratio of the currents of two matched junctions (P5T): the
// full scale of the output belongs to the second one, so that only the offset
// between them is left, a shift of the argument.
type exponential struct {
	*base
	amp   amp
	shift []float32 // nat, a lane; nil: none
	slope float32   // of the argument, by the temperature
}

func newExponential(b *base) Module {
	m := &exponential{base: b, amp: b.newAmp(1), slope: b.junctionSlope()}
	chip := b.env.Chip
	if l := chip.Noise.Offset; l.On() {
		m.shift = b.lanes(array.KindOffset, gateField, width(b.out),
			l.Number(chip.Opamp.Offset)/circuit.ThermalVoltage(chip.Temperature))
	}
	return m
}

func (m *exponential) Run(c *Call) Report {
	out := c.Out.Data
	copy(out, c.Args[0].Data)
	rescale(m.env.Pool, out, c.Args[0].Exp, 0)
	if m.shift != nil && !c.Dry {
		addLanes(m.env.Pool, out, 1, m.shift, len(out))
	}
	if m.slope != 1 && !c.Dry {
		kernel.Scale(m.env.Pool, out, m.slope)
	}
	full := float32(float64(c.Out.Exp) * math.Ln2)
	m.each(out, func(i int) float32 { return out[i] - full })
	kernel.Exp(m.env.Pool, out, out)
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// newExponentialGrad multiplies the error by the stored output.
func newExponentialGrad(b *base) Module { return &productGrad{product: makeProduct(b)} }

// gain multiplies by a constant, the ratio of two resistors.
type gain struct {
	*base
	amp amp
	k   float32
}

func newGain(b *base) Module {
	k := b.unit.Attr("k")[0]
	return &gain{b, b.newAmp(1 + math.Abs(k)), float32(k)}
}

func (m *gain) Run(c *Call) Report {
	k := m.k * pow2(c.Args[0].Exp-c.Out.Exp)
	m.each(c.Out.Data, func(i int) float32 { return k * c.Args[0].Data[i] })
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// hold samples a value onto a capacitor and reads it by a follower (P8).
type hold struct {
	*base
	sigma float32
}

func newHold(b *base) Module { return &hold{b, b.ktc()} }

func (m *hold) Run(c *Call) Report {
	copy(c.Out.Data, c.Args[0].Data)
	return m.pass(c, m.charged(c, c.Args[0].Exp, m.sigma))
}
