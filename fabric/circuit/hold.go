package circuit

import (
	"fmt"
	"math"
)

// HoldNoise returns √(kT/C) in volts: the noise of one sample on c farads (P8).
func HoldNoise(c, kelvin float64) float64 { return math.Sqrt(Boltzmann * kelvin / c) }

// Acquire returns the voltage on c farads after dt seconds from v towards target
// through r ohms (P8).
func Acquire(v, target, r, c, dt float64) (float64, error) {
	if err := first(positive("r", r, "Ohm"), positive("c", c, "F"), notNegative("time", dt, "s"), finite("v", "V", v, target)); err != nil {
		return 0, err
	}
	return v + (target-v)*-math.Expm1(-dt/(r*c)), nil
}

// Droop returns what is left of v volts after dt seconds of a resistive leak of
// time constant tau (P8).
func Droop(v, dt, tau float64) (float64, error) {
	if err := first(positive("tau", tau, "s"), notNegative("time", dt, "s"), finite("v", "V", v)); err != nil {
		return 0, err
	}
	return v * math.Exp(-dt/tau), nil
}

// DroopCurrent returns what is left of v volts on c farads after dt seconds of a
// constant leak of i amperes (P8).
func DroopCurrent(v, dt, i, c float64) (float64, error) {
	err := first(positive("c", c, "F"), notNegative("time", dt, "s"), finite("v", "V", v), finite("i", "A", i))
	if err != nil {
		return 0, err
	}
	return v - i*dt/c, nil
}

// Switch is the sampling transistor of a hold capacitor.
type Switch struct {
	Hold      float64 // F, the capacitor
	Overlap   float64 // F, gate to capacitor
	Channel   float64 // F, W L C_ox
	Threshold float64 // V
	Low, High float64 // V of the clock
}

// Check names a parameter that no switch can have.
func (s Switch) Check() error {
	if !(s.Low < s.High) {
		return fmt.Errorf("clock %g V .. %g V: the low level has to be below the high one", s.Low, s.High)
	}
	return first(positive("hold", s.Hold, "F"), notNegative("overlap", s.Overlap, "F"), notNegative("channel", s.Channel, "F"),
		finite("threshold", "V", s.Threshold))
}

// PedestalFast returns the step in volts that a fast falling clock leaves on the
// capacitor: all of its swing divides over the overlap (P8).
func (s Switch) PedestalFast() (float64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	return -(s.High - s.Low) * s.Overlap / (s.Hold + s.Overlap), nil
}

// PedestalSlow returns the step that a slow clock leaves at a sampled voltage v:
// only what it falls after the channel is gone (P8).
func (s Switch) PedestalSlow(v float64) (float64, error) {
	if err := first(s.Check(), finite("v", "V", v)); err != nil {
		return 0, err
	}
	return -(v + s.Threshold - s.Low) * s.Overlap / (s.Hold + s.Overlap), nil
}

// ChannelCharge returns the step by the half of the channel's charge that goes to
// the capacitor [A: half] (P8). A clock that does not rise above the threshold
// forms no channel.
func (s Switch) ChannelCharge(v float64) (float64, error) {
	if err := first(s.Check(), finite("v", "V", v)); err != nil {
		return 0, err
	}
	return -s.Channel * max(s.High-v-s.Threshold, 0) / 2 / s.Hold, nil
}

// Retention returns the time constant in seconds of c farads that hold full volts
// and lose i amperes; +Inf without a leak.
func Retention(c, full, i float64) float64 {
	if i == 0 {
		return math.Inf(1)
	}
	return c * full / i
}

// RefreshInterval returns the seconds until a resistive leak of time constant tau
// takes half a step of a converter of that many bits: -τ ln(1-2^-(bits+1))
// (physics.md §7).
func RefreshInterval(tau float64, bits int) float64 {
	return -tau * math.Log1p(-math.Ldexp(1, -bits-1))
}

// Average returns the voltage of capacitors c at v that share their charge with a
// parasitic cp at 0 V (P11).
func Average(v, c []float64, cp float64) (float64, error) {
	err := first(paired("voltages", len(v), "capacitors", len(c)), positives("c", c, "F"),
		notNegative("cp", cp, "F"), finite("v", "V", v...))
	if err != nil {
		return 0, err
	}
	var q, sum float64
	for i := range v {
		q, sum = q+c[i]*v[i], sum+c[i]
	}
	return q / (sum + cp), nil
}
