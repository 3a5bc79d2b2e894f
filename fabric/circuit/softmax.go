package circuit

import (
	"fmt"
	"math"
)

// Translinear is a softmax of n bipolar transistors that share a tail current
// (P12): p = α_F s e^(v/V_T)/Σ s e^(v/V_T).
type Translinear struct {
	Beta   float64   // β_F; +Inf: no base current
	Match  []float64 // s, I_S of each over the common one; nil: all alike
	Offset []float64 // V, of each driver; nil: none
}

// Shares returns the share of the tail current that each collector takes. They sum
// to α_F. A mismatch s shifts a logit by ln s, an offset by V_os/V_T.
func (t Translinear) Shares(v []float64, kelvin float64) ([]float64, error) {
	if err := first(checkInputs(v), checkCurrentGain(t.Beta), positive("temperature", kelvin, "K"), t.check(len(v))); err != nil {
		return nil, err
	}
	vt := ThermalVoltage(kelvin)
	logit := make([]float64, len(v))
	for i := range v {
		logit[i] = v[i] / vt
		if t.Match != nil {
			logit[i] += math.Log(t.Match[i])
		}
		if t.Offset != nil {
			logit[i] += t.Offset[i] / vt
		}
	}
	sum := logSumExp(logit, 1)
	for i, x := range logit {
		logit[i] = collected(t.Beta) * math.Exp(x-sum)
	}
	return logit, nil
}

func (t Translinear) check(n int) error {
	if t.Match != nil {
		if err := first(paired("inputs", n, "matches", len(t.Match)), positives("match", t.Match, "")); err != nil {
			return err
		}
	}
	if t.Offset == nil {
		return nil
	}
	return first(paired("inputs", n, "offsets", len(t.Offset)), finite("offset", "V", t.Offset...))
}

// SoftmaxTemperature returns the softmax temperature of a translinear circuit that
// gets the given volts for a nat: V_T over them (P12).
func SoftmaxTemperature(voltsPerNat, kelvin float64) (float64, error) {
	if err := first(positive("volts per nat", voltsPerNat, "V"), positive("temperature", kelvin, "K")); err != nil {
		return 0, err
	}
	return ThermalVoltage(kelvin) / voltsPerNat, nil
}

// ExpDivide is the softmax of separate exponentials, their sum and a division by
// it (P12d). Offsets add to the exponentials, so that these need a full scale of
// 100 offsets; a Translinear has no such floor.
type ExpDivide struct {
	Exp     ExponentConverter // one an input
	Offset  []float64         // V, of each converter's amplifier; nil: that of Exp
	Sum     OpAmp
	SumGain float64 // of the summing amplifier, for each input
	Divide  Divider // with the sum as the overdrive of its gate
}

// Shares returns the quotients of the exponentials and their sum, scaled so that
// they sum to 1 where every part is ideal.
func (e ExpDivide) Shares(v []float64, kelvin float64) ([]float64, error) {
	if err := first(checkInputs(v), positive("sum gain", e.SumGain, "")); err != nil {
		return nil, err
	}
	if e.Offset != nil {
		if err := paired("inputs", len(v), "offsets", len(e.Offset)); err != nil {
			return nil, err
		}
	}
	out, input := make([]float64, len(v)), make([]float64, len(v))
	for i := range v {
		c := e.Exp
		if e.Offset != nil {
			c.Amp.Offset = e.Offset[i]
		}
		var err error
		if out[i], err = c.Convert(v[i], kelvin); err != nil {
			return nil, fmt.Errorf("v[%d]: %w", i, err)
		}
		input[i] = 1 / e.SumGain
	}
	sum, err := e.Sum.Sum(1, out, input)
	if err != nil {
		return nil, err
	}
	unit := e.Unit()
	for i := range out {
		q, err := e.Divide.Exact(out[i], sum+e.Divide.Cell.Threshold)
		if err != nil {
			return nil, fmt.Errorf("share %d: %w", i, err)
		}
		out[i] = unit * q
	}
	return out, nil
}

// Unit is what a quotient is scaled by: -x/(R β u) with u = SumGain Σ|x| is a share
// over R β SumGain.
func (e ExpDivide) Unit() float64 { return e.Divide.Input * e.Divide.Cell.factor() * e.SumGain }
