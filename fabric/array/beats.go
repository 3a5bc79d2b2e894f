package array

import (
	"math"

	"acl/fabric/kernel"
)

// pulser is one Pulse under way.
type pulser struct {
	*Matrix
	*Drive
	law    kernel.CellLaw
	errors kernel.Key // of pulses and what they add
	cycle  float64
	beats  []beat // by sample and position
	total  Trains
}

// beat is how the lines are driven at a position: with chances x·|x| and d·|d| in
// each of a number of slots. Counted, x·d is the number of pulses for a unit product,
// and slots are those of the largest.
type beat struct {
	slots int
	x, d  float32
}

func (m *Matrix) pulsing(d *Drive, k ReadKey) *pulser {
	p := &pulser{
		Matrix: m, Drive: d, errors: m.key(KindPulse, k.Field, k), cycle: m.chip.Cell.Spread.Cycle * m.die.scale,
		beats: make([]beat, d.Dims.N*d.Dims.P),
	}
	p.law = m.die.law(p.cycle, m.write)
	return p
}

// prepare settles a sample's beats.
func (p *pulser) prepare(s int) {
	room := beatsRoom.Get().(*sampleRoom)
	defer beatsRoom.Put(room)
	room.tops = sized(room.tops, p.Dims.P)
	tops := room.tops
	p.largest(room, s)
	for at := range tops {
		row := p.D[(s*p.Dims.P+at)*p.Dims.M:][:p.Dims.M]
		p.beats[s*p.Dims.P+at] = p.manage(tops[at], kernel.TopAbs(row), float64(p.Rate[s]))
	}
}

// manage settles the length of a train and the gains of the lines, given the
// largest magnitudes that drive them. The sign of the rate goes to the rows.
func (p *pulser) manage(x, d float32, rate float64) (b beat) {
	cell := &p.chip.Cell
	pulses := math.Abs(rate) / cell.Step
	most := pulses * float64(x) * float64(d)
	if !(most > 0) || math.IsInf(most, 0) {
		return b
	}
	if cell.Update == "counted" {
		b.slots, b.x, b.d = int(min(math.Round(most), mostCounted)), float32(rate/cell.Step), 1
		return b
	}
	row, column, slots := ManageTrains(cell.Pulses, cell.Management, pulses, float64(x), float64(d))
	b.slots, b.x, b.d = slots, float32(math.Copysign(row, rate)), float32(column)
	return b
}

// ManageTrains returns the gains of rows and columns, in chance of firing for a
// unit drive, and the slots of a train, for a wanted number of pulses at a unit
// product and the largest drives of the lines. Without management all slots are
// used and both gains are alike: C_x C_δ = η/(BL Δw_min). With it trains have no
// more slots than the largest product needs, and the gains are balanced so that
// rows and columns fire equally often at their largest (aihwkit's
// update_bl_management and update_management).
func ManageTrains(most int, manage bool, pulses, x, d float64) (row, column float64, slots int) {
	slots = most
	if manage {
		if want := math.Ceil(pulses * x * d); want < float64(most) {
			slots = int(max(want, 1))
		}
	}
	gain := math.Sqrt(pulses / float64(slots))
	if !manage {
		return gain, gain, slots
	}
	balance := math.Sqrt(d / x)
	return gain * balance, gain / balance, slots
}

// largest writes the largest magnitude that drives the rows at each position of a
// sample.
func (p *pulser) largest(room *sampleRoom, s int) {
	tops := room.tops
	var bias float32
	if p.array.Bias {
		bias = p.Bias
	}
	if p.Conv == nil {
		k := p.Dims.K
		for at := range tops {
			tops[at] = max(bias, kernel.TopAbs(p.X[(s*p.Dims.P+at)*k:][:k]))
		}
		return
	}
	c := p.Conv
	image := p.X[s*c.H*c.W*c.C:][:c.H*c.W*c.C]
	room.across, room.pixels = sized(room.across, c.H*c.OW), sized(room.pixels, c.W)
	// Magnitudes as bits, which order alike; across: the largest of a window's line.
	across, pixels := room.across, room.pixels
	for y := range c.H {
		for x := range pixels {
			pixels[x] = pixelTop(image[(y*c.W+x)*c.C:][:c.C])
		}
		for ox := range c.OW {
			lo := ox*c.SW - c.PW
			var top uint32
			for _, bits := range pixels[max(lo, 0):max(min(lo+c.KW, c.W), lo, 0)] {
				top = max(top, bits)
			}
			across[y*c.OW+ox] = top
		}
	}
	for oy := range c.OH {
		out := tops[oy*c.OW:][:c.OW]
		for x := range out {
			out[x] = bias
		}
		lo := oy*c.SH - c.PH
		for y := max(lo, 0); y < min(lo+c.KH, c.H); y++ {
			for x, bits := range across[y*c.OW:][:c.OW] {
				out[x] = max(out[x], math.Float32frombits(bits))
			}
		}
	}
}

// pixelTop is the bits of the largest magnitude of a pixel's channels.
func pixelTop(x []float32) uint32 {
	if len(x) < 8 {
		var top uint32
		for _, v := range x {
			top = max(top, math.Float32bits(v)&math.MaxInt32)
		}
		return top
	}
	return math.Float32bits(kernel.TopAbs(x))
}
