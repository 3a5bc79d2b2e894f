package circuit

import "acl/fabric"

// Multiplier is a column of a single cell (P3): Vo⁻-Vo⁺ = R_f β w v/(1+NG/A0) for
// a weight of w volts between its gates and an input of v volts, of any signs.
type Multiplier struct {
	Side
	Cell VCR
	Mid  float64 // V, gate of a weight of zero
	Pair bool    // each side clips, not only the difference
}

// MultiplierOf is a multiplier of the chip.
func MultiplierOf(chip *fabric.Chip, bound float64) Multiplier {
	c := ColumnOf(chip, 1, bound)
	return Multiplier{Side: c.Plus, Cell: c.Cells[0].Plus, Mid: c.Mid, Pair: c.Pair}
}

func (m Multiplier) column() Column {
	return Column{Plus: m.Side, Minus: m.Side, Cells: []Cell{{m.Cell, m.Cell}}, Mid: m.Mid, Pair: m.Pair}
}

// Exact returns the product in volts with each side's node where its currents balance.
func (m Multiplier) Exact(w, v float64) (float64, error) {
	return m.column().Exact([]float64{w}, []float64{v})
}

// Tensor returns the product in volts by the form that arrays compute with.
func (m Multiplier) Tensor(w, v float64) (float64, error) {
	return m.column().Tensor([]float64{w}, []float64{v})
}

// Single returns the output of one resistor into one amplifier, -R_f I/(1+NG/A0)
// but for the resistor's curvature: a multiplier of two quadrants, by the gate's
// overdrive.
func (m Multiplier) Single(gate, v float64) (float64, error) {
	if err := first(m.check(), m.Cell.Check(), m.Cell.checkGate(gate), finite("v", "V", v)); err != nil {
		return 0, err
	}
	out, err := m.balance(func(node float64) (float64, float64) { return m.Cell.Into(gate, v, node) })
	return m.Amp.Clip(out), err
}
