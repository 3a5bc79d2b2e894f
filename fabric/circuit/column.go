package circuit

import (
	"fmt"
	"math"

	"acl/fabric"
)

// Cell is a weight: two resistors whose gates sit at Mid ± w/2 (P3).
type Cell struct{ Plus, Minus VCR }

// Side is a transimpedance amplifier: an OpAmp and its feedback resistor.
type Side struct {
	Amp      OpAmp
	Feedback float64 // Ohm
}

// balance solves Kirchhoff's law at the amplifier's node and returns the output
// before any clip: the node is at V_os-Vo/A0, into gives the current that the cells
// push into it there and the conductance by which that falls, and R_f takes it
// away. The first step from a node at V_os is the form divided by 1+NG/A0; what is
// left is the curvature of the cells.
func (s Side) balance(into func(node float64) (amperes, siemens float64)) (float64, error) {
	v := 0.0
	for range newtonLimit {
		node := s.Amp.Offset - v/s.Amp.Gain
		i, g := into(node)
		step := (v - node + s.Feedback*i) / s.Amp.Loop(s.noiseGain(g))
		v -= step
		if math.Abs(step) <= balanced*(1+math.Abs(v)) || math.IsInf(s.Amp.Gain, 1) {
			return v, nil
		}
	}
	return 0, fmt.Errorf("the node of an amplifier of gain %g found no balance in %d steps", s.Amp.Gain, newtonLimit)
}

// balanced is a step of the output, of a volt, that rounding leaves.
const balanced = 1e-13

// read is the output of the side for a current into its node at 0 V through a total
// conductance.
func (s Side) read(amperes, siemens float64) float64 {
	return (-s.Feedback*amperes + s.noiseGain(siemens)*s.Amp.Offset) / s.Amp.Loop(s.noiseGain(siemens))
}

func (s Side) noiseGain(siemens float64) float64 { return 1 + s.Feedback*siemens }

func (s Side) check() error {
	return first(s.Amp.Check(), positive("feedback", s.Feedback, "Ohm"))
}

// Column is one output of a tile, device by device (physics.md §4.1): every input
// drives the two resistors of its cell, one into each side, and the output is the
// difference of the sides. Weights are in volts between the two gates, a full one
// V_W; inputs are in volts, a full one V_X.
type Column struct {
	Plus, Minus Side
	Cells       []Cell
	Mid         float64 // V, gate of a weight of zero
	// Pair tells two amplifiers, each of which clips, from a fully differential one,
	// of which only the difference does.
	Pair bool
}

// ColumnOf is a column of the chip without mismatch or offsets.
func ColumnOf(chip *fabric.Chip, rows int, bound float64) Column {
	side := Side{Amp: OpAmpOf(chip), Feedback: FeedbackResistor(chip, bound)}
	c := Column{Plus: side, Minus: side, Mid: chip.VCR.Threshold + chip.VCR.Overdrive, Pair: chip.Tiles.Readout == "pair"}
	for range rows {
		c.Cells = append(c.Cells, Cell{Plus: VCROf(chip), Minus: VCROf(chip)})
	}
	return c
}

func (c Column) check(w, x []float64) error {
	err := first(paired("inputs", len(x), "weights", len(w)), paired("weights", len(w), "cells", len(c.Cells)),
		finite("x", "V", x...), c.Plus.check(), c.Minus.check())
	if err != nil {
		return err
	}
	return checkCells(c.Cells, w, c.Mid)
}

// checkCells refuses weights that leave a resistor without a channel.
func checkCells(cells []Cell, w []float64, mid float64) error {
	for i, cell := range cells {
		err := first(cell.Plus.Check(), cell.Minus.Check(), cell.Plus.checkGate(mid+w[i]/2), cell.Minus.checkGate(mid-w[i]/2))
		if err != nil {
			return fmt.Errorf("w[%d] = %g V: %w", i, w[i], err)
		}
	}
	return nil
}

