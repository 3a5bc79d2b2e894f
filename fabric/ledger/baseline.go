package ledger

import (
	"fmt"

	"acl/fabric"
)

// Precision is a digital number format.
type Precision struct {
	Name  string
	MAC   float64 // J of a multiply-accumulate at 45 nm
	Bytes float64 // of a word
}

// Energies of multiply-accumulates at 45 nm (Horowitz, ISSCC 2014): a product and
// a sum; fp16 sums in fp32.
const (
	macInt8 = (0.2 + 0.1) * 1e-12
	macFP16 = (1.1 + 0.9) * 1e-12
	macFP32 = (3.7 + 0.9) * 1e-12
)

// Precisions are the digital machines that every bill stands beside.
var Precisions = []Precision{{"int8", macInt8, 1}, {"fp16", macFP16, 2}, {"fp32", macFP32, 4}}

// DefaultReuse is how often a word that is fetched from SRAM is used before it is
// fetched again [A]. The weights of a dense layer cannot be used more often than
// the batch has samples.
const DefaultReuse = 64

// Reuses are the assumptions about reuse that a comparison shows side by side.
var Reuses = []float64{1, 16, 64, 256}

const sramByte = 1.25e-12 // J, a byte of an 8 KB SRAM at 45 nm

// integerSum is the sum of an integer multiply-accumulate, J: an accumulator of 32
// bits whatever the width of the product (Horowitz, ISSCC 2014).
const integerSum = 0.1e-12

// integerProduct is the product of integers of a and b bits, J: that of 8 bits,
// 0.2 pJ, in proportion to the bits that meet. That of 32 bits, 3.1 pJ, is 16 times
// as much by this rule and 15.5 times by measure.
func integerProduct(a, b int) float64 { return 0.2e-12 * float64(a*b) / 64 }

// Integer is an integer machine of that many bits; Integer(8) is the int8 of
// Precisions.
func Integer(bits int) Precision {
	return Precision{fmt.Sprintf("int%d", bits), integerProduct(bits, bits) + integerSum, float64(bits) / 8}
}

// Work is what a network asks of a machine for each sample.
type Work struct {
	MACs        int64
	Activations int64 // values that the forward pass makes
	Weights     int64
	Batch       int // samples that share an update; 0 counts as 1
	// Dense are those MACs whose weight a sample uses once, so that it is fetched for
	// each batch at least.
	Dense int64
}

// WorkOf is the work of a program. Values that wiring only hands on are not
// counted as activations.
func WorkOf(p *fabric.Program) Work {
	w := Work{MACs: p.MACs, Weights: p.Params, Batch: 1}
	if p.Learn != nil {
		w.Batch = p.Learn.Batch
	}
	for i := range p.Units {
		u := &p.Units[i]
		if u.Role != fabric.Forward || u.Class == "" {
			continue
		}
		w.Activations += int64(p.Values[u.Out].Elements())
		if u.Array >= 0 && p.Arrays[u.Array].Digital == nil && u.Positions <= 1 {
			w.Dense += int64(p.Arrays[u.Array].Rows) * int64(p.Arrays[u.Array].Cols)
		}
	}
	return w
}

// product is a multiply-accumulate with its share of the words fetched for it.
func (p Precision) product(reuse float64) float64 { return p.MAC + 2*p.Bytes*sramByte/reuse }

// TrainStep returns the joules of training on one sample (physics.md §9): three
// products for each of the forward pass, activations written and read on both
// ways, and the sample's share of an fp32 update of every weight.
func (p Precision) TrainStep(w Work, reuse float64) float64 {
	update := float64(w.Weights) * (8*sramByte + macFP32) / float64(max(w.Batch, 1))
	return 3*float64(w.MACs)*p.product(reuse) + 4*float64(w.Activations)*p.Bytes*sramByte + update
}

// Refetched returns the joules of training on one sample that TrainStep leaves out
// where weights of dense layers are used no more often than a batch has samples.
func (p Precision) Refetched(w Work, reuse float64) float64 {
	batch := float64(max(w.Batch, 1))
	return 3 * float64(w.Dense) * p.Bytes * sramByte * max(1/batch-1/reuse, 0)
}

// Answer returns the joules of one answered sample: one product for each, and
// activations written and read once.
func (p Precision) Answer(w Work, reuse float64) float64 {
	return float64(w.MACs)*p.product(reuse) + 2*float64(w.Activations)*p.Bytes*sramByte
}

// Assumptions are what the digital side of a comparison rests on, as text.
func Assumptions(w Work, reuse float64) []string {
	return []string{
		"multiply-accumulates at 45 nm and 0.9 V: int8 0.3 pJ, fp16 with an fp32 sum 2.0 pJ, fp32 4.6 pJ [S]",
		fmt.Sprintf("each word fetched from an 8 KB SRAM, 1.25 pJ a byte [S], is used %g times [A]", reuse),
		fmt.Sprintf("training is three products for each of the forward pass; the fp32 update of a weight is shared by a batch of %d",
			max(w.Batch, 1)),
		"no DRAM traffic, control or leakage on the digital side",
	}
}
