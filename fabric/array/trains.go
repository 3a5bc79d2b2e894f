package array

import (
	"math/bits"

	"acl/fabric/kernel"
)

// A round is a stretch of time of stochastic trains. Which lines fire in each of its
// slots is drawn first; then its coincidences are counted, and each cell takes its
// own at once, but for those whose order counts. Time runs through the slots of a
// position, the positions of a sample, and the samples.
type round struct {
	*pulser
	rows, columns []kernel.Key // of the trains, one a slot
	errors        kernel.Key
	ticks         []tick
	blocks        int // of 32 ticks
	// The planes of the rows and of the columns: by block and line, a word of the
	// slots in which it fires; of the columns first those with a plus and then those
	// with a minus.
	plus, minus, crossed []uint32
}

// tick is a slot of a beat.
type tick struct{ beat, slot int32 }

// roundTicks is the most ticks of a round: no cell has more pulses than a count holds.
const roundTicks = 1 << 14

// strip is the number of lines that are drawn together.
const strip = 512

// wide is a number of lines in whole words.
func wide(lines int) int { return (lines + 31) &^ 31 }

// fire sends the trains of all beats.
func (p *pulser) fire(k ReadKey) {
	r := p.newRound(k)
	rounds := uint32(0)
	send := func() {
		r.blocks = (len(r.ticks) + 31) / 32
		r.errors = p.errors.Field(rounds)
		r.draw()
		r.run()
		rounds++
		r.ticks = r.ticks[:0]
	}
	for i := range p.beats {
		p.total.Slots += int64(p.beats[i].slots)
		for slot := range p.beats[i].slots {
			if len(r.ticks) == cap(r.ticks) {
				send()
			}
			r.ticks = append(r.ticks, tick{int32(i), int32(slot)})
		}
	}
	if len(r.ticks) > 0 {
		send()
	}
}

func (p *pulser) newRound(k ReadKey) *round {
	all, longest := 0, 0
	for i := range p.beats {
		all, longest = all+p.beats[i].slots, max(longest, p.beats[i].slots)
	}
	r := &round{pulser: p, ticks: make([]tick, 0, min(all, roundTicks))}
	trains := p.key(KindTrain, k.Field, k)
	for t := range longest {
		r.rows = append(r.rows, trains.Field(uint32(2*t)))
		r.columns = append(r.columns, trains.Field(uint32(2*t+1)))
	}
	blocks := (cap(r.ticks) + 31) / 32
	r.plus = make([]uint32, blocks*wide(p.array.Rows))
	r.minus = make([]uint32, len(r.plus))
	r.crossed = make([]uint32, 2*blocks*wide(p.Dims.M))
	return r
}

// draw fills the planes, strip by strip of lines and block by block of ticks.
func (r *round) draw() {
	rows := (r.array.Rows + strip - 1) / strip
	strips := rows + (r.Dims.M+strip-1)/strip
	r.pool.Run(r.blocks*strips, func(lo, hi int) {
		p := new(painter)
		p.round = r
		for i := lo; i < hi; i++ {
			if s := i % strips; s < rows {
				p.paint(i/strips, s*strip, r.array.Rows, false)
			} else {
				p.paint(i/strips, (s-rows)*strip, r.Dims.M, true)
			}
		}
	})
}

// painter draws strips of planes.
type painter struct {
	*round
	v           [strip]float32
	plus, minus [32][strip / 32]uint32 // by tick and 32 lines
}

// paint draws the lines from on, of so many, in a block of ticks.
func (p *painter) paint(block, from, of int, columns bool) {
	lines := min(strip, wide(of)-from)
	words, last := lines/32, int32(-1)
	for j := range p.plus {
		plus, minus := p.plus[j][:words], p.minus[j][:words]
		i := block*32 + j
		if i >= len(p.ticks) {
			clear(plus)
			clear(minus)
			continue
		}
		t := p.ticks[i]
		if t.beat != last {
			last = t.beat
			p.load(int(t.beat), from, lines, columns)
		}
		b, keys := &p.beats[t.beat], p.rows
		gain := b.x
		if columns {
			keys, gain = p.columns, b.d
		}
		s, at := int(t.beat)/p.Dims.P, int(t.beat)%p.Dims.P
		keys[t.slot].Fire(plus, minus, p.v[:lines], gain, p.First+uint32(s), (at*wide(of)+from)/32)
	}
	size := wide(of)
	to := block*size + from
	if columns {
		p.turn(p.crossed[to:], &p.plus, words)
		p.turn(p.crossed[p.blocks*size+to:], &p.minus, words)
	} else {
		p.turn(p.round.plus[to:], &p.plus, words)
		p.turn(p.round.minus[to:], &p.minus, words)
	}
}

