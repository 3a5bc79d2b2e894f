package circuit

import (
	"math"
	"testing"

	"acl/fabric"
)

// The chip's multiplier is scaled so that a full weight and a full input give one
// part in B of the swing.
func TestUnitsOfTheChip(t *testing.T) {
	value := must(t)
	chip := fabric45()
	for _, law := range []Law{Linearized, Triode, JFET} {
		for _, bound := range []float64{2.5, 20} {
			chip.VCR.Law = string(law)
			got := value(MultiplierOf(chip, bound).Tensor(chip.Rail.Weight, chip.Rail.Input))
			near(t, string(law), got, Swing(chip)/bound*ColumnGain(chip, 1, bound), rounding)
		}
	}
	d := DividerOf(chip)
	near(t, "input of a divider", d.Input, 1/Conductance(chip), rounding)
	chip.VCR.Law, chip.Opamp.Gain = "linearized", math.Inf(1)
	near(t, "divided by the overdrive of zero", value(DividerOf(chip).Divide(0.2, 0.7)), -0.2, rounding)
}

// The overdrive of a divider has a floor, below which the gate has no effect, and
// its plain form is that of physics.md §2 as it stands there.
func TestDividerForms(t *testing.T) {
	value := must(t)
	d := Divider{Amp: wide(1000, 0), Cell: VCR{Law: Triode, Beta: 15e-6, Threshold: 0.2}, Input: 150e3, Floor: 0.1}
	const v, u, rb = -0.05, 0.6, 150e3 * 15e-6
	want := (u - math.Sqrt(u*u+2*v/rb)) / (1 + (1+1/(rb*u))/1000)
	near(t, "plain", value(d.Divide(v, u+0.2)), want, rounding)
	d.Cell.Law = Linearized
	near(t, "below the floor", value(d.Divide(v, 0.25)), value(d.Divide(v, 0.3)), rounding)
	if a, b := value(d.Divide(v, 0.3)), value(d.Divide(v, 0.35)); !(a > b) {
		t.Errorf("a larger overdrive gives %g V, not less than %g V", b, a)
	}
	d.Cell = VCR{Law: JFET, Beta: 7.5e-6, Threshold: 0.2}
	near(t, "JFET of the same factor", value(d.Divide(v, u+0.2)), want, rounding)
	d.Amp.Gain = math.Inf(1)
	near(t, "exact at any gain is the closed form at an unbounded one", value(d.Exact(v, u+0.2)), value(d.Divide(v, u+0.2)), rounding)
	d.Cell.Lambda = 0.1
	_, err := d.Divide(v, 0.8)
	refused(t, "JFET with λ", err, "lambda = 0.1")
}

// Kirchhoff's law at the node of an amplifier of low gain, for each law and with
// cells that saturate: what the cells push in, R_f takes away. Gates that follow
// leave the form over 1+NG/A0, whatever the inputs.
func TestNodesBalance(t *testing.T) {
	value := must(t)
	for _, law := range []Law{Triode, Linearized, JFET} {
		cell := VCR{Law: law, Beta: 2e-6, Threshold: 0.2}
		if law == JFET {
			cell.Lambda = 0.05
		}
		for _, x := range []float64{-0.3, 0.02, 0.3, 0.9} {
			m := Multiplier{Side: Side{wide(50, 2e-3), 400e3}, Cell: cell}
			out := value(m.Single(0.7, x))
			node := m.Amp.Offset - out/m.Amp.Gain
			amperes, siemens := cell.Into(0.7, x, node)
			near(t, string(law), (node-out)/m.Feedback, amperes, 1e-9)
			const h = 1e-6
			above, _ := cell.Into(0.7, x, node+h)
			below, _ := cell.Into(0.7, x, node-h)
			near(t, string(law)+" conductance", siemens, (below-above)/(2*h), 1e-5)
			if law == Linearized && x < 0.9 {
				near(t, "closed form", out, m.read(cell.Current(0.7, x), cell.Conductance(0.7)), rounding)
			}
		}
	}
}

// A column's outputs clip at the swing in both forms, and its parts have to agree
// in number.
func TestColumnsClipAndCheck(t *testing.T) {
	value := must(t)
	c := ColumnOf(fabric45(), 3, 2.5)
	w, x := []float64{0.4, 0.4, 0.4}, []float64{0.3, 0.3, 0.3}
	near(t, "exact", value(c.Exact(w, x)), 0.8, 0)
	near(t, "tensor", value(c.Tensor(w, []float64{-0.3, -0.3, -0.3})), -0.8, 0)
	_, err := c.Tensor(w, x[:2])
	refused(t, "inputs", err, "2 inputs", "3 weights")
	_, err = c.Exact(w[:2], x[:2])
	refused(t, "cells", err, "2 weights", "3 cells")
	_, err = c.CommonMode(x[:1])
	refused(t, "common mode", err, "1 weights", "3 cells")
	_, err = rowOf(fabric45(), 2, 20).Corrected(w[:1], x[:2])
	refused(t, "row", err, "2 drives", "1 weights")
	c.Minus.Feedback = -1
	_, err = c.Exact(w, x)
	refused(t, "feedback", err, "feedback = -1 Ohm")
}

// Two matched junctions hold one current a decade apart at n V_T ln 10, and I_S
// grows with temperature by its law.
func TestJunctionLaws(t *testing.T) {
	value := must(t)
	j := Silicon(1e-15)
	near(t, "decade", value(j.Ratio(ThermalVoltage(room)*math.Ln10, 0, room)), 10, rounding)
	near(t, "at 27 °C", j.SaturationAt(Nominal), 1e-15, rounding)
	j.Ideality, j.Exponent = 2, 4
	const r = 330.0 / Nominal
	near(t, "at 330 K", j.SaturationAt(330), 1e-15*r*r*math.Exp((r-1)*1.11/(2*ThermalVoltage(330))), rounding)
	e := ExponentConverter{Amp: OpAmp{Gain: 1e4, Low: -0.8, High: 0.8}, Junction: Silicon(2e-15), Feedback: 5e3}
	near(t, "clip", value(e.Convert(0.9, room)), -0.8, 0)
	e.Amp.Offset = 2e-3
	plain := e
	plain.Amp.Offset = 0
	near(t, "offset", value(e.Convert(0.5, room)), value(plain.Convert(0.498, room))+2e-3/(1+1e-4), rounding)
}

// rowOf is a row of the chip without mismatch or offsets.
func rowOf(chip *fabric.Chip, columns int, bound float64) Row {
	c := ColumnOf(chip, columns, bound)
	return Row{Side: c.Plus, Cells: c.Cells, Mid: c.Mid}
}
