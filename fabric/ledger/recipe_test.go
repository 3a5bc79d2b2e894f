package ledger

import (
	"acl/fabric"
	"acl/fabric/circuit"
	"fmt"
	"strings"
	"testing"
)

// printed is the tolerance of figures that physics.md §9 prints to three digits.
const printed = 0.006

// Tile reads: physics.md §9, energy of a multiply-accumulate by rows and by bits.
func TestTileReads(t *testing.T) {
	chip := fabric45Chip()
	perMAC := func(n int) float64 {
		r := RecipeOf(chip, fabric45)
		return r.Bill(r.MVM(Forward, n, n, 0)).Total().Value / float64(n*n) * 1e15
	}
	for n, want := range map[int]float64{8: 4074, 16: 2117, 32: 1185, 64: 735, 128: 513, 256: 407, 512: 360} {
		near(t, fmt.Sprintf("fJ/MAC at %d rows", n), perMAC(n), want, 0.002)
	}
	for bits, want := range map[int]float64{4: 325, 6: 405, 8: 513, 10: 734} {
		chip.ADC.Bits = bits
		near(t, fmt.Sprintf("fJ/MAC at %d bits", bits), perMAC(128), want, 0.002)
	}
}

// The parts of a read of 128 rows, fJ a multiply-accumulate (physics.md §9).
func TestPartsOfATileRead(t *testing.T) {
	r := RecipeOf(fabric45Chip(), fabric45)
	bill := r.Bill(r.MVM(Backward, 128, 128, 0))
	const macs = 128 * 128
	for kind, want := range map[Kind]float64{ColumnNS: 295, RowNS: 147, ADC: 50, CellDrive: 12, WireMM: 5, DAC: 2} {
		if got := bill.Kinds[kind].Value / macs * 1e15; got < want-0.5 || got >= want+0.5 {
			t.Errorf("%s = %.2f fJ, want %g", kind, got, want)
		}
	}
	near(t, "backward", bill.Part(PartBackward).Value/macs*1e15, 294.85+147.42+11.77, 1e-3)
	near(t, "storage", bill.Part(PartStorage).Value, 128*50e-15*1.8*1.8, 1e-9)
	if bill.Part(PartForward).Value != 0 || bill.Phase(Forward).Value != 0 {
		t.Error("a backward read was charged to the forward pass")
	}
}

func TestTimesOfATile(t *testing.T) {
	time := TimingOf(fabric45Chip())
	near(t, "settling", time.Settle(128, 0), 45.5e-9, 2e-3)
	near(t, "converted read", time.MVM(128, 20, true), 125.5e-9, 2e-3)
	near(t, "analog read", time.MVM(128, 20, false), 45.5e-9, 2e-3)
	near(t, "pulse train", time.Accumulate(), 3.1e-6, 1e-9)
	near(t, "read-out", time.ReadTile(128, circuit.WidestBound), 16e-6, 5e-3)
	near(t, "write", time.WriteTile(128), 2.8e-6, 0.015)
	if narrow := time.Settle(128, 2.5); narrow <= time.Settle(128, 20) {
		t.Errorf("a narrower range has more noise gain, yet settles in %g s", narrow)
	}
}

// Moving parameters (physics.md §9): read out by one-hot products, and written.
func TestMovingATile(t *testing.T) {
	r := RecipeOf(fabric45Chip(), fabric45)
	near(t, "read-out", r.Bill(r.ReadOut(128, 128)).Total().Value, 1.08e-6, printed)
	near(t, "write", r.Bill(r.Write(128, 128)).Total().Value, 0.11e-6, 0.05)
	near(t, "write of a cell", r.Bill(r.Write(1, 1)).Total().Value, 6.5e-12, 0.01)
	near(t, "update of a weight", r.Bill(r.Update(128, 128)).Total().Value/(128*128), 98e-15, 0.01)
	near(t, "calibration of 16 reads", 16*r.Bill(r.MVM(Setup, 128, 128, 0)).Total().Value, 134e-9, 0.01)
	relu := r.Bill(&Tally{Events: [Phases][Kinds]float64{Forward: {OpAmpNS: 1e9 * r.time.ModuleOn()}}})
	near(t, "one amplifier for an element", relu.Total().Value, 8.64e-12, 1e-9)
	near(t, "that is activation", relu.Part(PartActivation).Value, 8.64e-12, 1e-9)
}

// The networks of physics.md §9, without biases.
var (
	small = Net{Layers: []Layer{{2, 4, 1}, {4, 1, 1}}, Activations: 5}
	mlp   = Net{Layers: []Layer{{784, 256, 1}, {256, 10, 1}}, Activations: 266}
)

// resnet18 is the ResNet-18 of 256x256 images: rows are k² C, positions H W.
func resnet18() Net {
	n := Net{Layers: []Layer{{49 * 3, 64, 128 * 128}}}
	for range 4 {
		n.Layers = append(n.Layers, Layer{9 * 64, 64, 64 * 64})
	}
	from, side := 64, 64
	for _, to := range []int{128, 256, 512} {
		side /= 2
		at := side * side
		n.Layers = append(n.Layers, Layer{9 * from, to, at}, Layer{9 * to, to, at}, Layer{from, to, at},
			Layer{9 * to, to, at}, Layer{9 * to, to, at})
		from = to
	}
	n.Layers = append(n.Layers, Layer{512, 1000, 1})
	for _, l := range n.Layers {
		n.Activations += l.Cols * l.Positions
	}
	return n
}

