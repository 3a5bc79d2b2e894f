package circuit

import (
	"fmt"
	"math"
)

// Constants of nature, SI 2019, and the temperature at which devices are given.
const (
	Boltzmann   = 1.380649e-23    // J/K
	Charge      = 1.602176634e-19 // C, of an electron
	ZeroCelsius = 273.15          // K
	Nominal     = 300.15          // K, 27 °C
)

// ThermalVoltage returns kT/q in volts at T kelvin: 25.86 mV at 300.15 K.
func ThermalVoltage(kelvin float64) float64 { return Boltzmann * kelvin / Charge }

// positive refuses a value that has to be above zero.
func positive(name string, v float64, unit string) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s = %g%s: it has to be positive", name, v, spaced(unit))
	}
	return nil
}

// positives refuses the first of a list that is not above zero.
func positives(name string, list []float64, unit string) error {
	for i, v := range list {
		if err := positive(fmt.Sprintf("%s[%d]", name, i), v, unit); err != nil {
			return err
		}
	}
	return nil
}

// notNegative refuses a value below zero.
func notNegative(name string, v float64, unit string) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s = %g%s: it cannot be negative", name, v, spaced(unit))
	}
	return nil
}

// finite refuses NaN and infinities among values of one name.
func finite(name string, unit string, list ...float64) error {
	for i, v := range list {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			continue
		}
		if len(list) > 1 {
			name = fmt.Sprintf("%s[%d]", name, i)
		}
		return fmt.Errorf("%s = %g%s: it has to be finite", name, v, spaced(unit))
	}
	return nil
}

// paired refuses two lists that do not go together one by one, or are empty.
func paired(a string, n int, b string, m int) error {
	if n != m || n == 0 {
		return fmt.Errorf("%d %s for %d %s: there has to be one for each, and at least one", n, a, m, b)
	}
	return nil
}

func spaced(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}

// first returns the first error of a list.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
