package fabric

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestKeys(t *testing.T) {
	var c Chip
	list := c.Keys()
	if list[0] != (KeyInfo{Path: "temperature", Unit: "K", Kind: KeyNumber}) || list[len(list)-1].Path != "faults.drift" {
		t.Errorf("keys run from %v to %v", list[0], list[len(list)-1])
	}
	want := map[string]KeyInfo{
		"tick":             {Path: "tick", Unit: "s", Kind: KeyNumber, Zero: "off"},
		"rail.bound":       {Path: "rail.bound", Kind: KeyNumber, Zero: "auto"},
		"rail.swing":       {Path: "rail.swing", Unit: "V", Kind: KeyInterval},
		"tiles.size":       {Path: "tiles.size", Kind: KeySize},
		"opamp.noise":      {Path: "opamp.noise", Unit: "V/rtHz", Kind: KeyNumber},
		"cell.spread.step": {Path: "cell.spread.step", Kind: KeyNumber},
		"noise.ir_drop":    {Path: "noise.ir_drop", Kind: KeyLevel},
		"noise.law":        {Path: "noise.law", Kind: KeyText},
		"ideal":            {Path: "ideal", Kind: KeySwitch},
		"dac.bits":         {Path: "dac.bits", Kind: KeyWhole},
	}
	seen := map[string]bool{}
	for _, k := range list {
		if seen[k.Path] || k.Path == "" || strings.HasSuffix(k.Path, ".") {
			t.Errorf("key %q", k.Path)
		}
		seen[k.Path] = true
		if w, ok := want[k.Path]; ok && w != k {
			t.Errorf("got %+v, want %+v", k, w)
		}
		delete(want, k.Path)
	}
	for path := range zeroWords {
		if !seen[path] {
			t.Errorf("no key %s for its word", path)
		}
	}
	if len(want) > 0 {
		t.Error("missing", want)
	}
	if _, ok := c.Key("cap.weigth"); ok {
		t.Error("a misspelt key is one")
	}
}

