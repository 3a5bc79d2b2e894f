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

// Work is what a network asks of a machine for each sample.
type Work struct {
	MACs        int64
	Activations int64 // values that the forward pass makes
	Weights     int64
	Batch       int // samples that share an update; 0 counts as 1
}

// WorkOf is the work of a program. Values that wiring only hands on are not
// counted as activations.
func WorkOf(p *fabric.Program) Work {
	w := Work{MACs: p.MACs, Weights: p.Params, Batch: 1}
	if p.Learn != nil {
		w.Batch = p.Learn.Batch
	}
	for i := range p.Units {
		if u := &p.Units[i]; u.Role == fabric.Forward && u.Class != "" {
			w.Activations += int64(p.Values[u.Out].Elements())
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
