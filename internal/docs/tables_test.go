package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"acl/cmd"
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/internal/job"
	"acl/lang/check"
	"acl/lower"
	"acl/stdlib"
)

// tables are the parts of the page that the machine writes, by the name behind
// `<!-- table`.
var tables = map[string]func(t *testing.T) string{
	"reads": reads, "layers": layers, "figures": figures, "energy": energy, "networks": networks,
	"program": program, "scales": scales,
}

// fabric45 is the chip of std.chips.
func fabric45(t *testing.T) *fabric.Chip {
	t.Helper()
	file, ok := stdlib.File("std.chips")
	if !ok {
		t.Fatal("the library has no std.chips")
	}
	p, diags := check.Check(file, stdlib.Table(), check.Options{Library: stdlib.File})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, f := range p.Fabrics {
		if f.Decl.Name.Text == "fabric45" {
			chip, diags := lower.Chip(f)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			return &chip
		}
	}
	t.Fatal("std.chips has no fabric45")
	return nil
}

// rows of a table in Markdown, the first its head.
func markdown(rows [][]string) string {
	var b strings.Builder
	for i, r := range rows {
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(r)) + "|\n")
		}
	}
	return b.String()
}

// si is a figure to three digits with a prefix.
func si(v float64, unit string) string {
	if v == 0 {
		return "0 " + unit
	}
	const prefixes = "afpnum kMG"
	i := min(max(int(math.Floor(math.Log10(math.Abs(v))/3+1e-12))+6, 0), len(prefixes)-1)
	return fmt.Sprintf("%.4g %s%s", v*math.Pow(1000, float64(6-i)), strings.TrimSpace(prefixes[i:i+1]), unit)
}

// reads is the read-out of one tile by rows and range.
func reads(t *testing.T) string {
	chip := fabric45(t)
	out := [][]string{{"rows", "B", "R_f", "NG", "gain", "sd of raw offset", "sd of offset after 16 reads", "sd of read noise", "LSB", "settling"}}
	for _, c := range []struct {
		rows  int
		bound float64
	}{{16, 20}, {32, 20}, {64, 20}, {128, 20}, {128, 10}, {128, 5}, {128, 2.5}, {256, 20}} {
		s := array.StatsOf(chip, c.rows, c.bound)
		lsb := array.LSB(chip.ADC.Bits, c.bound)
		out = append(out, []string{
			fmt.Sprint(c.rows), fmt.Sprint(c.bound), si(circuit.FeedbackResistor(chip, c.bound), "Ohm"),
			fmt.Sprintf("%.3g", circuit.NoiseGain(chip, c.rows, c.bound)), fmt.Sprintf("%.4f", s.Gain),
			fmt.Sprintf("%.3g", s.Offset), fmt.Sprintf("%.2g", math.Sqrt((s.Read*s.Read+lsb*lsb/12)/16)),
			fmt.Sprintf("%.3g", s.Read), fmt.Sprintf("%.3g", lsb), si(ledger.TimingOf(chip).Settle(c.rows, c.bound), "s"),
		})
	}
	return markdown(out)
}

// layers is what a read of a square tile costs and is worth.
func layers(t *testing.T) string {
	chip := fabric45(t)
	r := recipe(t, chip)
	out := [][]string{{"rows", "energy a read", "a multiply-accumulate", "settling", "SNR", "bits"}}
	for _, n := range []int{8, 16, 32, 64, 128, 256, 512} {
		e := r.Bill(r.MVM(ledger.Forward, n, n, 0)).Total().Value
		db, bits := ledger.ReadSNR(chip, n, 0, 0.3, 0.3)
		out = append(out, []string{
			fmt.Sprint(n), si(e, "J"), si(e/float64(n*n), "J"), si(ledger.TimingOf(chip).Settle(n, 0), "s"),
			fmt.Sprintf("%.1f dB", db), fmt.Sprintf("%.1f", bits),
		})
	}
	return markdown(out)
}

