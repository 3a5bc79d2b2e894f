package device

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Load writes logical weights, row by row, to an array at a scale.
func (m *Machine) Load(at int, w []float32, alpha float64) {
	t := m.Tiles[at]
	t.Alpha = alpha
	for i, v := range w {
		t.Shadow[i] = float64(v)
		t.Weights[i] = t.limit(i, float64(v)/alpha)
	}
	t.recopy(kernel.NewKey(m.seed, uint32(array.KindStorage), t.path, deviceField, 0))
}

// Weights are the logical weights of an array.
func (m *Machine) Weights(at int) []float64 {
	t := m.Tiles[at]
	out := make([]float64, len(t.Weights))
	for i, w := range t.Weights {
		out[i] = t.Alpha * w
	}
	return out
}

// Calibrate finds the offsets of an array's read-outs by that many known vectors.
func (m *Machine) Calibrate(at, reads int, bound, back float64, step uint64) error {
	t := m.Tiles[at]
	return t.calibrate(reads, bound, back, kernel.NewKey(m.seed, uint32(array.KindCalibrate), t.path, deviceField, step))
}

// Zero auto-zeroes a unit's amplifiers.
func (m *Machine) Zero(unit int) { m.units[unit].zeroed = true }

// Recall is a value as the stack gives it back after a time: with the kT/C of its
// write and of so many rewrites, drooped since the last one.
func (m *Machine) Recall(v fabric.ValueID, n int, hold float64, rewrites int, step uint64, first uint32, clean bool) {
	x := m.now[v]
	out := append(m.back[v][:0], x...)
	m.back[v] = out
	keep := 1.0
	if l := m.level.Leak; l.On() && m.chip.Cap.Leak > 0 {
		keep = math.Exp(-hold / (circuit.Retention(m.chip.Cap.Hold, m.chip.Rail.Weight, m.chip.Cap.Leak) / l.Number(1)))
	}
	sigma := 0.0
	if l := m.level.Storage; l.On() && !clean {
		sigma = l.Number(circuit.HoldSigma(m.chip)/m.chip.Rail.Input) * math.Sqrt(float64(1+rewrites))
	}
	full := 1.0
	for largest(x) > full {
		full *= 2
	}
	key := kernel.NewKey(m.seed, uint32(array.KindStorage), kernel.PathHash(m.prog.Values[v].Name), deviceField, step)
	per := len(x) / n
	for s := range n {
		part := out[s*per : (s+1)*per]
		if sigma > 0 {
			for i, z := range normal(key, first+uint32(s), per) {
				part[i] += full * sigma * z
			}
		}
		for i := range part {
			part[i] *= keep
		}
	}
}

// Loss returns the sum over samples of a loss, without its weight, and keeps its
// gradient. Targets are ordered as the prediction's wires are.
func (m *Machine) Loss(at, n int, labels []int32, target []float32) float64 {
	t := &m.prog.Learn.Losses[at]
	y := m.now[t.Pred]
	k := len(y) / n
	g := make([]float64, len(y))
	sum := 0.0
	for s := range n {
		row, out := y[s*k:(s+1)*k], g[s*k:(s+1)*k]
		if t.Op == "nn.cross_entropy" {
			sum += crossEntropy(out, row, int(labels[s]), t.Smoothing)
			continue
		}
		for i, v := range row {
			want := 0.0
			if t.TargetValue != fabric.NoValue {
				want = m.now[t.TargetValue][s*k+i]
			} else {
				want = float64(target[s*k+i])
			}
			sum += (v - want) * (v - want) / float64(k)
			out[i] = 2 * (v - want) / float64(k)
		}
	}
	for i := range g {
		g[i] *= t.Weight
	}
	m.start[at] = g
	return sum
}

func crossEntropy(g, y []float64, label int, smoothing float64) float64 {
	top, sum, loss := math.Inf(-1), 0.0, 0.0
	for _, v := range y {
		top = max(top, v)
	}
	for _, v := range y {
		sum += math.Exp(v - top)
	}
	for j, v := range y {
		t := smoothing / float64(len(y))
		if j == label {
			t += 1 - smoothing
		}
		if t > 0 {
			loss -= t * (v - top - math.Log(sum))
		}
		g[j] = math.Exp(v-top)/sum - t
	}
	return loss
}

// Drive puts the errors of all losses on their wires through converters, each
// sample's over its own largest entry.
func (m *Machine) Drive(n int) {
	for at := range m.prog.Learn.Losses {
		t := &m.prog.Learn.Losses[at]
		for v, sign := range map[fabric.ValueID]float64{t.Error: 1, t.TargetError: -1} {
			if v == fabric.NoValue {
				continue
			}
			m.now[v] = make([]float64, len(m.start[at]))
			k := len(m.now[v]) / n
			for s := range n {
				for i := s * k; i < (s+1)*k; i++ {
					m.now[v][i] = sign * m.driven(m.start[at][i], m.scale(s, n))
				}
			}
		}
	}
}