// Acceptance test 12: the nine ratios of the networks, the batch-1 row, times, and
// what amplifiers that are always on add.
func TestNetworks(t *testing.T) {
	const tol = 0.02
	for _, c := range []struct {
		name            string
		net             Net
		analog, seconds float64
		digital, ratio  [3]float64 // int8, fp16, fp32; ratio: digital over analog
		always          float64
	}{
		{"2-4-1", small, 0.525e-9, 6.5e-6, [3]float64{0.0427e-9, 0.130e-9, 0.277e-9}, [3]float64{1 / 12.3, 1 / 4.03, 1 / 1.9}, 2759},
		{"784-256-10", mlp, 0.253e-6, 6.7e-6, [3]float64{0.301e-6, 1.36e-6, 3.00e-6}, [3]float64{1.19, 5.4, 11.8}, 47},
		{"ResNet-18", resnet18(), 2.99e-3, 132e-3, [3]float64{2.43e-3, 14.8e-3, 33.9e-3}, [3]float64{1 / 1.23, 4.9, 11.3}, 3535},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := fabric45Chip()
			r := RecipeOf(chip, fabric45)
			tally := r.Sample(c.net)
			analog := r.Bill(tally).Total().Value
			near(t, "analog", analog, c.analog, tol)
			near(t, "time", tally.Time(), c.seconds, tol)
			for i, p := range Precisions {
				d := p.TrainStep(c.net.Work(32), DefaultReuse)
				near(t, p.Name, d, c.digital[i], tol)
				near(t, "ratio to "+p.Name, d/analog, c.ratio[i], tol)
			}
			chip.Opamp.Gated = false
			ungated := r.Bill(r.Sample(c.net))
			near(t, "always on", ungated.Part(PartStatic).Value/analog, c.always, tol)
			if ungated.Total().Value <= analog {
				t.Error("switching gating off does not raise the energy")
			}
		})
	}
	r := RecipeOf(fabric45Chip(), fabric45)
	analog := r.Bill(r.Sample(mlp)).Total().Value
	for i, want := range []struct{ joules, ratio float64 }{{3.18e-6, 12.6}, {4.24e-6, 16.8}, {5.87e-6, 23}} {
		d := Precisions[i].TrainStep(mlp.Work(1), DefaultReuse)
		near(t, "batch 1, "+Precisions[i].Name, d, want.joules, tol)
		near(t, "its ratio", d/analog, want.ratio, tol)
	}
	near(t, "updates of the ResNet", r.Sample(resnet18()).Seconds[Update], 122e-3, tol)
}

// Amplifiers that are never off, fJ a multiply-accumulate of 128 rows, by
// utilization (physics.md §9).
func TestAlwaysOn(t *testing.T) {
	chip := fabric45Chip()
	chip.Opamp.Gated = false
	r := RecipeOf(chip, fabric45)
	for u, want := range map[float64]float64{1: 378, 0.1: 3144, 0.01: 30800} {
		got := r.Bill(r.AlwaysOn(128, 128, u)).Total().Value / (128 * 128) * 1e15
		near(t, fmt.Sprintf("at utilization %g", u), got, want, printed)
	}
}

// Where physics.md §9 says that analog loses, by rows of a square tile and by the
// reuse of a digital machine's words.
func TestWhereAnalogLoses(t *testing.T) {
	r := RecipeOf(fabric45Chip(), fabric45)
	for _, c := range []struct {
		p     Precision
		reuse float64
		want  int
	}{{Precisions[0], 64, 0}, {Precisions[0], 16, 174}, {Precisions[1], 64, 17}, {Precisions[2], 64, 7}} {
		if got := r.BreakEven(c.p, c.reuse, 1024); got != c.want {
			t.Errorf("%s with reuse %g: analog wins from %d rows, want %d", c.p.Name, c.reuse, got, c.want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	r := RecipeOf(fabric45Chip(), fabric45)
	analog := r.Bill(r.Sample(small)).Total()
	text := Compare(analog, small.Work(32), DefaultReuse, r.chip, fabric45)
	for _, want := range []string{
		"Analog loses 12.3x to digital int8 at 45 nm: 525 pJ against 42.7 pJ", "loses 4.03x to digital fp16",
		"loses 1.9x to digital fp32", "is used 64 times [A]", "22.6 dB, worth 3.5 bits", "batch of 32", figFollower, "used 1 times, digital takes 131 pJ (int8), 307 pJ (fp16), 631 pJ (fp32).", "op-amp wake",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	// The noise is that of the chip's reads, whatever its circuit would have.
	loud := *r.chip
	loud.Noise.Read = fabric.Level{Mode: fabric.LevelNumber, Value: 0.1}
	db, bits := ReadSNR(&loud, 128, 0, 0.3, 0.3)
	near(t, "dB at a noise of 0.1", db, 20.157, 1e-4)
	near(t, "bits at a noise of 0.1", bits, (20.157-1.76)/6.02, 1e-4)
	loud.Ideal = true
	if text := Compare(analog, small.Work(32), DefaultReuse, &loud, fabric45); !strings.Contains(text, "have no noise") || strings.Contains(text, "Inf") {
		t.Errorf("an ideal chip's reads: %s", text)
	}
	if got := Verdict(1e-6, Precisions[2], 11.8e-6, 64); !strings.Contains(got, "wins 11.8x over digital fp32") {
		t.Error(got)
	}
	if got := Verdict(1, Precisions[1], 1.01, 16); !strings.Contains(got, "costs the same as digital fp16") || !strings.Contains(got, "16 times") {
		t.Error(got)
	}
}