func recipe(t *testing.T, chip *fabric.Chip) ledger.Recipe {
	t.Helper()
	return ledger.RecipeOf(chip, table(t, chip))
}

func table(t *testing.T, chip *fabric.Chip) *ledger.Table {
	t.Helper()
	costs, err := ledger.Lookup(chip.Costs)
	if err != nil {
		t.Fatal(err)
	}
	return costs
}

// figures is the table of costs.
func figures(t *testing.T) string {
	chip := fabric45(t)
	out := [][]string{{"figure", "value", "band", "tag", "source", "setting"}}
	for _, f := range table(t, chip).On(chip) {
		setting := ""
		if f.Setting != "" {
			setting = "`" + f.Setting + "`"
		}
		out = append(out, []string{f.Name, figure(f.Value, f.Unit), figure(f.Low, f.Unit) + " .. " + figure(f.High, f.Unit), "[" + string(f.Tag) + "]", f.Source, setting})
	}
	return markdown(out)
}

// figure is a number with its unit; areas in square micrometres.
func figure(v float64, unit string) string {
	switch unit {
	case "m2":
		return fmt.Sprintf("%.5g µm²", v*1e12)
	case "":
		return fmt.Sprintf("%.4g", v)
	}
	return si(v, unit)
}

// energy is what one read of 128 x 128 cells is made of.
func energy(t *testing.T) string {
	chip := fabric45(t)
	r := recipe(t, chip)
	bill := r.Bill(r.MVM(ledger.Forward, 128, 128, 0))
	out := [][]string{{"event", "energy a read", "band"}}
	for k := range ledger.Kinds {
		if a := bill.Kinds[k]; a.Value > 0 {
			out = append(out, []string{"`" + k.String() + "`", si(a.Value, "J"), si(a.Low, "J") + " .. " + si(a.High, "J")})
		}
	}
	a := bill.Total()
	return markdown(append(out, []string{"all", si(a.Value, "J"), si(a.Low, "J") + " .. " + si(a.High, "J")}))
}

// networks sets the recipe of two nets beside the digital baseline.
func networks(t *testing.T) string {
	chip := fabric45(t)
	r := recipe(t, chip)
	out := [][]string{{"net, batch", "analog", "time", "int8", "fp16", "fp32", "analog stands to them at"}}
	for _, c := range []struct {
		name  string
		net   ledger.Net
		batch int
	}{
		{"2-4-1", ledger.Net{Layers: []ledger.Layer{{Rows: 2, Cols: 4, Positions: 1}, {Rows: 4, Cols: 1, Positions: 1}}, Activations: 5}, 32},
		{"784-256-10", mlp, 32},
		{"784-256-10", mlp, 1},
	} {
		tally := r.Sample(c.net)
		analog := r.Bill(tally).Total().Value
		row := []string{fmt.Sprintf("%s, %d", c.name, c.batch), si(analog, "J"), si(tally.Time(), "s")}
		var ratios []string
		for _, p := range ledger.Precisions {
			d := p.TrainStep(c.net.Work(c.batch), ledger.DefaultReuse)
			row = append(row, si(d, "J"))
			ratios = append(ratios, ratio(analog/d))
		}
		out = append(out, append(row, strings.Join(ratios, ", ")))
	}
	return markdown(out)
}

var mlp = ledger.Net{Layers: []ledger.Layer{{Rows: 784, Cols: 256, Positions: 1}, {Rows: 256, Cols: 10, Positions: 1}}, Activations: 266}

func ratio(r float64) string {
	if r > 1 {
		return fmt.Sprintf("loses %.3gx", r)
	}
	return fmt.Sprintf("wins %.3gx", 1/r)
}