// Exact returns the output in volts by the law of each device, each side's node
// where its currents balance: the minus side less the plus side, R_f β Σ w x before
// errors. The square terms of plain triodes cancel as far as the two devices of a
// cell agree.
func (c Column) Exact(w, x []float64) (float64, error) {
	if err := c.check(w, x); err != nil {
		return 0, err
	}
	p, err := c.Plus.balance(c.into(w, x, 1, func(cell Cell) VCR { return cell.Plus }))
	if err != nil {
		return 0, err
	}
	m, err := c.Minus.balance(c.into(w, x, -1, func(cell Cell) VCR { return cell.Minus }))
	if err != nil {
		return 0, err
	}
	if c.Pair {
		return c.Minus.Amp.Clip(m) - c.Plus.Amp.Clip(p), nil
	}
	return c.Plus.Amp.Clip(m - p), nil
}

// into is what the resistors of one side push into its node.
func (c Column) into(w, x []float64, sign float64, of func(Cell) VCR) func(node float64) (amperes, siemens float64) {
	return func(node float64) (amperes, siemens float64) {
		for i, cell := range c.Cells {
			a, g := of(cell).Into(c.Mid+sign*w[i]/2, x[i], node)
			amperes, siemens = amperes+a, siemens+g
		}
		return amperes, siemens
	}
}

// Tensor returns the output in volts by the form that arrays compute with:
// R_f β Σ w x/(1+NG/A0) with the noise gain of weights of zero, and the offsets of
// the two sides.
func (c Column) Tensor(w, x []float64) (float64, error) {
	if err := c.check(w, x); err != nil {
		return 0, err
	}
	var current, siemens float64
	for i, cell := range c.Cells {
		beta := (cell.Plus.factor() + cell.Minus.factor()) / 2
		current += beta * w[i] * x[i]
		siemens += (cell.Plus.Conductance(c.Mid) + cell.Minus.Conductance(c.Mid)) / 2
	}
	ng := c.Plus.noiseGain(siemens)
	v := c.Plus.Feedback*current + ng*(c.Minus.Amp.Offset-c.Plus.Amp.Offset)
	return c.Plus.Amp.Clip(v / c.Plus.Amp.Loop(ng)), nil
}

// CommonMode returns the volts that the two sides of a column have in common for
// the given inputs, before any clip: -R_f β V_ov Σx (physics.md §4.1).
func (c Column) CommonMode(x []float64) (float64, error) {
	if err := c.check(make([]float64, len(x)), x); err != nil {
		return 0, err
	}
	var current, siemens float64
	for i, cell := range c.Cells {
		current += cell.Plus.Conductance(c.Mid) * x[i]
		siemens += cell.Plus.Conductance(c.Mid)
	}
	return c.Plus.read(current, siemens), nil
}

// Row is one output of a transposed read of the same cells (physics.md §4.2): each
// column drives +δ into the plus and -δ into the minus device of its cell, and one
// amplifier sums both.
type Row struct {
	Side
	Cells []Cell
	Mid   float64 // V, gate of a weight of zero
}

// Exact returns the output in volts, -R_f β Σ(w δ-δ²) before errors with plain
// triodes: their square terms add up. Drives are in volts.
func (r Row) Exact(w, delta []float64) (float64, error) {
	v, err := r.unclipped(w, delta)
	if err != nil {
		return 0, err
	}
	return r.Amp.Clip(v), nil
}

// Corrected returns the output less that of a dummy row whose weights are zero,
// which holds the square terms alone: -R_f β Σ w δ before errors.
func (r Row) Corrected(w, delta []float64) (float64, error) {
	v, err := r.unclipped(w, delta)
	if err != nil {
		return 0, err
	}
	dummy, err := r.unclipped(make([]float64, len(w)), delta)
	return r.Amp.Clip(r.Amp.Clip(v) - r.Amp.Clip(dummy)), err
}

// unclipped is the output before the clip.
func (r Row) unclipped(w, delta []float64) (float64, error) {
	err := first(paired("drives", len(delta), "weights", len(w)), paired("weights", len(w), "cells", len(r.Cells)),
		finite("delta", "V", delta...), r.check())
	if err == nil {
		err = checkCells(r.Cells, w, r.Mid)
	}
	if err != nil {
		return 0, err
	}
	return r.balance(func(node float64) (amperes, siemens float64) {
		for i, cell := range r.Cells {
			up, down := r.Mid+w[i]/2, r.Mid-w[i]/2
			a, g := cell.Plus.Into(up, delta[i], node)
			b, h := cell.Minus.Into(down, -delta[i], node)
			amperes, siemens = amperes+a+b, siemens+g+h
		}
		return amperes, siemens
	})
}
