package lower

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/ledger"
	"acl/fabric/module"
	"acl/ir"
	"acl/lang/diag"
	"acl/lang/source"
)

// The range pass looks at every read-out before anything runs, in the manner of
// Legno: not the worst case but the expected signal decides. Inputs and weights
// are taken at the rms of 0.3 that the range controller and the load bring them
// near (physics.md §4.1); a sum over n rows then has an rms of 0.09 √n. It warns
// where four times that saturates the range of the read-out, and where it lies
// below the noise of a read, and names the unit. Where the chip's clock is a tick, it
// asks whether the bandwidth of the amplifiers is enough for it. It also holds the lints that
// concern the chip alone: the triode range of the cells, the common mode of a
// read-out by pairs, and a rail that inputs do not fit in.

// Range is what is expected at the read-out of a unit on tiles, in normalised sums
// of w x.
type Range struct {
	Path      string
	Rows      int     // of its tallest tile
	Signal    float64 // rms
	Bound     float64 // of the read-out, the one that calibration would choose
	Noise     float64 // rms of one read, partial sums and converter included
	Decibels  float64 // signal over noise
	Saturates bool
}

// TypicalRMS is the rms of inputs and weights.
const TypicalRMS = 0.3

// peakFactor is how far beyond its rms a signal is expected to reach.
const peakFactor = 4

func ranges(s *State) {
	chip, diags := Chip(s.Fabric)
	if diags.HasErrors() {
		return // the tile pass reports them
	}
	s.idle(&chip)
	if it := s.plans().Get("fidelity"); chip.Ideal || it != nil && fmt.Sprint(it.Value) == "ideal" {
		return
	}
	s.chipLints(&chip)
	positive := nonNegative(s.Graph)
	reported := map[string]bool{}
	var slow *ir.Node
	slowest := 0.0
	for i := range s.Graph.Nodes {
		n := s.Graph.Node(ir.NodeID(i))
		if n.Role != ir.Forward || len(n.Params) == 0 || s.Program.Table.Primitive(n.Op).Digital {
			continue
		}
		p := &s.Graph.Params[n.Params[0]]
		if len(p.Shape) != 2 {
			continue
		}
		r := expected(&chip, n.Path, p.Shape[0], i == len(s.Graph.Nodes)-1)
		s.Ranges = append(s.Ranges, r)
		s.judge(&chip, n, &r, positive[n.Args[0]], reported)
		if settle := ledger.TimingOf(&chip).Settle(r.Rows, r.Bound); settle > slowest {
			slowest, slow = settle, n
		}
	}
	s.bandwidth(&chip, slow, slowest)
}

// bandwidth warns of a tick in which the slowest read-out does not settle. The machine
// charges the tick all the same, and computes as if it had. Without a tick each read
// takes as long as its amplifiers need.
func (s *State) bandwidth(chip *fabric.Chip, slow *ir.Node, settle float64) {
	at := s.keySpan("tick")
	if at.IsZero() || chip.Tick == 0 || settle <= chip.Tick {
		return
	}
	ns := math.Ceil(settle * 1e9)
	s.Diags.Add(diag.Warnf("W0308", at, "a tick is %.3g ns, and the read-out of %s settles in %.3g ns", chip.Tick*1e9, slow.Path, settle*1e9).
		WithRelated(slow.Origin, "the slowest unit").
		WithHint("`tick: %gns;` is enough, or raise `opamp.bandwidth`", ns))
}

// expected is the range of one unit.
func expected(chip *fabric.Chip, path string, rows int, convert bool) Range {
	tall := min(rows, chip.Tiles.Size.H)
	blocks := math.Ceil(float64(rows) / float64(chip.Tiles.Size.H))
	r := Range{Path: path, Rows: tall, Signal: TypicalRMS * TypicalRMS * math.Sqrt(float64(rows))}
	peak := peakFactor * TypicalRMS * TypicalRMS * math.Sqrt(float64(tall))
	r.Bound = array.ChooseBound(chip, peak)
	r.Saturates = chip.Noise.Clip.On() && peak > r.Bound
	stats := array.StatsOf(chip, tall, r.Bound)
	noise := stats.Read / stats.Gain * math.Sqrt(blocks)
	if convert && chip.Noise.Quantize.On() {
		noise = math.Hypot(noise, array.LSB(chip.ADC.Bits, r.Bound)/math.Sqrt(12))
	}
	r.Noise = noise
	r.Decibels = 20 * math.Log10(r.Signal/math.Max(noise, 1e-12))
	return r
}

