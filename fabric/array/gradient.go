package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/kernel"
)

// GradientBound is the read-out range of gradient tiles, the most sensitive: they
// are read one line at a time.
const GradientBound = 2.5

// Gradient is the gradient tiles of an array: capacitors onto which the outer
// products of the samples of a batch are added (design.md §5). They hold numbers
// in units of their own full scale, ±1. The control unit reads them empty once, so
// fixed errors of cells and columns drop out of what it reads later.
type Gradient struct {
	chip  *fabric.Chip  `state:"-"`
	array *fabric.Array `state:"-"`
	path  uint64        `state:"-"`
	pool  *kernel.Pool  `state:"-"`
	level fabric.Noise  `state:"-"`
	tau   float64       `state:"-"` // seconds to 1/e; 0: no leak
	read  []band        `state:"-"`
	write float32       `state:"-"` // sd of what a clearing leaves

	Sum []float32 `state:"sum"` // Rows×Cols
}

// band is elements that are read with the same noise.
type band struct {
	lo, hi int
	sigma  float32
}

// NewGradient returns cleared gradient tiles for an array.
func NewGradient(c Config) *Gradient {
	g := &Gradient{
		chip: c.Chip, array: c.Array, path: kernel.PathHash(c.Array.Path), pool: c.Pool,
		level: levels(c.Chip), Sum: make([]float32, c.Array.Rows*c.Array.Cols),
	}
	for _, s := range spans(c.Array.Grad, c.Array.Rows, rowsOf) {
		st := StatsOf(c.Chip, s.hi-s.lo, GradientBound)
		g.read = append(g.read, band{s.lo * c.Array.Cols, s.hi * c.Array.Cols, float32(st.Read)})
		g.write = float32(st.Write)
	}
	if rate := g.level.Leak.Number(1); rate > 0 && c.Chip.Cap.Leak > 0 {
		g.tau = retention(c.Chip) / rate
	}
	return g
}

// Tile is the accumulator that kernels add outer products onto, Rows×Cols, the
// bias row last.
func (g *Gradient) Tile() []float32 { return g.Sum }

// Clear discharges the tiles.
func (g *Gradient) Clear() { clear(g.Sum) }

// Leak lets the charge go for the given seconds.
func (g *Gradient) Leak(seconds float64) {
	if g.tau == 0 || seconds == 0 {
		return
	}
	keep := float32(math.Exp(-seconds / g.tau))
	for i := range g.Sum {
		g.Sum[i] *= keep
	}
}

// Read writes what the control unit reads from the tiles to dst, Rows×Cols:
// one-hot products along the rows, with the kT/C of the last clearing and the
// noise of a read-out in its narrowest range, limited to ±1 and rounded by a
// converter over ±1. The tiles are cleared. It returns how many values met the
// limit.
func (g *Gradient) Read(dst []float32, k ReadKey) (clipped int64) {
	copy(dst, g.Sum)
	g.Clear()
	if k.Exact {
		return 0
	}
	if g.write > 0 && !k.Clean {
		g.disturb(dst, KindStorage, clearField, k, g.write, 0, len(dst))
	}
	for _, b := range g.read {
		if b.sigma > 0 && !k.Clean {
			g.disturb(dst, KindRead, gradientField, k, b.sigma, b.lo, b.hi)
		}
	}
	if g.level.Clip.On() {
		clipped = kernel.Clip(g.pool, dst, 1)
	}
	if g.level.Quantize.On() {
		kernel.Quantize(g.pool, dst, float32(LSB(g.chip.ADC.Bits, 1)), 1)
	}
	return clipped
}

// disturb adds normal errors to elements lo..hi.
func (g *Gradient) disturb(dst []float32, kind Kind, field uint32, k ReadKey, sigma float32, lo, hi int) {
	key := kernel.NewKey(k.Seed, uint32(kind), g.path, field+k.Field, k.Step)
	parts(g.pool, hi-lo, func(from, to int) {
		key.AddNormal(dst[lo+from:lo+to], sigma, 0, lo+from)
	})
}

// State lists what a checkpoint keeps.
func (g *Gradient) State() []fabric.Field { return fabric.Fields(g) }