// Every key can be set by its kind's setter, prints, and scans back.
func TestSetFormatScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c, d Chip
		num := rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) })
		for _, k := range c.Keys() {
			var err error
			switch k.Kind {
			case KeyNumber:
				err = c.SetNumber(k.Path, num.Draw(t, k.Path))
			case KeyWhole:
				err = c.SetNumber(k.Path, float64(rapid.IntRange(0, math.MaxInt32).Draw(t, k.Path)))
			case KeySwitch:
				err = c.SetBool(k.Path, rapid.Bool().Draw(t, k.Path))
			case KeyText:
				err = c.SetText(k.Path, rapid.String().Draw(t, k.Path))
			case KeyLevel:
				err = c.SetLevel(k.Path, Level{LevelMode(rapid.IntRange(0, 2).Draw(t, k.Path)), num.Draw(t, k.Path)})
			case KeyInterval:
				a, b := num.Draw(t, k.Path), num.Draw(t, k.Path)
				if a == b {
					b = a + max(1, math.Abs(a))
				}
				err = c.SetInterval(k.Path, min(a, b), max(a, b))
			case KeySize:
				err = c.SetSize(k.Path, Size{rapid.IntRange(1, 999).Draw(t, k.Path), rapid.IntRange(1, 999).Draw(t, k.Path)})
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Scan(k.Path, c.Format(k.Path)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c, d); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestFormat(t *testing.T) {
	var c Chip
	c.Cap.Weight, c.Cap.Leak, c.Opamp.Slew, c.VCR.Beta, c.Temperature = 50e-15, 0, 400e6, 2e-6, 300.15
	c.Cell.Lifetime, c.Stack.Depth, c.Opamp.Noise, c.Rail.Swing = 1e6, 16e6, 12e-9, Interval{-0.8, 0.8}
	c.Tiles.Wire, c.DAC.Energy, c.Bus.Time, c.Cell.Step = 0, 2.5e-21, 1e-30, 1e-9
	for path, want := range map[string]string{
		"cap.weight": "50fF", "cap.leak": "off", "opamp.slew": "400MV/s", "vcr.beta": "2uA/V2", "temperature": "300.15K",
		"cell.lifetime": "1000000", "stack.depth": "16000000", "opamp.noise": "12nV/rtHz", "rail.swing": "-800mV .. 800mV",
		"tiles.wire": "0Ohm", "dac.energy": "0.0025aJ", "bus.time": "0.000000000001as", "cell.step": "1e-09", "rail.bound": "auto",
		"noise.read": "off", "tiles.size": "0x0", "costs": `""`, "ideal": "false",
	} {
		if got := c.Format(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	var c Chip
	for want, err := range map[string]error{
		"cap.wait: a chip has no such setting":                                         c.SetNumber("cap.wait", 1),
		"cap: a chip has no such setting":                                              c.SetNumber("cap", 1),
		"name: a chip has no such setting":                                             c.SetText("name", "x"),
		"dac.bits: 7.5 is not a whole number from 0 to 2147483647":                     c.SetNumber("dac.bits", 7.5),
		"adc.bits: -1 is not a whole number from 0 to 2147483647":                      c.SetNumber("adc.bits", -1),
		"cap.hold: NaN is not a finite number":                                         c.SetNumber("cap.hold", math.NaN()),
		"costs: want a word, got a number":                                             c.SetNumber("costs", 1),
		`cap.hold: want a number, got "off"`:                                           c.SetText("cap.hold", "off"),
		`noise.read: want on, off or a number, got "loud"`:                             c.SetText("noise.read", "loud"),
		`ideal: want true or false, got "maybe"`:                                       c.SetText("ideal", "maybe"),
		`cap: a chip has no such setting `:                                             c.SetText("cap", "off"),
		"dac.bits: want a whole number, got true":                                      c.SetBool("dac.bits", true),
		"rail.swing: 1 .. 1 is no interval":                                            c.SetInterval("rail.swing", 1, 1),
		"rail.input: want a number, got an interval":                                   c.SetInterval("rail.input", 0, 1),
		"tiles.size: 0x8 has a side below 1 or above 2147483647":                       c.SetSize("tiles.size", Size{0, 8}),
		"dcu.lanes: want a whole number, got a size":                                   c.SetSize("dcu.lanes", Size{1, 8}),
		"dcu.lanes: want a whole number, got a level":                                  c.SetLevel("dcu.lanes", Level{}),
		"modules.lstm: want one of conv, dense, pool, activation, attention, gradient": c.SetNumber("modules.lstm", 1),
		"modules.pool: 0.5 is not a whole number from 0 to 2147483647":                 c.SetNumber("modules.pool", 0.5),
		`modules.conv: two variants are called "a"`:                                    c.SetModules("conv", []Variant{{Name: "a"}, {Name: "a"}}),
		"modules.conv: count, bits and copies are 0 at least":                          c.SetModules("conv", []Variant{{Count: -1}}),
	} {
		if err == nil || err.Error() != strings.TrimSpace(want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if diff := cmp.Diff(Chip{}, c); diff != "" {
		t.Error("a refused setting left a trace:", diff)
	}
}

func TestSetWords(t *testing.T) {
	c := Chip{Tick: 1}
	c.Cap.Leak, c.Noise.Leak = 1, Level{Mode: LevelOn}
	for path, word := range map[string]string{"tick": "off", "cap.leak": "off", "cap.common_mode": "on", "noise.leak": "off",
		"rail.bound": "auto", "opamp.gated": "true", "noise.read": "on", "vcr.law": "jfet"} {
		if err := c.SetText(path, word); err != nil {
			t.Error(err)
		}
	}
	if c.Tick != 0 || c.Cap.Leak != 0 || !c.Cap.CommonMode || c.Noise.Leak.On() || !c.Opamp.Gated || !c.Noise.Read.On() || c.VCR.Law != "jfet" {
		t.Errorf("got %+v", c)
	}
	if err := c.SetBool("noise.clip", true); err != nil || c.Noise.Clip != (Level{Mode: LevelOn}) {
		t.Error(err, c.Noise.Clip)
	}
	if err := c.SetNumber("noise.clip", 0); err != nil || c.Noise.Clip.On() || c.Noise.Clip.Mode != LevelNumber {
		t.Error(err, c.Noise.Clip)
	}
}

func TestSetModules(t *testing.T) {
	c := Chip{Modules: []Variant{{Class: "conv", Count: 8}, {Class: "dense", Count: 8}, {Class: "pool", Count: 4}}}
	fast := []Variant{{Name: "fast", Count: 1, Bits: 6}, {Name: "fine", Count: 2}}
	if err := c.SetModules("dense", fast); err != nil {
		t.Fatal(err)
	}
	if err := c.SetNumber("modules.gradient", 3); err != nil {
		t.Fatal(err)
	}
	want := []Variant{{Class: "conv", Count: 8}, {Class: "dense", Name: "fast", Count: 1, Bits: 6}, {Class: "dense", Name: "fine", Count: 2},
		{Class: "pool", Count: 4}, {Class: "gradient", Count: 3}}
	if diff := cmp.Diff(want, c.Modules); diff != "" {
		t.Error(diff)
	}
	if fast[0].Class != "" {
		t.Error("the caller's variants were changed")
	}
	if c.ModuleLimit("dense") != 3 || c.ModuleLimit("attention") != 0 {
		t.Error("dense has", c.ModuleLimit("dense"))
	}
}

func TestIdealize(t *testing.T) {
	c := parse(t, sample(t)).Chip
	c.Faults.Stuck, c.Faults.Columns, c.Noise.Drift = 0.1, 2, Level{LevelNumber, 3}
	before := c
	c.Idealize()
	for _, k := range c.Keys() {
		switch {
		case strings.HasPrefix(k.Path, "noise.") && k.Kind == KeyLevel:
			if c.Format(k.Path) != "off" {
				t.Errorf("%s is %s", k.Path, c.Format(k.Path))
			}
		case strings.HasPrefix(k.Path, "faults."):
			if c.Format(k.Path) != "0" {
				t.Errorf("%s is %s", k.Path, c.Format(k.Path))
			}
		case k.Path != "ideal" && c.Format(k.Path) != before.Format(k.Path):
			t.Errorf("%s went from %s to %s", k.Path, before.Format(k.Path), c.Format(k.Path))
		}
	}
	if before.TileLimit() != 8 || before.StackLimit() != 64 {
		t.Error("limits before:", before.TileLimit(), before.StackLimit())
	}
	if c.TileLimit() != math.MaxInt || c.StackLimit() != math.MaxInt || c.ModuleLimit("conv") != math.MaxInt {
		t.Error("an ideal chip has limits")
	}
}