// judge warns of one unit.
func (s *State) judge(chip *fabric.Chip, n *ir.Node, r *Range, positive bool, reported map[string]bool) {
	switch {
	case r.Saturates && !reported["W0301"]:
		reported["W0301"] = true
		s.Diags.Add(diag.Warnf("W0301", s.chipSpan("rail.bound", n.Origin), "%s is expected to reach %.3g, and its read-out ends at %.3g",
			n.Path, peakFactor*r.Signal, r.Bound).
			WithRelated(n.Origin, "a sum of %d products a tile", r.Rows).
			WithHint("`rail { bound: auto; }` lets the calibration choose a wider range"))
	case r.Decibels < 0 && !reported["W0306"]:
		reported["W0306"] = true
		s.Diags.Add(diag.Warnf("W0306", s.chipSpan("noise.read", n.Origin), "the signal of %s, %.3g, lies below the noise of a read, %.3g",
			n.Path, r.Signal, r.Noise).WithHint("`-> %s { scale: %d; }` uses more of the rail, or lower the noise", n.Path, lift(r)))
	}
	if chip.Tiles.Readout != "pair" || !positive || reported["W0305"] {
		return
	}
	mean := TypicalRMS * math.Sqrt(2/math.Pi)
	if err := circuit.CheckCommonMode(chip, mean*float64(r.Rows), r.Bound); err != nil {
		reported["W0305"] = true
		s.Diags.Add(diag.Warnf("W0305", s.chipSpan("tiles.readout", n.Origin), "%s: %v", n.Path, err).
			WithRelated(n.Origin, "its inputs are never negative").
			WithHint("`tiles { readout: differential; }` takes the difference before it is amplified"))
	}
}

// lift is the power of two that brings a signal above its noise.
func lift(r *Range) int {
	k := 2
	for float64(k)*r.Signal < r.Noise && k < 64 {
		k *= 2
	}
	return k
}

// chipLints are those that no unit takes part in.
func (s *State) chipLints(chip *fabric.Chip) {
	if err := circuit.CheckTriode(chip); err != nil && chip.VCR.Law != "jfet" {
		s.Diags.Add(diag.Warnf("W0304", s.chipSpan("vcr.overdrive", s.Fabric.Decl.Name.Span), "%v", err).
			WithHint("raise `vcr.overdrive`, or lower `rail.input` or `rail.weight`"))
	}
	switch err, at := circuit.CheckSupply(chip), s.keySpan("supply.cells"); {
	case chip.VCR.Law == "jfet" && !at.IsZero():
		s.Diags.Add(diag.Warnf(codeNoEffect, at, "`supply.cells` moves no figure: no law of the machine has this supply for the gates of a jfet"))
	case err != nil && chip.Noise.Clip.On():
		s.Diags.Add(diag.Warnf("W0307", s.chipSpan("supply.cells", s.Fabric.Decl.Name.Span), "%v", err).
			WithHint("raise `supply.cells`, or lower `vcr.overdrive` or `rail.weight`"))
	}
	if limit := module.RailLimit(chip); limit < 1 && chip.Noise.Clip.On() {
		s.Diags.Add(diag.Warnf("W0301", s.chipSpan("rail.swing", s.Fabric.Decl.Name.Span),
			"a full input of %g V does not fit in the swing: values are clipped at %.3g of it", chip.Rail.Input, limit).
			WithHint("widen `rail.swing`, or lower `rail.input`"))
	}
}

// chipSpan is where the program's own fabric sets a key, else the given place.
func (s *State) chipSpan(key string, other source.Span) source.Span {
	if at := s.keySpan(key); !at.IsZero() {
		return at
	}
	return other
}

// chipFix adds to a message the edit that gives a key of the fabric another value:
// where the key is set, or at the beginning of the fabric's block. A fabric of the
// library has none.
func (s *State) chipFix(d diag.Diag, key, value string) diag.Diag {
	switch it := s.Fabric.Settings.Get(key); {
	case s.Fabric.Unit.Library:
		return d
	case it != nil && it.Expr != nil && s.Fabric.Decl.Body.Span.Holds(it.Span):
		return d.WithFix(it.Span, value)
	}
	body := s.Fabric.Decl.Body.Span
	at := body.File.Span(body.Start.Offset+1, body.Start.Offset+1)
	return d.WithFix(at, "\n  "+key+": "+value+";")
}

// nonNegative tells the values that are never negative: images, what a rectifier
// or a softmax puts out, and what wiring and pools make of them.
func nonNegative(g *ir.Graph) []bool {
	out := make([]bool, len(g.Nodes))
	for i := range g.Nodes {
		n := g.Node(ir.NodeID(i))
		switch n.Op {
		case ir.OpInput, "nn.relu", "nn.softmax":
			out[i] = true
		case "nn.maxpool", "nn.avgpool", "nn.global_avgpool", "nn.flatten", "nn.reshape", "nn.slice", "nn.mean", "nn.concat",
			"nn.add", "nn.mul":
			out[i] = n.Role == ir.Forward
			for _, a := range n.Args {
				out[i] = out[i] && out[a]
			}
		}
	}
	return out
}
