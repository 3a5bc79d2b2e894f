package circuit

import "fmt"

// SolveLine returns the voltage at each cell of a line of conductances g, siemens
// to a node at 0 V, that is driven at one end with v volts through r ohms before
// each cell, the nearest first. What flows through the wire before cell k is what
// cell k and all behind it take: from the far end on, the conductance that they show
// is G_k = g_k + 1/(r + 1/G_{k+1}), so that V_k = V_{k-1}/(1 + r G_k): exact, in one
// pass each way, for any conductances.
func SolveLine(v, r float64, g []float64) ([]float64, error) {
	if len(g) == 0 {
		return nil, fmt.Errorf("g is empty: a line has at least one cell")
	}
	if err := first(finite("v", "V", v), notNegative("r", r, "Ohm")); err != nil {
		return nil, err
	}
	shown := make([]float64, len(g))
	behind := 0.0
	for k := len(g) - 1; k >= 0; k-- {
		if err := notNegative(fmt.Sprintf("g[%d]", k), g[k], "S"); err != nil {
			return nil, err
		}
		shown[k] = g[k] + behind
		behind = shown[k] / (1 + r*shown[k])
	}
	out := make([]float64, len(g))
	for k := range g {
		v /= 1 + r*shown[k]
		out[k] = v
	}
	return out, nil
}
