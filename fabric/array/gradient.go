package array

import (
	"math"
	"slices"

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
	errs  bool          `state:"-"` // a band has noise

	reading reading `state:"-"`

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
		sigma := float32(math.Hypot(st.Read, st.Write)) // the last clearing left its kT/C
		g.read = append(g.read, band{s.lo * c.Array.Cols, s.hi * c.Array.Cols, sigma})
		g.errs = g.errs || sigma > 0
	}
	if rate := g.level.Leak.Number(1); rate > 0 && c.Chip.Cap.Leak > 0 {
		g.tau = retention(c.Chip) / rate
	}
	g.reading.parts = g.readParts
	return g
}

// Keep is the share of their charge that the tiles keep for the given seconds.
func (g *Gradient) Keep(seconds float64) float32 {
	if g.tau == 0 {
		return 1
	}
	return float32(math.Exp(-seconds / g.tau))
}

// Tile is the accumulator that kernels add outer products onto, Rows×Cols, the
// bias row last.
func (g *Gradient) Tile() []float32 { return g.Sum }

// Clear discharges the tiles.
func (g *Gradient) Clear() { clear(g.Sum) }

// Found is what a read-out of gradient tiles saw.
type Found struct {
	Clipped int64   // values that met the limit
	Largest float64 // magnitude
	Squares float64 // sum over all
}

// Read puts what the control unit reads from the tiles in the place of their sums,
// after a share of them, keep, was left by the leak: one-hot products along the
// rows, with the kT/C of the last clearing and the noise of a read-out in its
// narrowest range, limited to ±1 and rounded by a converter over ±1. Whoever takes
// the values clears the tiles.
func (g *Gradient) Read(k ReadKey, keep float32) Found {
	r := &g.reading
	r.key = kernel.NewKey(k.Seed, uint32(KindRead), g.path, gradientField+k.Field, k.Step)
	r.keep, r.exact, r.noisy = keep, k.Exact, !k.Exact && !k.Clean
	n := len(g.Sum)
	r.found = slices.Grow(r.found[:0], Parts(n))[:Parts(n)]
	g.pool.RunFor(len(r.found), n*readCost, r.parts)
	var all Found
	for i := range r.found {
		f := &r.found[i]
		all.Clipped += f.Clipped
		all.Largest = max(all.Largest, f.Largest)
		all.Squares += f.Squares
	}
	return all
}

// readCost is the work of reading a cell in multiply-adds.
const readCost = 64

// reading is a read-out under way, part by part.
type reading struct {
	key          kernel.Key
	keep         float32
	exact, noisy bool
	found        []Found // by part
	parts        func(from, to int)
}

// readParts reads parts from..to.
func (g *Gradient) readParts(from, to int) {
	r := &g.reading
	for c := from; c < to; c++ {
		lo, hi := partAt(c, len(g.Sum))
		v, f := g.Sum[lo:hi], &r.found[c]
		*f = Found{}
		if r.keep != 1 {
			scale(v, r.keep)
		}
		if r.noisy && g.errs {
			g.disturb(v, lo)
		}
		if !r.exact && (g.level.Clip.On() || g.level.Quantize.On()) {
			if hit := kernel.Near(v).Clip(1); g.level.Clip.On() {
				f.Clipped = hit
			}
		}
		if !r.exact && g.level.Quantize.On() {
			kernel.Near(v).Round(float32(LSB(g.chip.ADC.Bits, 1)))
		}
		f.Largest, f.Squares = float64(kernel.TopAbs(v)), kernel.SumSquares(v)
	}
}

// disturb adds the errors of clearing and reading, which are independent and so one
// draw, to elements lo...
func (g *Gradient) disturb(v []float32, lo int) {
	for _, b := range g.read {
		from, to := max(b.lo, lo), min(b.hi, lo+len(v))
		if from < to {
			g.reading.key.AddNormal(v[from-lo:to-lo], b.sigma, 0, from)
		}
	}
}

// State lists what a checkpoint keeps.
func (g *Gradient) State() []fabric.Field { return fabric.Fields(g) }
