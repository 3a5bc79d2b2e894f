package ledger

import (
	"math"
	"strings"
	"testing"

	"acl/fabric"
)

// every is a book with one event of each kind in each phase, on three lines.
func every() *Book {
	b := &Book{}
	for _, l := range []Line{{Unit: "fc1", Op: fabric.OpFire}, {Unit: "fc1", Op: fabric.OpPush}, {Unit: "fc2", Copy: true, Bits: 6}} {
		at := b.Open(l)
		for p := range Phases {
			for k := range Kinds {
				if k.isSum() {
					b.AddSum(at, p, k, 1000)
				} else {
					b.Add(at, p, k, 1000)
				}
			}
		}
	}
	return b
}

// What a bill shows by phase, by part, by kind and by unit adds up to one total.
func TestBillsAddUp(t *testing.T) {
	bill := Price(every(), fabric45Chip(), fabric45)
	total := bill.Total().Value
	var parts, kinds, units, phases float64
	for p := range Parts {
		if bill.Part(p).Value == 0 {
			t.Errorf("nothing was charged for %s", p)
		}
		parts += bill.Part(p).Value
	}
	for k := range Kinds {
		if free := k == GatedRow; (bill.Kinds[k].Value == 0) != free {
			t.Errorf("%s costs %g J", k, bill.Kinds[k].Value)
		}
		kinds += bill.Kinds[k].Value
	}
	for i := range bill.Units {
		units += bill.Units[i].Total().Value
	}
	for p := range Phases {
		phases += bill.Phase(p).Value
	}
	for what, got := range map[string]float64{"parts": parts, "kinds": kinds, "units": units, "phases": phases} {
		near(t, what, got, total, 1e-12)
	}
	near(t, "training and evaluation", bill.Training().Value+bill.Phase(Evaluate).Value, total, 1e-12)
	if len(bill.Units) != 2 || bill.Units[0].Unit != "fc1" || bill.Units[1].Unit != "fc2" {
		t.Errorf("units %v", bill.Units)
	}
	for p := range Phases {
		for part := range Parts {
			if a := bill.Entry[p][part]; a.Low > a.Value || a.Value > a.High {
				t.Errorf("%s %s: %g is outside %g .. %g", p, part, a.Value, a.Low, a.High)
			}
		}
	}
}

func TestParts(t *testing.T) {
	b := &Book{}
	fire, spare := b.Open(Line{Unit: "fc1", Op: fabric.OpFire}), b.Open(Line{Unit: "fc1", Op: fabric.OpFire, Copy: true})
	b.Add(fire, Forward, ADC, 1)
	b.Add(fire, Setup, ADC, 1)
	b.Add(spare, Forward, ADC, 1)
	b.AddSum(fire, Update, ColumnNS, 1)
	b.AddSum(spare, Setup, IdleNS, 1)
	bill := Price(b, fabric45Chip(), fabric45)
	for part, want := range map[Part]float64{
		PartADC: 6.4e-12, PartCalibration: 6.4e-12, PartRedundancy: 6.4e-12, PartUpdate: 0.288e-12, PartStatic: 0.288e-12,
	} {
		near(t, part.String(), bill.Part(part).Value, want, 1e-9)
	}
}

func TestConvertersByBits(t *testing.T) {
	b := &Book{}
	b.Add(b.Open(Line{Unit: "fast", Bits: 6}), Forward, ADC, 10)
	b.Add(b.Open(Line{Unit: "own"}), Forward, ADC, 10)
	bill := Price(b, fabric45Chip(), fabric45)
	near(t, "6 bits", bill.Units[0].Total().Value, 10*64*25e-15, 1e-12)
	near(t, "8 bits", bill.Units[1].Total().Value, 10*256*25e-15, 1e-12)
	near(t, "low end", bill.Units[1].Total().Low, 10*256*14e-15, 1e-12)
	near(t, "high end", bill.Units[1].Total().High, 10*256*33e-15, 1e-12)
}

func TestIdealChipsAreFree(t *testing.T) {
	chip := fabric45Chip()
	chip.Ideal = true
	if got := Price(every(), chip, fabric45).Total(); got != (Amount{}) {
		t.Errorf("an ideal chip was charged %v", got)
	}
}

// Without gating, amplifiers are charged for the time that passes and for nothing
// else.
func TestGating(t *testing.T) {
	chip := fabric45Chip()
	chip.Opamp.Gated = false
	bill := Price(every(), chip, fabric45)
	for _, k := range []Kind{ColumnNS, RowNS, OpAmpNS} {
		if bill.Kinds[k].Value != 0 {
			t.Errorf("%s is charged besides the idle time", k)
		}
	}
	if bill.Kinds[IdleNS].Value == 0 {
		t.Error("idle amplifiers are free")
	}
}

func TestTables(t *testing.T) {
	chip := fabric45Chip()
	found, err := Lookup("fabric45")
	if err != nil || found != fabric45 {
		t.Fatalf("fabric45: %v", err)
	}
	if _, err := Lookup("isaac16"); err == nil || !strings.Contains(err.Error(), `"isaac16"`) || !strings.Contains(err.Error(), "fabric45, isaac32, timely65, hcdc") {
		t.Errorf("an unknown table: %v", err)
	}
	for _, table := range tables {
		t.Run(table.Name, func(t *testing.T) { checkTable(t, table, chip) })
	}
}