// scale is the largest entry of a sample's errors over all losses, 1 for none.
func (m *Machine) scale(s, n int) float64 {
	top := 0.0
	for at := range m.prog.Learn.Losses {
		g := m.start[at]
		k := len(g) / n
		top = max(top, largest(g[s*k:(s+1)*k]))
	}
	if top == 0 {
		return 1
	}
	return top
}

// driven is an error behind the converter of its driver.
func (m *Machine) driven(g, scale float64) float64 {
	if !m.level.Quantize.On() || m.chip.DAC.Bits == 0 {
		return g
	}
	return scale * array.Converted(g/scale, m.chip.DAC.Bits, 1)
}

// Update ends a batch of n samples for an array, whose gradient tiles have the given
// full scale: they are read and cleared, the optimizer finds the change, and the
// cells take it up.
func (m *Machine) Update(at, n int, full, rate, momentum float64, step uint64) array.Pulses {
	t := m.Tiles[at]
	grad := t.readGradient(full, m.seed, step)
	for i := range grad {
		grad[i] /= float64(n)
	}
	m.gradientNoise(t, grad, step)
	t.optimize(&m.prog.Learn.Optimizer, grad, rate, momentum, int(step))
	for i, d := range grad {
		t.Shadow[i] += d
	}
	pulses := t.change(grad, m.seed, step, 0)
	t.recopy(kernel.NewKey(m.seed, uint32(array.KindStorage), t.path, deviceField+2, step))
	return pulses
}

// readGradient is what the control unit reads from the gradient tiles: with the kT/C
// of their last clearing, the noise of a read in the narrowest range, a limit and a
// converter.
func (t *Tile) readGradient(full float64, seed, step uint64) []float64 {
	m := t.m
	out := append([]float64(nil), t.Sum...)
	clear(t.Sum)
	for b, lines := range t.rowBlocks() {
		st := array.StatsOf(m.chip, lines.hi-lines.lo, array.GradientBound)
		sigma := math.Hypot(st.Read, st.Write)
		z := normal(kernel.NewKey(seed, uint32(array.KindRead), t.path, deviceField+3+uint32(b), step), 0, (lines.hi-lines.lo)*t.array.Cols)
		for i, zi := range z {
			out[lines.lo*t.array.Cols+i] += full * sigma * zi
		}
	}
	for i, v := range out {
		if m.level.Clip.On() {
			v = min(max(v, -full), full)
		}
		if m.level.Quantize.On() && m.chip.ADC.Bits > 0 {
			v = array.Converted(v, m.chip.ADC.Bits, full)
		}
		out[i] = v
	}
	return out
}

// gradientNoise adds its share of the gradient's root mean square.
func (m *Machine) gradientNoise(t *Tile, grad []float64, step uint64) {
	l := m.level.Gradient
	if !l.On() {
		return
	}
	sum := 0.0
	for _, g := range grad {
		sum += g * g
	}
	z := make([]float32, len(grad))
	key := kernel.NewKey(m.seed, uint32(array.KindGradient), t.path, deviceField, step)
	array.AddNoise(z, m.chip.Noise.Law, float32(l.Number(0)*math.Sqrt(sum/float64(len(grad)))), key, 0)
	for i, v := range z {
		grad[i] += float64(v)
	}
}

// optimize turns a gradient into the wanted change of the logical weights: the rules
// of torch.optim.SGD and Adam, in float64.
func (t *Tile) optimize(o *fabric.Optimizer, grad []float64, rate, momentum float64, step int) {
	for i, g := range grad {
		g += o.Decay * t.Shadow[i]
		if o.Kind != "adam" {
			t.First[i] = momentum*t.First[i] + g
			grad[i] = -rate * t.First[i]
			continue
		}
		t.First[i] = o.Beta1*t.First[i] + (1-o.Beta1)*g
		t.Next[i] = o.Beta2*t.Next[i] + (1-o.Beta2)*g*g
		c1, c2 := 1-math.Pow(o.Beta1, float64(step+1)), 1-math.Pow(o.Beta2, float64(step+1))
		grad[i] = -rate * (t.First[i] / c1) / (math.Sqrt(t.Next[i]/c2) + 1e-8)
	}
}

// newCells draws the laws of the cells; nil where changes are exact.
func (t *Tile) newCells() {
	m := t.m
	if !m.level.Cells.On() || m.chip.Cell.Update == "exact" {
		return
	}
	s := &m.chip.Cell.Spread
	k := m.level.Cells.Number(1)
	n := len(t.Weights)
	z := m.die(array.KindCells, t.path, 0, 6*n)
	nominal, window := array.Nominal(m.chip), circuit.WeightWindow(m.chip)
	for i := range n {
		d := z[6*i : 6*i+6]
		gain, r := 1+k*s.Step*d[0], k*s.Symmetry*d[1]
		c := nominal
		c.Max, c.Min = max(0.1, 1+k*s.Bounds*d[4]), -max(0.1, 1+k*s.Bounds*d[5])
		c.Up, c.Down = max(0, m.chip.Cell.Step*(gain+r)), max(0, m.chip.Cell.Step*(gain-r))
		c.SlopeUp = (m.chip.Cell.Asymmetry + k*s.Asymmetry*d[2]) * c.Up / c.Max
		c.SlopeDown = (m.chip.Cell.Asymmetry + k*s.Asymmetry*d[3]) * c.Down / -c.Min
		c.Max, c.Min = min(c.Max, window), max(c.Min, -window)
		t.cells = append(t.cells, c)
	}
}

