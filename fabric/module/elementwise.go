package module

import (
	"math"

	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// dropVolts is what a junction of the precision rectifier drops [A].
const dropVolts = 0.6

// relu is the precision rectifier P9: the part of the input above its dead zone.
type relu struct {
	*base
	amp  amp
	dead float32 // (1+k) V_D / (A0 V_X), k = 1
}

func newReLU(b *base) Module {
	m := &relu{base: b, amp: b.newAmp(2)}
	m.amp.offset, m.amp.gain = nil, 1 // the rectifier's own law holds its offset
	chip := b.env.Chip
	if chip.Noise.Offset.On() {
		m.dead = float32(2 * dropVolts / (chip.Opamp.Gain * chip.Rail.Input))
	}
	return m
}

func (m *relu) Run(c *Call) Report {
	dead := m.dead
	if c.Dry {
		dead = 0
	}
	h := m.amplified(c, c.Args[0].Exp, &m.amp)
	return m.passed(h.ReLU(m.env.Pool, c.Out.Data, c.Args[0].Data, dead))
}

// reluGrad passes the error where the stored output is above a threshold: a
// comparator an element decides, and a switch passes or grounds the wire, which
// adds no offset and no noise. The control unit sets the threshold two standard
// deviations of the comparators' offsets above zero, so that a unit that was
// silent stays so in almost every lane.
type reluGrad struct {
	*base
	threshold []float32 // a lane
}

func newReLUGrad(b *base) Module {
	m := &reluGrad{base: b}
	chip := b.env.Chip
	if l := chip.Noise.Comparator; l.On() {
		sigma := l.Number(chip.Comparator.Offset) / chip.Rail.Input
		m.threshold = b.lanes(array.KindComparator, b.field(gateField), width(b.out), sigma)
		for i := range m.threshold {
			m.threshold[i] += float32(2 * sigma)
		}
	}
	return m
}

func (m *reluGrad) Run(c *Call) Report {
	threshold := m.threshold
	if c.Dry {
		threshold = nil
	}
	h := m.plain(c, c.Args[0].Exp)
	return m.passed(h.MaskGrad(m.env.Pool, c.Out.Data, c.Args[0].Data, c.Saved[0].Data, threshold, width(m.out)))
}

// junctionSlope is the factor on the input of a circuit that measures volts in
// units of V_T. Its drivers scale with the temperature and leave 1; with
// noise.drift they stay what they are at 300.15 K, and the factor is T_0/T
// (physics.md §8), to the power of a level that is a number.
func (b *base) junctionSlope() float32 {
	l := b.env.Chip.Noise.Drift
	if !l.On() {
		return 1
	}
	return float32(math.Pow(circuit.Nominal/b.env.Chip.Temperature, l.Number(1)))
}

// tanh is the differential pair P6: its offset voltage shifts the input.
type tanh struct {
	*base
	amp   amp
	shift []float32 // a lane, in units of the input rail
	slope float32   // of the input, by the temperature
}

func newTanh(b *base) Module {
	m := &tanh{base: b, amp: b.newAmp(1), slope: b.junctionSlope()}
	m.shift, m.amp.offset, m.amp.gain = m.amp.offset, nil, 1
	return m
}

func (m *tanh) Run(c *Call) Report {
	x, y := c.Args[0].Data, c.Out.Data
	kernel.Copy(m.env.Pool, y, x, 1)
	if m.shift != nil && !c.Dry {
		addLanes(m.env.Pool, y, 1, m.shift, len(y))
	}
	rescale(m.env.Pool, y, c.Args[0].Exp, 0)
	if m.slope != 1 && !c.Dry {
		kernel.Scale(m.env.Pool, y, m.slope)
	}
	kernel.Tanh(m.env.Pool, y, y)
	return m.pass(c, m.amplified(c, 0, &m.amp))
}

// tanhGrad multiplies the error by 1 - y² of the stored output (two multipliers,
// P3).
type tanhGrad struct {
	*base
	amp amp
}

func newTanhGrad(b *base) Module { return &tanhGrad{b, b.newAmp(2)} }

func (m *tanhGrad) Run(c *Call) Report {
	d, y, out := c.Args[0].Data, c.Saved[0].Data, c.Out.Data
	k := c.Saved[0].Scale()
	m.env.Pool.Run(len(out), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			v := k * y[i]
			out[i] = d[i] * (1 - float32(v*v))
		}
	})
	return m.pass(c, m.amplified(c, c.Args[0].Exp, &m.amp))
}

