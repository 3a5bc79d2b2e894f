package circuit

import (
	"fmt"
	"math"
)

// FollowerOr is a node that n emitter followers drive together (P10): the highest
// input wins, softly.
type FollowerOr struct {
	Saturation float64 // A, I_S of a follower at the temperature of the call
	Current    float64 // A, drawn from the node
	Beta       float64 // β_F; +Inf: no base current
}

// Output returns the node's volts, V_T ln Σe^(v/V_T) - V_T ln(α_F I/I_S): above
// that of the highest input alone by at most V_T ln n.
func (f FollowerOr) Output(v []float64, kelvin float64) (float64, error) {
	err := first(checkInputs(v), positive("saturation", f.Saturation, "A"), positive("current", f.Current, "A"),
		checkCurrentGain(f.Beta), positive("temperature", kelvin, "K"))
	if err != nil {
		return 0, err
	}
	vt := ThermalVoltage(kelvin)
	return logSumExp(v, vt) - vt*math.Log(collected(f.Beta)*f.Current/f.Saturation), nil
}

// logSumExp is s ln Σe^(v/s), taken about the largest so that it cannot overflow.
func logSumExp(v []float64, s float64) float64 {
	top := v[0]
	for _, x := range v {
		top = max(top, x)
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Exp((x - top) / s)
	}
	return top + s*math.Log(sum)
}

// SuperFollowerMax returns the node of followers inside the loops of op-amps of the
// given offsets, max(v-V_os) (P10).
func SuperFollowerMax(v, offset []float64) (float64, error) {
	if err := first(checkInputs(v), paired("inputs", len(v), "offsets", len(offset)), finite("offset", "V", offset...)); err != nil {
		return 0, err
	}
	top := math.Inf(-1)
	for i := range v {
		top = max(top, v[i]-offset[i])
	}
	return top, nil
}

func checkInputs(v []float64) error {
	if len(v) == 0 {
		return fmt.Errorf("no inputs: there has to be at least one")
	}
	return finite("v", "V", v...)
}
