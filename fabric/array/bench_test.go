package array

import "testing"

// The upkeep of an array in a training step, a cell.
func BenchmarkStep(b *testing.B) {
	c := bench()
	c.Noise.Weight = number(0.02)
	m := matrix(c, dense(511, 512))
	m.Init()
	d := make([]float32, len(m.Plus))
	for i := range d {
		d[i] = float32(i%13-6) * 1e-4
	}
	parts := []struct {
		name string
		run  func(step uint64)
	}{
		{"update", func(s uint64) { m.Update(d, ReadKey{Step: s}) }},
		{"forward", func(s uint64) { m.Forward(ReadKey{Step: s}, 1, 1, 8) }},
		{"leak and forward", func(s uint64) { // charge goes when the cells are next looked at
			m.Leak(1e-4, s)
			m.Forward(ReadKey{Step: s}, 1, 1, 8)
		}},
		{"both", func(s uint64) {
			m.Forward(ReadKey{Step: s}, 1, 1, 8)
			m.Transposed(ReadKey{Step: s}, 1, 8)
		}},
	}
	for _, p := range parts {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			step := uint64(0)
			for b.Loop() {
				step++
				p.run(step)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(d)), "ns/cell")
		})
	}
}