// program is what `acl lower` prints of programs/xor.acl, without the settings of
// its chip and the list of physical modules.
func program(t *testing.T) string {
	t.Chdir("../..")
	var out, errw bytes.Buffer
	if code := cmd.Main([]string{"lower", "--emit", "fabric", "programs/xor.acl"}, strings.NewReader(""), &out, &errw); code != 0 {
		t.Fatalf("acl lower: %d: %s", code, errw.String())
	}
	var b strings.Builder
	for _, part := range strings.Split(strings.TrimSpace(out.String()), "\n\n") {
		if !strings.HasPrefix(part, "chip ") && !strings.HasPrefix(part, "modules\n") {
			b.WriteString(part + "\n\n")
		}
	}
	return "```\n" + strings.TrimSpace(b.String()) + "\n```\n"
}

// scales are those of programs/digits.acl after its setup.
func scales(t *testing.T) string {
	p, err := job.Open("../../programs/digits.acl", nil)
	if err != nil {
		t.Fatal(err)
	}
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	ctx, cancel := context.WithCancel(context.Background())
	// An end before the first step leaves the machine as its setup made it.
	result, diags, err := p.Train(ctx, models[0], job.Options{Compiled: func(*job.Model) { cancel() }})
	if diags.HasErrors() || err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(diags, err)
	}
	m := result.Machine
	if m.Memory.Step != 0 {
		t.Fatalf("the machine made %d steps", m.Memory.Step)
	}
	return scalesOf(m)
}

func scalesOf(m *dcu.Machine) string {
	f := m.Program()
	values := [][]string{{"value", "shape", "e", "full scale 2^e", "what it is"}}
	for i, v := range f.Values {
		what := "signal"
		if v.Error {
			what = "error, over the sample's own scale"
		}
		e := m.Memory.Ranges[i].Exp
		values = append(values, []string{"`" + v.Name + "`", fmt.Sprint(v.Shape), fmt.Sprint(e), fmt.Sprint(math.Ldexp(1, e)), what})
	}
	arrays := [][]string{{"array", "rows x columns", "α", "B forward", "B transposed", "NG of its tallest tile", "e of its gradient tiles"}}
	for i, a := range f.Arrays {
		tall := 0
		for _, c := range a.Tiles {
			tall = max(tall, c.Rows)
		}
		x := m.Memory.Arrays[i]
		arrays = append(arrays, []string{
			"`" + a.Path + "`", fmt.Sprintf("%d x %d", a.Rows, a.Cols), fmt.Sprintf("%.4g", x.Alpha), fmt.Sprint(x.Bound()),
			fmt.Sprint(x.ReverseBound()), fmt.Sprintf("%.3g", circuit.NoiseGain(&f.Chip, tall, x.Bound())), fmt.Sprint(m.Memory.Tiles[i].Exp),
		})
	}
	return markdown(values) + "\n" + markdown(arrays) + "\n" + markdown(readsOf(m))
}

// readsOf is the forward read of each unit on tiles, in shares of the full scale of
// its output.
func readsOf(m *dcu.Machine) [][]string {
	f := m.Program()
	out := [][]string{{"read", "factor α 2^(e_x − e_y)", "limit of a tile's part", "drive of the bias row", "sd of the noise of a tile's read", "sd of its offset"}}
	for i := range f.Units {
		u := &f.Units[i]
		if u.Role != fabric.Forward || u.Array < 0 {
			continue
		}
		x, a := m.Memory.Arrays[u.Array], &f.Arrays[u.Array]
		in := m.Memory.Ranges[u.Args[0]].Exp
		k := x.Alpha * math.Ldexp(1, in-m.Memory.Ranges[u.Out].Exp)
		stats := array.StatsOf(&f.Chip, a.Tiles[0].Rows, x.Bound())
		lsb := array.LSB(f.Chip.ADC.Bits, x.Bound())
		offset := math.Sqrt((stats.Read*stats.Read + lsb*lsb/12) / 16)
		out = append(out, []string{
			fmt.Sprintf("`%s`, tile of %d rows", u.Path, a.Tiles[0].Rows), fmt.Sprintf("%.4g", k), fmt.Sprintf("%.3g", k*x.Bound()),
			fmt.Sprint(math.Ldexp(1, -in)), fmt.Sprintf("%.2g", k*stats.Read), fmt.Sprintf("%.2g", k*offset),
		})
	}
	return out
}
