package quantity

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Value
	}{
		{"1.2pF", Value{1.2e-12, Capacitance}}, {"10kOhm", Value{1e4, Resistance}}, {"2mV", Value{2e-3, Voltage}},
		{"80%", Value{0.8, None}}, {"400V/us", Value{4e8, SlewRate}}, {"12nV/rtHz", Value{12e-9, VoltageNoise}},
		{"2uA/V2", Value{2e-6, Transistor}}, {"300.15K", Value{300.15, Temperature}}, {"6bit", Value{6, Bits}},
		{"20dB", Value{10, None}}, {"1m", Value{1, Length}}, {"3mm", Value{3e-3, Length}}, {"5e-4V", Value{5e-4, Voltage}},
		{"10mV/s", Value{10e-3, SlewRate}},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("Parse(%s) = %v, %v, want %v", c.text, got, err, c.want)
		}
	}
}

func TestUnknownUnit(t *testing.T) {
	for text, near := range map[string]string{"10kohm": "kOhm", "3volt": "", "2mv": "mV", "1V/us/s": "", "12nV/rtkHz": ""} {
		_, err := Parse(text)
		var u *UnitError
		if !errors.As(err, &u) {
			t.Errorf("Parse(%s) gives %v, want a unit error", text, err)
			continue
		}
		if u.Near != near && near != "" {
			t.Errorf("Parse(%s) proposes %q, want %q", text, u.Near, near)
		}
	}
	if _, err := Parse("1e999V"); err == nil {
		t.Error("1e999V parses")
	}
}

// A printed value parses back to the same bits.
func TestStringParses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := shown[rapid.IntRange(0, len(shown)-1).Draw(t, "unit")]
		v := Value{rapid.Float64Range(1e-30, 1e30).Draw(t, "num"), unit.dim}
		got, err := Parse(v.String())
		if err != nil || got != v {
			t.Fatalf("%v prints %s, which parses to %v, %v", v.Num, v, got, err)
		}
	})
}

func TestDigits(t *testing.T) {
	for want, v := range map[string]Value{"1.23mV": {0.0012345, Voltage}, "45.5ns": {45.49e-9, Time}, "0V": {0, Voltage},
		"438um2": {438e-12, Length.Times(Length)}, "1.37mm2": {1.3712e-6, Length.Times(Length)}, "2m2": {2, Length.Times(Length)}} {
		if got := v.Digits(3); got != want {
			t.Errorf("Digits = %s, want %s", got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.2pF", "12nV/rtHz", "2uA/V2", "5%", "1e5V", "x", "3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := Parse(s); err == nil && v.Num < 0 {
			t.Errorf("%q is negative", s)
		}
	})
}
