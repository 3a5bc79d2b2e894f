package array

import (
	"math/bits"

	"acl/fabric/kernel"
)

// A round is a stretch of time of stochastic trains. Which lines fire in each of its
// slots is drawn first; then its coincidences are counted, and each cell takes its
// own at once, but for those whose order counts. Time runs through the slots of a
// position, the positions of a sample, and the samples; where no column fires, nothing
// happens, and so there is no time.
type round struct {
	*pulser
	rows, columns []kernel.Key // of the trains, one a slot
	errors        kernel.Key
	fired         [][]uint32 // by sample: words of the columns that fire, by tick
	drawn         [][]tick   // by sample
	all           []tick     // of all rounds
	ticks         []tick
	blocks        int // of 32 ticks
	// The planes of the rows and of the columns: by block and line, a word of the
	// slots in which it fires; of the columns first those with a plus and then those
	// with a minus.
	plus, minus, crossed []uint32
}

// tick is a slot of a beat in which columns fire, and where their words are.
type tick struct{ beat, slot, words int32 }

// roundTicks is the most ticks of a round: no cell has more pulses than a count holds.
const roundTicks = 1 << 14

// strip is the number of lines that are drawn together.
const strip = 512

// wide is a number of lines in whole words.
func wide(lines int) int { return (lines + 31) &^ 31 }

// fire sends the trains of all beats.
func (p *pulser) fire(k ReadKey) {
	r := p.newRound(k)
	for i, all := 0, r.all; len(all) > 0; i++ {
		n := min(len(all), roundTicks)
		r.ticks, all = all[:n], all[n:]
		r.errors = p.errors.Field(uint32(i))
		r.draw()
		r.run()
	}
	r.pulser = nil
	roundRoom.Put(r)
}

// newRound draws which columns fire, and when.
func (p *pulser) newRound(k ReadKey) *round {
	r := roundRoom.Get().(*round)
	r.pulser, r.rows, r.columns, r.all = p, r.rows[:0], r.columns[:0], r.all[:0]
	r.fired, r.drawn = again(r.fired, p.Dims.N), again(r.drawn, p.Dims.N)
	trains := p.key(KindTrain, k.Field, k)
	for t := range p.chip.Cell.Pulses {
		r.rows = append(r.rows, trains.Field(uint32(2*t)))
		r.columns = append(r.columns, trains.Field(uint32(2*t+1)))
	}
	p.pool.Run(p.Dims.N, func(lo, hi int) {
		room := beatsRoom.Get().(*sampleRoom)
		defer beatsRoom.Put(room)
		room.v, room.room = sized(room.v, wide(p.Dims.M)), sized(room.room, 2*wide(p.Dims.M)/32)
		clear(room.v)
		for s := lo; s < hi; s++ {
			r.across(s, room)
		}
	})
	for _, ticks := range r.drawn {
		r.all = append(r.all, ticks...)
	}
	for i := range p.beats {
		p.total.Slots += int64(p.beats[i].slots)
	}
	blocks := (min(len(r.all), roundTicks) + 31) / 32
	r.plus, r.minus = sized(r.plus, blocks*wide(p.array.Rows)), sized(r.minus, blocks*wide(p.array.Rows))
	r.crossed = sized(r.crossed, 2*blocks*wide(p.Dims.M))
	return r
}

// again is n empty lists, with the room of those that were there.
func again[T any](lists [][]T, n int) [][]T {
	for len(lists) < n {
		lists = append(lists, nil)
	}
	lists = lists[:n]
	for i := range lists {
		lists[i] = lists[i][:0]
	}
	return lists
}

