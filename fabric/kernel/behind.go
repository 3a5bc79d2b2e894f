package kernel

import (
	"math"
	"sync/atomic"
)

// Behind is what stands behind the circuit that makes an output. Elements pass it in
// the order of its fields, a few at a time, while they are in the first cache: the
// same numbers as pass by pass over the whole output.
type Behind struct {
	Factor float32   // multiplies
	Gain   float32   // multiplies, too
	Offset []float32 // is added, one a lane: element i has lane i mod len(Offset); nil: none

	// Sigma times the normal numbers of Key is added, where it is not 0: to sample n of
	// PerSample elements those of sample First+n.
	Sigma     float32
	Key       Key
	First     uint32
	PerSample int

	// Rail limits the magnitude; then a converter limits it to Full and rounds to
	// multiples of Step, halves to the even one. Not positive: none stands there.
	Rail, Full, Step float32

	// Count takes a census, with Limit as Count has it.
	Count bool
	Limit float32
}

// Passed is what was noticed of an output behind its circuit.
type Passed struct {
	Clipped int64 // elements that the rail changed
	Seen    Census
}

// Pass sends y, which is made, through what stands behind it.
func (b *Behind) Pass(p *Pool, y []float32) Passed { return b.run(p, lanes{op: opNone, y: y}) }

// Make has make write elements lo to hi of y, for parts of it.
func (b *Behind) Make(p *Pool, y []float32, make func(lo, hi int)) Passed {
	return b.run(p, lanes{op: opMake, y: y, make: make})
}

// ReLU is ReLU.
func (b *Behind) ReLU(p *Pool, y, x []float32, dead float32) Passed {
	return b.run(p, lanes{op: opReLU, y: y, a: x, k: dead})
}

// MaskGrad is MaskGrad.
func (b *Behind) MaskGrad(p *Pool, dx, dy, y []float32, offset []float32, lanesPerRow int) Passed {
	return b.run(p, lanes{op: opMask, y: dx, a: dy, b: y, c: offset, period: lanesPerRow})
}

// Copy is Copy.
func (b *Behind) Copy(p *Pool, y, x []float32, k float32) Passed {
	return b.run(p, lanes{op: opCopy, y: y[:len(x)], a: x, k: k})
}

// AddScaled is AddScaled.
func (b *Behind) AddScaled(p *Pool, y, a []float32, k float32) Passed {
	return b.run(p, lanes{op: opAddScaled, y: y, a: a, k: k})
}

// Blend writes k·a + j·c to y, which is not c.
func (b *Behind) Blend(p *Pool, y, a, c []float32, k, j float32) Passed {
	return b.run(p, lanes{op: opBlend, y: y, a: a, b: c, k: k, j: j})
}

// passing is a job over the parts of an output, which are those of its census.
type passing struct {
	lanes
	Behind
	counts  reduction
	clipped int64
}

func (b *Behind) run(p *Pool, l lanes) Passed {
	j := passing{lanes: l, Behind: *b, counts: reduction{x: l.y, limit: b.Limit}}
	parts := j.counts.cut()
	if p.alone(parts, len(l.y)*j.cost()) {
		j.part(0, parts)
	} else {
		j = launch(p, &p.slots.passing, j, parts)
	}
	found := Passed{Clipped: j.clipped}
	if b.Count {
		found.Seen = j.counts.census()
	}
	return found
}

// cost is the work of an element in multiply-adds.
func (j *passing) cost() int {
	n := laneCost
	if j.Sigma != 0 {
		n += normalCost
	}
	if j.Count {
		n += reduceCost
	}
	return n
}

// passRun is the number of elements that pass at a time: a multiple of sumLanes and of
// a block of normal numbers.
const passRun = 2048

func (j *passing) part(from, to int) {
	clipped := int64(0)
	for i := from; i < to; i++ {
		lo, hi := j.counts.bounds(i)
		var s [sumLanes]float64
		f := &j.counts.found[i]
		for ; lo < hi; lo += passRun {
			end := min(lo+passRun, hi)
			clipped += j.pass(lo, end)
			if j.Count {
				f.add(j.y[lo:end], j.Limit, &s)
			}
		}
		f.sum = joined(&s)
	}
	atomic.AddInt64(&j.clipped, clipped)
}

// pass makes elements lo to hi, and sends them to the rail.
func (j *passing) pass(lo, hi int) (clipped int64) {
	j.lanes.part(lo, hi)
	y := j.y[lo:hi]
	if j.Factor != 1 {
		scale(y, j.Factor)
	}
	if j.Gain != 1 {
		scale(y, j.Gain)
	}
	if j.Offset != nil {
		j.offset(lo, hi)
	}
	if j.Sigma != 0 {
		for at := lo; at < hi; {
			s, from := at/j.PerSample, at%j.PerSample
			end := min(hi, at+j.PerSample-from)
			j.Key.AddNormal(j.y[at:end], j.Sigma, j.First+uint32(s), from)
			at = end
		}
	}
	if j.Step > 0 {
		return rail(y, endless(j.Rail), endless(j.Full), j.Step)
	}
	if j.Rail > 0 {
		clipped = clip(y, j.Rail)
	}
	if j.Full > 0 {
		clip(y, j.Full)
	}
	return clipped
}

// endless is a limit; infinite where there is none.
func endless(limit float32) float32 {
	if limit > 0 {
		return limit
	}
	return float32(math.Inf(1))
}

// offset adds those of the lanes to elements lo to hi.
func (j *passing) offset(lo, hi int) {
	for w := len(j.Offset); lo < hi; {
		lane := lo % w
		row := j.y[lo:min(hi, lo+w-lane)]
		add(row, row, j.Offset[lane:])
		lo += len(row)
	}
}
