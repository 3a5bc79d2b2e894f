package ledger

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// The limits of LambdaEq: up to LambdaSilent nothing is said, up to LambdaWarn a
// warning, above it an error (physics.md §3.3).
const (
	LambdaSilent = 1e-3
	LambdaWarn   = 1e-2
)

// LambdaEq returns the weight decay a step, λ = T_step (1-m)/(η τ), that leak with
// time constant tau over steps of the given seconds equals. m is the momentum (0
// for Adam) and rate the largest rate of the run.
func LambdaEq(stepSeconds, momentum, rate, tau float64) float64 {
	return stepSeconds * (1 - momentum) / (rate * tau)
}

// Tau returns the time constant of a weight cell in seconds, C V_W/I_leak; +Inf
// where nothing leaks by the clock.
func Tau(chip *fabric.Chip) float64 {
	if chip.Ideal || !chip.Noise.Leak.On() {
		return math.Inf(1)
	}
	return circuit.Retention(chip.Cap.Weight, chip.Rail.Weight, chip.Cap.Leak*chip.Noise.Leak.Number(1))
}