// across draws the columns of a sample.
func (r *round) across(s int, with *sampleRoom) {
	cols, v, room := r.Dims.M, with.v, with.room
	words := len(v) / 32
	for at := range r.Dims.P {
		beat := s*r.Dims.P + at
		b := &r.beats[beat]
		if b.slots > 0 {
			copy(v, r.D[beat*cols:][:cols])
		}
		for slot := range b.slots {
			r.columns[slot].Fire(room[:words], room[words:], v, b.d, r.First+uint32(s), at*words)
			if some(room) {
				r.drawn[s] = append(r.drawn[s], tick{int32(beat), int32(slot), int32(len(r.fired[s]))})
				r.fired[s] = append(r.fired[s], room...)
			}
		}
	}
}

// draw fills the planes, strip by strip of lines and block by block of ticks.
func (r *round) draw() {
	r.blocks = (len(r.ticks) + 31) / 32
	rows := (r.array.Rows + strip - 1) / strip
	strips := rows + (r.Dims.M+strip-1)/strip
	r.pool.Run(r.blocks*strips, func(lo, hi int) {
		p := painterRoom.Get().(*painter)
		p.round = r
		for i := lo; i < hi; i++ {
			block, s := i/strips, i%strips
			if ticks := r.ticks[block*32 : min(block*32+32, len(r.ticks))]; s < rows {
				p.paintRows(ticks, block, s*strip)
			} else {
				p.paintColumns(ticks, block, (s-rows)*strip)
			}
		}
		p.round = nil
		painterRoom.Put(p)
	})
}

// painter draws strips of planes.
type painter struct {
	*round
	v           [strip]float32
	plus, minus [32][strip / 32]uint32 // by tick and 32 lines
}

// paintRows draws the rows from.. in a block of ticks.
func (p *painter) paintRows(ticks []tick, block, from int) {
	size := wide(p.array.Rows)
	lines := min(strip, size-from)
	words, last := lines/32, int32(-1)
	for j, t := range ticks {
		if t.beat != last {
			last = t.beat
			p.load(int(t.beat), from, lines)
		}
		s, at := int(t.beat)/p.Dims.P, int(t.beat)%p.Dims.P
		p.rows[t.slot].Fire(p.plus[j][:words], p.minus[j][:words], p.v[:lines], p.beats[t.beat].x, p.First+uint32(s), (at*size+from)/32)
	}
	to := block*size + from
	p.turn(p.round.plus[to:], &p.plus, len(ticks), words)
	p.turn(p.round.minus[to:], &p.minus, len(ticks), words)
}

// paintColumns fills in the columns from.. in a block of ticks.
func (p *painter) paintColumns(ticks []tick, block, from int) {
	size := wide(p.Dims.M)
	words := min(strip, size-from) / 32
	for j, t := range ticks {
		fired := p.fired[int(t.beat)/p.Dims.P][t.words:]
		copy(p.plus[j][:words], fired[from/32:])
		copy(p.minus[j][:words], fired[(size+from)/32:])
	}
	to := block*size + from
	p.turn(p.crossed[to:], &p.plus, len(ticks), words)
	p.turn(p.crossed[p.blocks*size+to:], &p.minus, len(ticks), words)
}

// load fills in what drives rows from.. at a beat; 0 beyond the last.
func (p *painter) load(beat, from, lines int) {
	v, n := p.v[:lines], p.Dims.K
	some := max(0, min(lines, n-from))
	clear(v[some:])
	switch {
	case p.Conv == nil:
		copy(v, p.X[beat*n+min(from, n):][:some])
	case some > 0:
		p.Conv.Patches(v, lines, p.X, beat, 1, from, from+some)
	}
	if p.array.Bias && n >= from && n-from < lines {
		v[n-from] = p.Bias
	}
}

// turn writes words of n ticks as words of lines.
func (p *painter) turn(dst []uint32, ticks *[32][strip / 32]uint32, n, words int) {
	for w := range words {
		var square [32]uint32
		any := uint32(0)
		for j := range n {
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
	r.eachGroup(func(run func(g *pulseGroup, each func(i int))) {
		f := firingsRoom.Get().(*firings)
		f.of = r
		if f.order == nil {
			f.order = f.inOrder
		}
		run(f.pulseGroup, f.run)
		f.of = nil
		firingsRoom.Put(f)
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