// checkTable looks at each figure of a table, and that it has all of fabric45's.
func checkTable(t *testing.T, table *Table, chip *fabric.Chip) {
	seen := map[string]bool{}
	for _, f := range fabric45.Figures {
		if _, ok := table.Figure(f.Name, chip); !ok {
			t.Errorf("no figure %s", f.Name)
		}
	}
	for _, f := range table.On(chip) {
		if f.Source == "" || f.Tag != Sourced && f.Tag != Derived && f.Tag != Assumed {
			t.Errorf("%s: tag %q, source %q", f.Name, f.Tag, f.Source)
		}
		if !(0 < f.Low && f.Low <= f.Value && f.Value <= f.High) || seen[f.Name] {
			t.Errorf("%s: %g is not within %g .. %g, or stands twice", f.Name, f.Value, f.Low, f.High)
		}
		seen[f.Name] = true
		if f.Setting != "" {
			if k, ok := chip.Key(f.Setting); !ok || table == fabric45 && k.Unit != f.Unit && f.Setting != "supply.digital" {
				t.Errorf("%s: the chip has no %s in %s", f.Name, f.Setting, f.Unit)
			}
			if math.Abs(f.of(chip)/f.Value-1) > 1e-12 {
				t.Errorf("%s: the chip's %s is %g, the table's %g", f.Name, f.Setting, f.of(chip), f.Value)
			}
		}
	}
}

// Every figure moves what it should: energy, area or the digital baseline.
func TestEveryFigureCounts(t *testing.T) {
	chip, book := fabric45Chip(), every()
	before, area := Price(book, chip, fabric45).Total().Value, AreaOf(chip, fabric45, 2, 100).Total()
	baseline := map[string]float64{figInt8: macInt8, figFP16: macFP16, figFP32: macFP32}
	for i := range fabric45.Figures {
		f := &fabric45.Figures[i]
		if mac, ok := baseline[f.Name]; ok {
			if f.Value != mac {
				t.Errorf("%s: %g in the table, %g in the baseline", f.Name, f.Value, mac)
			}
			continue
		}
		old := *f
		if f.of != nil {
			f.of = func(*fabric.Chip) float64 { return 2 * old.Value }
		} else {
			f.Value *= 2
		}
		moved := Price(book, chip, fabric45).Total().Value != before
		if f.Unit == areaUnit {
			moved = AreaOf(chip, fabric45, 2, 100).Total() != area
		}
		if !moved {
			t.Errorf("%s moves nothing", f.Name)
		}
		*f = old
	}
}

// The figures of published machines, worked out by hand from what they give, and
// what a run of ours costs by them.
func TestPublishedTables(t *testing.T) {
	chip := fabric45Chip()
	for _, c := range []struct {
		table *Table
		name  string
		want  float64
	}{
		{isaac32, figADC, 1.6667e-12 / 256}, {isaac32, figDAC, 8 * 0.41667e-12}, {isaac32, figSRAM, 1.071e-12}, {isaac32, areaADC, 1200e-12},
		{timely65, figADC, 186.7e-15 / 256}, {timely65, figDAC, 37.5e-15}, {timely65, figCompare, 41.7e-15}, {timely65, areaADC, 350e-12},
		{hcdc, figADC, 1.35e-9 / 256}, {hcdc, figDAC, 115e-12}, {hcdc, figCurrent, 28e-6 / 1.8 * 12500},
	} {
		f, _ := c.table.Figure(c.name, chip)
		near(t, c.table.Name+", "+c.name, f.Value, c.want, 1e-3)
	}
	chip.DAC.Bits = 4
	f, _ := isaac32.Figure(figDAC, chip)
	near(t, "an input of 4 bits, bit by bit", f.Value, 4*0.41667e-12, 1e-3)
	b := &Book{}
	at := b.Open(Line{Unit: "fc1", Op: fabric.OpFire})
	b.Add(at, Forward, ADC, 1000)
	near(t, "1000 conversions by timely65", Price(b, chip, timely65).Total().Value, 186.7e-12, 1e-3)
	if !isaac32.Ignores("adc.energy") || isaac32.Ignores("comparator.energy") || fabric45.Ignores("adc.energy") || isaac32.Ignores("rail.input") {
		t.Error("which settings a table ignores")
	}
}

func TestChipSettingsReplaceFigures(t *testing.T) {
	chip := fabric45Chip()
	chip.DAC.Energy = 1e-12
	f, ok := fabric45.Figure(figDAC, chip)
	if !ok || f.Value != 1e-12 || math.Abs(f.High-2e-12) > 1e-24 {
		t.Errorf("a DAC of 1 pJ: %+v", f)
	}
	chip.Cell.Step *= 2
	near(t, "charge of a pulse of twice the step", fabric45.costs(chip, nominal)[Pulse], 2*2*50e-18*1.8, 1e-9)
	if _, ok := fabric45.Figure("phlogiston", chip); ok {
		t.Error("a figure that nobody has")
	}
}

// What the control unit switches costs by the square of its supply, and nothing else
// does; the parts of a published machine keep their own supply.
func TestDigitalSupply(t *testing.T) {
	chip := fabric45Chip()
	book := every()
	before := Price(book, chip, fabric45)
	isaac := Price(book, chip, isaac32)
	chip.Supply.Digital = 1.8
	after, other := Price(book, chip, fabric45), Price(book, chip, isaac32)
	scaled := map[Kind]bool{Microword: true, ConfigBit: true, SRAM64: true, DigitalAdd: true, DigitalMul: true, DigitalExp: true}
	for k := range Kinds {
		want := before.Kinds[k].Value
		switch {
		case scaled[k]:
			want *= 4
		case k == Generator: // its comparator is analog
			want *= (67 + 4*30) / (67 + 30.)
		}
		near(t, k.String(), after.Kinds[k].Value, want, 1e-12)
		if k == SRAM64 {
			near(t, "eDRAM of isaac32", other.Kinds[k].Value, isaac.Kinds[k].Value, 1e-12)
		}
	}
	near(t, "a microword at the low end", after.Kinds[Microword].Low, 4*before.Kinds[Microword].Low, 1e-12)
}