// limit ends a weight at its cell's bounds.
func (t *Tile) limit(i int, w float64) float64 {
	if !t.m.level.Clip.On() {
		return w
	}
	if t.cells != nil {
		return min(max(w, t.cells[i].Min), t.cells[i].Max)
	}
	end := min(1, circuit.WeightWindow(t.m.chip))
	return min(max(w, -end), end)
}

// change brings wanted logical changes to the cells: as they are, or as whole pulses
// of the nominal step that each cell answers by its own law. A cell that moves takes
// up kT/C.
func (t *Tile) change(delta []float64, seed, step uint64, field uint32) (p array.Pulses) {
	m := t.m
	n := len(delta)
	chance, spread, kTC := make([]float32, n), make([]float32, n), make([]float32, n)
	kernel.NewKey(seed, uint32(array.KindRounding), t.path, deviceField+field, step).Uniform(chance, 0, 0)
	kernel.NewKey(seed, uint32(array.KindPulse), t.path, deviceField+field, step).Normal(spread, 0, 0)
	kernel.NewKey(seed, uint32(array.KindStorage), t.path, deviceField+4+field, step).Normal(kTC, 0, 0)
	write := array.StatsOf(m.chip, 1, array.MaxBound).Write
	for i, d := range delta {
		if d == 0 {
			continue
		}
		w := t.Weights[i]
		if t.cells == nil {
			w += d / t.Alpha
		} else {
			want := math.Abs(d) / t.Alpha / m.chip.Cell.Step
			k := math.Floor(want + 0.5)
			if m.chip.Cell.Update == "stochastic" {
				k = math.Floor(want + float64(chance[i]))
			}
			if k == 0 {
				continue
			}
			pulses := int(math.Copysign(k, d))
			w, _ = t.cells[i].Pulse(w, pulses, m.chip.Cell.Spread.Cycle*m.level.Cells.Number(1), float64(spread[i]))
			p.Up += int64(max(pulses, 0))
			p.Down += int64(max(-pulses, 0))
		}
		w += write * float64(kTC[i])
		t.Weights[i] = t.limit(i, w)
		if t.Weights[i] != w {
			p.Clipped++
		}
	}
	return p
}

// Rewrite writes an array from the control unit's copy.
func (m *Machine) Rewrite(at int, step uint64) array.Pulses {
	t := m.Tiles[at]
	delta := make([]float64, len(t.Weights))
	for i := range delta {
		delta[i] = t.Shadow[i] - t.Alpha*t.Weights[i]
	}
	return t.change(delta, m.seed, step, 8)
}

// recopy writes the dedicated transposed copy, where there is one: through the DAC,
// with kT/C.
func (t *Tile) recopy(key kernel.Key) {
	if t.Copied == nil {
		return
	}
	write := array.StatsOf(t.m.chip, 1, array.MaxBound).Write
	for i, z := range normal(key, 0, len(t.Weights)) {
		w := t.Weights[i]
		if t.m.level.Quantize.On() && t.m.chip.DAC.Bits > 0 {
			w = array.Converted(w, t.m.chip.DAC.Bits, 1)
		}
		t.Copied[i] = w + write*z
	}
}

// Leak lets the weights go for a time, steps done since the start.
func (m *Machine) Leak(seconds float64, steps int) {
	rate := m.level.Leak.Number(1)
	if !m.level.Leak.On() || rate == 0 {
		return
	}
	for _, t := range m.Tiles {
		if t == nil {
			continue
		}
		span := 0.0 // in time constants of a nominal cell
		switch {
		case m.chip.Cap.Leak > 0:
			span = seconds / circuit.Retention(m.chip.Cap.Weight, m.chip.Rail.Weight, m.chip.Cap.Leak)
		case m.chip.Cell.Lifetime > 0:
			span = float64(steps) / m.chip.Cell.Lifetime
		}
		for i := range t.Weights {
			k := math.Exp(-span * rate * t.rates[i])
			t.Weights[i] *= k
			if t.Copied != nil {
				t.Copied[i] *= k
			}
		}
	}
}

// LeakSums lets the charge of an array's gradient tiles go for a time.
func (m *Machine) LeakSums(at int, seconds float64) {
	rate := m.level.Leak.Number(1)
	if !m.level.Leak.On() || rate == 0 || m.chip.Cap.Leak <= 0 {
		return
	}
	keep := math.Exp(-seconds * rate / circuit.Retention(m.chip.Cap.Weight, m.chip.Rail.Weight, m.chip.Cap.Leak))
	for i := range m.Tiles[at].Sum {
		m.Tiles[at].Sum[i] *= keep
	}
}
