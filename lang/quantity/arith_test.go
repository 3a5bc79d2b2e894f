package quantity

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func parsed(t *testing.T, text string) Value {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestArithmetic(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(v, w Value) (Value, error)
		x, y string
		want string
	}{
		"sum":        {Value.Add, "1V", "250mV", "1.25V"},
		"difference": {Value.Sub, "1V", "250mV", "750mV"},
		"Ohm's law":  {Value.Mul, "2mA", "10kOhm", "20V"},
		"charge":     {Value.Mul, "50fF", "2V", "0.1pF"},
		"rate":       {Value.Div, "10uV", "1ms", "10mV/s"},
		"ratio":      {Value.Div, "1V", "4V", "25%"},
		"noise":      {Value.Mul, "12nV/rtHz", "2", "24nV/rtHz"},
		"period":     {Value.Div, "1", "500MHz", "2ns"},
	} {
		got, err := c.f(parsed(t, c.x), parsed(t, c.y))
		want := parsed(t, c.want)
		if name == "charge" { // farad volt is coulomb, which has no unit of its own
			want.Dim = Capacitance.Times(Voltage)
		}
		const tol = 1e-15 // one rounding of the result, one of each literal
		if err != nil || got.Dim != want.Dim || math.Abs(got.Num-want.Num) > tol*math.Abs(want.Num) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestDimensionErrors(t *testing.T) {
	volt, amp := parsed(t, "1V"), parsed(t, "1mA")
	_, add := volt.Add(amp)
	_, sub := volt.Sub(parsed(t, "1"))
	_, less := volt.Compare("<", amp)
	for _, c := range []struct {
		err  error
		want string
	}{
		{add, "`+` takes quantities of one dimension, got a voltage (V) and a current (A)"},
		{sub, "`-` takes quantities of one dimension, got a voltage (V) and a plain number"},
		{less, "`<` takes quantities of one dimension, got a voltage (V) and a current (A)"},
	} {
		var d *DimError
		if !errors.As(c.err, &d) || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
	if _, err := volt.Div(Value{}); !errors.Is(err, ErrZero) {
		t.Errorf("1V / 0: %v", err)
	}
	v, err := volt, error(nil)
	for range 40 {
		if v, err = v.Mul(volt); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrDim) {
		t.Errorf("V^41: %v, %v", v, err)
	}
}

func TestNames(t *testing.T) {
	for want, d := range map[string]Dim{
		"a voltage (V)": Voltage, "a plain number": None, "a noise density (V/rtHz)": VoltageNoise,
		"a quantity in V2": Voltage.Times(Voltage), "a quantity in s^1 A^1": Time.Times(Current),
	} {
		if got := d.Describe(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if Voltage.String() != "V" || None.String() != "1" {
		t.Errorf("got %s and %s", Voltage, None)
	}
}

func TestLaws(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) Value {
		unit := shown[rapid.IntRange(0, len(shown)-1).Draw(t, "unit")]
		return Value{rapid.Float64Range(1e-9, 1e9).Draw(t, "num"), unit.dim}
	})
	rapid.Check(t, func(t *rapid.T) {
		x, y := value.Draw(t, "x"), value.Draw(t, "y")
		xy, err1 := x.Mul(y)
		yx, err2 := y.Mul(x)
		if err1 != nil || err2 != nil || xy != yx {
			t.Fatalf("%v * %v: %v, %v", x, y, xy, yx)
		}
		back, err := xy.Div(y)
		const tol = 4e-16 // two roundings
		if err != nil || back.Dim != x.Dim || math.Abs(back.Num-x.Num) > tol*x.Num {
			t.Fatalf("%v * %v / %v = %v", x, y, y, back)
		}
		zero, err := x.Add(x.Neg())
		if err != nil || zero.Num != 0 {
			t.Fatalf("%v - %v = %v", x, x, zero)
		}
		c, err := x.Compare("<", y)
		if (err == nil) != (x.Dim == y.Dim) {
			t.Fatalf("%v < %v: %v", x, y, err)
		}
		if d, _ := y.Compare("<", x); d != -c {
			t.Fatalf("%v and %v compare as %d and %d", x, y, c, d)
		}
	})
}

// A plain number prints and parses like any other.
func TestPlainNumber(t *testing.T) {
	for _, text := range []string{"0.05", "3", "1e-05", "0"} {
		if got := parsed(t, text).String(); got != text {
			t.Errorf("%s prints %s", text, got)
		}
	}
}