// load fills in what drives lines from.. at a beat; 0 beyond the last.
func (p *painter) load(beat, from, lines int, columns bool) {
	v, x, n := p.v[:lines], p.X, p.Dims.K
	if columns {
		x, n = p.D, p.Dims.M
	}
	some := max(0, min(lines, n-from))
	clear(v[some:])
	switch {
	case columns || p.Conv == nil:
		copy(v, x[beat*n+min(from, n):][:some])
	case some > 0:
		p.Conv.Patches(v, lines, x, beat, 1, from, from+some)
	}
	if !columns && p.array.Bias && n >= from && n-from < lines {
		v[n-from] = p.Bias
	}
}

// turn writes words of ticks as words of lines.
func (p *painter) turn(dst []uint32, ticks *[32][strip / 32]uint32, words int) {
	var square [32]uint32
	for w := range words {
		any := uint32(0)
		for j := range square {
			square[j] = ticks[j][w]
			any |= square[j]
		}
		if any != 0 {
			kernel.TurnBits(&square)
		}
		copy(dst[w*32:], square[:])
	}
}

// run gives the cells their pulses, group by group of rows.
func (r *round) run() {
	r.eachGroup(func(g *pulseGroup) func(i int) {
		f := &firings{pulseGroup: g, of: r}
		g.order = f.inOrder
		return f.run
	})
}

// firings are the words in which the rows of a group fire.
type firings struct {
	*pulseGroup
	of    *round
	lines [lineGroup][]kernel.Firing
}

// run pulses group i.
func (f *firings) run(i int) {
	f.begin(i)
	if !f.list() {
		return
	}
	cols := f.Dims.M
	for l := range f.height {
		if len(f.lines[l]) == 0 {
			clear(f.counts[l*cols:][:cols])
			continue
		}
		// What it writes beyond the row is the next one's to write.
		kernel.Coincide(f.counts[l*cols:][:wide(cols)], f.lines[l], f.of.crossed)
	}
	f.apply(f.of.errors, f.First)
}

// list finds the words in which rows fire, and reports whether there are any.
func (f *firings) list() bool {
	rows, cols := wide(f.array.Rows), wide(f.Dims.M)
	for l := range f.lines {
		f.lines[l] = f.lines[l][:0]
	}
	any := uint32(0)
	for b := range f.of.blocks {
		plus, minus := f.of.plus[b*rows+f.row:][:lineGroup], f.of.minus[b*rows+f.row:][:lineGroup]
		up, down := int32(b*cols), int32((f.of.blocks+b)*cols)
		for l, x := range plus {
			if x != 0 {
				f.lines[l] = append(f.lines[l], kernel.Firing{Bits: x, Same: up, Other: down})
			}
			if y := minus[l]; y != 0 {
				f.lines[l] = append(f.lines[l], kernel.Firing{Bits: y, Same: down, Other: up})
				any |= y
			}
			any |= x
		}
	}
	return any != 0
}

// inOrder gives a cell its pulses word by word, and one by one where even the order
// within a word counts.
func (f *firings) inOrder(cell int, c *Cell, w float64, errors kernel.Key) (float64, bool) {
	line, column := f.lines[cell/f.Dims.M], cell%f.Dims.M
	cols := wide(f.Dims.M)
	met := false
	for k := 0; k < len(line); {
		block := int(min(line[k].Same, line[k].Other)) / cols
		var up, down uint32
		for ; k < len(line) && int(min(line[k].Same, line[k].Other))/cols == block; k++ {
			up |= line[k].Bits & f.of.crossed[int(line[k].Same)+column]
			down |= line[k].Bits & f.of.crossed[int(line[k].Other)+column]
		}
		if up|down == 0 {
			continue
		}
		var z [32]float32
		errors.Normal(z[:], f.First, block*32)
		var hit bool
		w, hit = f.word(c, w, up, down, &z)
		met = met || hit
	}
	return w, met
}

// word gives a cell the pulses of a word.
func (f *firings) word(c *Cell, w float64, up, down uint32, z *[32]float32) (after float64, met bool) {
	if u, d := bits.OnesCount32(up), bits.OnesCount32(down); u == 0 || d == 0 || !c.near(w, u, d, f.cycle) {
		return f.join(c, w, u, d, float64(z[0]))
	}
	for all := up | down; all != 0; all &= all - 1 {
		bit := bits.TrailingZeros32(all)
		one := int(up >> bit & 1)
		var hit bool
		w, hit = f.join(c, w, one, 1-one, float64(z[bit]))
		met = met || hit
	}
	return w, met
}