// softmax is the translinear circuit P12 over the last axis: a mismatch of its
// junctions shifts a logit, and logits far below the largest reach the floor of
// the currents.
type softmax struct {
	*base
	amp     amp
	shift   []float32 // nat, a lane
	slope   float32   // of the logits, by the temperature: 1 over that of the softmax
	scratch []float32
}

// floorNats is the range of currents, ln(10 uA / 10 pA) (physics.md §8).
const floorNats = 13.8

func newSoftmax(b *base) Module {
	m := &softmax{base: b, amp: b.newAmp(1), slope: b.junctionSlope()}
	m.amp.offset, m.amp.gain = nil, 1
	chip := b.env.Chip
	if l := chip.Noise.Offset; l.On() {
		sigma := l.Number(chip.Opamp.Offset) / circuit.ThermalVoltage(chip.Temperature)
		m.shift = b.lanes(array.KindOffset, laneField, b.out[len(b.out)-1], sigma)
	}
	return m
}

func (m *softmax) Run(c *Call) Report {
	cols := m.out[len(m.out)-1]
	x := m.logits(c)
	if len(m.out) == 3 {
		// The last axis of an image is its columns, which are not stored last.
		rows := grow(nil, len(x))
		toRows(m.env.Pool, rows, x, c.N, m.out)
		m.over(c, rows, cols)
		kernel.Softmax(m.env.Pool, rows, rows, len(rows)/cols, cols)
		fromRows(m.env.Pool, c.Out.Data, rows, c.N, m.out)
	} else {
		m.over(c, x, cols)
		kernel.Softmax(m.env.Pool, c.Out.Data, x, len(x)/cols, cols)
	}
	return m.pass(c, m.amplified(c, 0, &m.amp))
}

// logits is a copy of the operand in nats.
func (m *softmax) logits(c *Call) []float32 {
	m.scratch = grow(m.scratch, len(c.Args[0].Data))
	kernel.Copy(m.env.Pool, m.scratch, c.Args[0].Data, c.Args[0].Scale())
	return m.scratch
}

// over shifts the logits by the junctions' mismatch and holds them within the
// range of currents below the largest of their row.
func (m *softmax) over(c *Call, x []float32, cols int) {
	if c.Dry {
		return
	}
	if m.shift != nil || m.slope != 1 {
		addLanes(m.env.Pool, x, m.slope, m.shift, len(x))
	}
	if !m.env.Chip.Noise.Clip.On() {
		return
	}
	m.env.Pool.Run(len(x)/cols, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := x[r*cols : (r+1)*cols]
			top := float32(math.Inf(-1))
			for _, v := range row {
				top = max(top, v)
			}
			for j := range row {
				row[j] = max(row[j], top-floorNats)
			}
		}
	})
}

// softmaxGrad is p ⊙ (g - <g, p>) from the stored output p.
type softmaxGrad struct {
	*base
	amp amp
}

func newSoftmaxGrad(b *base) Module { return &softmaxGrad{b, b.newAmp(2)} }

func (m *softmaxGrad) Run(c *Call) Report {
	cols := m.out[len(m.out)-1]
	p := c.Saved[0].Data
	k := c.Saved[0].Scale()
	d, out := c.Args[0].Data, c.Out.Data
	if len(m.out) == 3 {
		rp, rd, ro := grow(nil, len(p)), grow(nil, len(p)), grow(nil, len(p))
		toRows(m.env.Pool, rp, p, c.N, m.out)
		toRows(m.env.Pool, rd, d, c.N, m.out)
		softmaxBack(m.env.Pool, ro, rd, rp, k, cols)
		fromRows(m.env.Pool, out, ro, c.N, m.out)
	} else {
		softmaxBack(m.env.Pool, out, d, p, k, cols)
	}
	return m.pass(c, m.amplified(c, c.Args[0].Exp, &m.amp))
}

// softmaxBack writes k p (d - <d, k p>) of each row.
func softmaxBack(pool *kernel.Pool, dx, d, p []float32, k float32, cols int) {
	pool.Run(len(p)/cols, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			at := r * cols
			var dot float32
			for j := at; j < at+cols; j++ {
				dot += float32(d[j] * float32(k*p[j]))
			}
			for j := at; j < at+cols; j++ {
				dx[j] = float32(k*p[j]) * (d[j] - dot)
			}
		}
	})
}
