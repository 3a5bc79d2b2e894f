package device

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Reads of arrays: dense layers at one position, convolutions at each of theirs.

// window is the geometry of a kernel over a map stored pixel by pixel.
type window struct{ c, h, w, kh, kw, sh, sw, ph, pw, oh, ow int }

func (f *firing) window(whole, small fabric.ValueID) window {
	a, b := f.m.prog.Values[whole].Shape, f.m.prog.Values[small].Shape
	k, s, p := f.pair("kernel"), f.pair("stride"), f.pair("pad")
	return window{a[0], a[1], a[2], k[0], k[1], s[0], s[1], p[0], p[1], b[1], b[2]}
}

func (f *firing) pair(name string) [2]int {
	v := f.u.Attr(name)
	return [2]int{int(v[0]), int(v[len(v)-1])}
}

// taps calls g for each tap of the window at an output position with the index of
// the pixel under it, -1 for padding.
func (w *window) taps(position int, g func(tap, pixel int)) {
	oy, ox := position/w.ow, position%w.ow
	for ky := range w.kh {
		for kx := range w.kw {
			y, x := oy*w.sh-w.ph+ky, ox*w.sw-w.pw+kx
			pixel := -1
			if y >= 0 && y < w.h && x >= 0 && x < w.w {
				pixel = y*w.w + x
			}
			g(ky*w.kw+kx, pixel)
		}
	}
}

// patch is what a window at a position sees, taps row by row, channels innermost.
func (w *window) patch(x []float64, position int) []float64 {
	out := make([]float64, w.kh*w.kw*w.c)
	w.taps(position, func(tap, pixel int) {
		if pixel >= 0 {
			copy(out[tap*w.c:(tap+1)*w.c], x[pixel*w.c:(pixel+1)*w.c])
		}
	})
	return out
}

// patches are the inputs of a unit's array at each of its positions, logical.
func (f *firing) patches(x []float64, in, out fabric.ValueID) [][]float64 {
	if f.u.Op == "nn.conv" {
		w := f.window(in, out)
		list := make([][]float64, w.oh*w.ow)
		for p := range list {
			list[p] = w.patch(x, p)
		}
		return list
	}
	n := f.m.Tiles[f.u.Array].inputs()
	var list [][]float64
	for at := 0; at < len(x); at += n {
		list = append(list, x[at:at+n])
	}
	return list
}

// read is a forward read at every position.
func (f *firing) read() []float64 {
	t, in := f.m.Tiles[f.u.Array], f.u.Args[0]
	x := f.arg(0)
	full := f.full(in, x)
	noise := t.weightNoise(f.c)
	var out []float64
	for p, patch := range f.patches(x, in, f.u.Out) {
		driven := f.drive(patch, full, t.array.Bias)
		sums, err := t.forward(driven, noise, f.c.Bound)
		f.sure(err)
		f.noisy(sums, t.rowBlocks(), f.c.Bound, p, 0)
		for _, s := range sums {
			f.report.Largest = max(f.report.Largest, math.Abs(s))
			if f.m.level.Clip.On() && math.Abs(s) >= f.c.Bound {
				f.report.Clipped++
			}
			out = append(out, t.Alpha*full*s)
		}
	}
	return out
}

// sure stops at a chip whose settings the closed forms refuse.
func (f *firing) sure(err error) {
	if err != nil {
		panic("device: " + f.u.Path + ": " + err.Error()) // lower has checked the chip
	}
}

// drive are inputs in full inputs, within the drivers' reach; the bias row is driven
// by 1.
func (f *firing) drive(x []float64, full float64, bias bool) []float64 {
	out := make([]float64, len(x), len(x)+1)
	for i, v := range x {
		out[i] = v / full
	}
	if bias {
		out = append(out, 1/full)
	}
	if f.m.level.Clip.On() {
		for i, v := range out {
			if math.Abs(v) > 1 {
				out[i] = math.Copysign(1, v)
				f.report.Clipped++
			}
		}
	}
	return out
}

// noisy adds the amplifiers' noise of a read to sums.
func (f *firing) noisy(sums []float64, lines []block, bound float64, position int, field uint32) {
	if f.c.Clean {
		return
	}
	variance := 0.0
	for _, b := range lines {
		s := array.StatsOf(f.m.chip, b.hi-b.lo, bound).Read
		if field > 0 && f.m.chip.VCR.Law != string(circuit.Linearized) {
			s *= math.Sqrt2 // a dummy row is subtracted
		}
		variance += s * s
	}
	if variance == 0 || f.m.chip.Ideal {
		return
	}
	key := f.key(array.KindRead, field).Field(uint32(position))
	for i, z := range normal(key, f.sample, len(sums)) {
		sums[i] += math.Sqrt(variance) * z
	}
}

// readBack is a transposed read at every position, its results added where windows
// overlap.
func (f *firing) readBack() []float64 {
	t, v := f.m.Tiles[f.u.Array], f.u.Args[0]
	delta := f.arg(0)
	full := f.full(v, delta) * f.sign()
	noise := t.weightNoise(f.c)
	out := make([]float64, f.m.prog.Values[f.u.Out].Elements())
	n := t.inputs()
	for p := range len(delta) / t.array.Cols {
		driven := f.drive(delta[p*t.array.Cols:(p+1)*t.array.Cols], full, false)
		sums, err := t.transposed(driven, noise, f.c.Back)
		f.sure(err)
		f.noisy(sums, t.colBlocks(), f.c.Back, p, 1)
		for i, s := range sums {
			f.report.Largest = max(f.report.Largest, math.Abs(s))
			sums[i] = t.Alpha * full * s
		}
		if f.u.Op != "nn.conv" {
			copy(out[p*n:(p+1)*n], sums)
			continue
		}
		w := f.window(f.u.Out, v)
		w.taps(p, func(tap, pixel int) {
			if pixel < 0 {
				return
			}
			for ch := range w.c {
				out[pixel*w.c+ch] += sums[tap*w.c+ch]
			}
		})
	}
	return out
}

// outer adds the outer products of a batch onto an array's gradient tiles.
func (m *Machine) outer(c *Call, u *fabric.Unit) int64 {
	t := m.Tiles[u.Array]
	f := &firing{m: m, c: c, u: u}
	for s := range c.N {
		f.s, f.sample = s, c.First+uint32(s)
		delta := f.arg(0)
		for p, x := range f.patches(f.saved(0), u.Saved[0], u.Args[0]) {
			if t.array.Bias {
				x = append(append([]float64(nil), x...), 1)
			}
			for i, xi := range x {
				for j := range t.array.Cols {
					t.Sum[i*t.array.Cols+j] += xi * delta[p*t.array.Cols+j]
				}
			}
		}
	}
	return 0
}

// weightNoise is the temporal noise of the weights in a step, the same for reads
// forward and back; nil for none.
func (t *Tile) weightNoise(c *Call) []float64 {
	l := t.m.level.Weight
	if !l.On() || c.Clean {
		return nil
	}
	z := make([]float32, len(t.Weights))
	key := kernel.NewKey(t.m.seed, uint32(array.KindWeight), t.path, deviceField, c.Step)
	array.AddNoise(z, t.m.chip.Noise.Law, float32(l.Number(0)*largest(t.Weights)), key, 0)
	out := make([]float64, len(z))
	for i, v := range z {
		out[i] = float64(v)
	}
	return out
}
