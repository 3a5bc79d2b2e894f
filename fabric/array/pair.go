package array

import "math"

// A read-out by pairs (`tiles.readout: pair`, physics.md §4.1) has an amplifier for
// each half of the cells and takes the difference after them. In units of a sum of w x
// that reaches the swing, a side carries half of the sum and with it what both halves
// have in common, V_ov/V_W Σx: y = clip(Σ(w/2 - c)x) + clip(Σ(w/2 + c)x), c = V_ov/V_W.
// So it is two reads of shifted weights, each with its own limit. Where nothing clips
// that is the difference itself, and it is read as one.

// paired reports whether each half of a column has an amplifier that can clip.
func (m *Matrix) paired() bool {
	return m.chip.Tiles.Readout == "pair" && m.level.Clip.On()
}

// forwardPair is Forward by two amplifiers a column: each has half of the offset and
// noise of its own of 1/√2.
func (m *Matrix) forwardPair(k ReadKey, scale, bias float32, bits int) *Read {
	common := float32(m.chip.VCR.Overdrive / m.chip.Rail.Weight)
	sides := [...]*cached{&m.forward, &m.second}
	for i, c := range sides {
		m.front(c, k, scale, bias, common)
		m.readOut(&c.Read, &m.Front, k, scale, 0)
		ro := &c.RO
		for j := range ro.Offset {
			ro.Offset[j] /= 2
		}
		ro.Sigma /= math.Sqrt2
		ro.Key = m.key(KindRead, k.Field+uint32(i)*otherField, k)
		common = -common
	}
	r := &m.forward.Read
	r.Other, r.Step = &m.second.Read, 0
	if m.level.Quantize.On() {
		r.Step = r.Scale * float32(LSB(bits, m.Front.Bound))
	}
	return r
}

// otherField keeps the noise of the second amplifier of a pair apart from all fields
// of units and retries.
const otherField = 0x85ebca6b

// halve makes weights of one side: half of them, and what the inputs have in common.
func halve(factor, shift []float32, common float32) {
	for j := range factor {
		factor[j] /= 2
		shift[j] += 2 * common
	}
}
