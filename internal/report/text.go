package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/internal/job"
	"acl/lang/quantity"
)

// joules, seconds: a number with a prefix, three digits.
func joules(v float64) string  { return quantity.Value{Num: v, Dim: quantity.Energy}.Digits(3) }
func seconds(v float64) string { return quantity.Value{Num: v, Dim: quantity.Time}.Digits(3) }

func percent(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*v)
}

// Compiled says what a block was lowered to.
func Compiled(w io.Writer, m *job.Model) {
	f := m.Fabric()
	fmt.Fprintf(w, "%s on %s\n", f.Name, f.Chip.Name)
	for _, p := range f.Inputs {
		fmt.Fprintf(w, "  in  %-8s %s from %s\n", p.Name, shape(f.Values[p.Value].Shape), p.Field)
	}
	for _, p := range f.Outputs {
		fmt.Fprintf(w, "  out %-8s %s\n", p.Name, shape(f.Values[p.Value].Shape))
	}
	cells := 0
	for i := range f.Arrays {
		if a := &f.Arrays[i]; a.Digital == nil {
			cells += a.Rows * a.Cols
		}
	}
	size := f.Chip.Tiles.Size
	fmt.Fprintf(w, "  %s parameters, %s multiply-accumulates a sample\n", Group(f.Params), Group(f.MACs))
	of := fmt.Sprintf("of %d", f.Chip.Tiles.Count)
	if f.Chip.Ideal {
		of = "of an unlimited number"
	}
	fmt.Fprintf(w, "  %d tiles of %dx%d for weights", f.Tiles, size.H, size.W)
	if f.Learn != nil {
		fmt.Fprintf(w, " and %d for gradients", f.GradTiles)
	}
	fmt.Fprintf(w, ", %s; %s of %s cells used\n", of, Group(int64(cells)), Group(int64(f.Tiles)*int64(size.H)*int64(size.W)))
	if f.Learn == nil {
		fmt.Fprintf(w, "  %d instructions an answer, which takes %s%s\n", len(f.Eval), seconds(f.Timing.Sample), loads(&f.Timing))
		return
	}
	fmt.Fprintf(w, "  %s stack capacitors a sample, %d instructions a step\n", Group(int64(f.Frame)), len(f.Train))
	fmt.Fprintf(w, "  a sample takes %s forward and %s back, an update %s\n",
		seconds(f.Timing.Forward), seconds(f.Timing.Backward), seconds(f.Timing.Update))
}

// loads is what comes on top of the time of an answer where weights take turns.
func loads(t *fabric.Timing) string {
	if t.Turns == 0 {
		return ""
	}
	return ", and " + seconds(t.Turns) + " a batch of them to load weights"
}

func shape(s []int) string { return strings.ReplaceAll(fmt.Sprint(s), " ", ", ") }

// Group writes a whole number with commas.
func Group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Epoch is one line about an evaluation.
func Epoch(w io.Writer, m *job.Model, e dcu.Epoch) {
	fmt.Fprintf(w, "epoch %3d  train loss %.4f", e.Epoch, e.TrainLoss)
	fmt.Fprint(w, "  test")
	metrics(w, m, e.Score)
	fmt.Fprintf(w, "  %.2f s\n", e.Seconds)
	if e.Stopped {
		fmt.Fprintln(w, "stopped: the stop condition holds")
	}
}

// Result is the page about a finished training.
func Result(w io.Writer, r *job.Result) {
	f := r.Machine.Program()
	fmt.Fprintf(w, "\n%s on %s, seed %d: %d epochs, %d steps\n", f.Name, f.Chip.Name, r.Seed, r.Epochs, r.Steps)
	accuracy(w, r)
	switch {
	case f.Chip.Ideal:
		fmt.Fprintln(w, "  an ideal chip is not charged for energy")
	case r.Model.Reported("energy"):
		energy(w, r)
	}
	if r.Model.Reported("latency") {
		latency(w, r)
	}
	fmt.Fprintf(w, "  noise: %s\n", sources(&f.Chip))
	if r.Dir != "" {
		fmt.Fprintf(w, "  run record: %s\n", r.Dir)
	}
}

func accuracy(w io.Writer, r *job.Result) {
	for _, line := range []struct {
		name  string
		score dcu.Score
	}{{"on the chip as it is", r.Score}, {"with reads clean", r.Clean}} {
		fmt.Fprintf(w, "  %-22s", line.name)
		metrics(w, r.Model, line.score)
		fmt.Fprintf(w, "  (%d rows)\n", line.score.N)
	}
	if r.Model.Reported("confusion") {
		Confusion(w, r.Score)
	}
}

// metrics prints what a block's report asks for and what applies.
func metrics(w io.Writer, m *job.Model, s dcu.Score) {
	if m.Reported("loss") && !math.IsNaN(s.Loss) {
		fmt.Fprintf(w, "  loss %.4f", s.Loss)
	}
	if m.Reported("top1") && !math.IsNaN(s.Top1) {
		fmt.Fprintf(w, "  top-1 %s", percent(s.Top1))
	}
	if m.Reported("top5") && !math.IsNaN(s.Top5) {
		fmt.Fprintf(w, "  top-5 %s", percent(s.Top5))
	}
}

// energy is the bill of a mean training step, beside the digital baseline.
func energy(w io.Writer, r *job.Result) {
	f := r.Machine.Program()
	steps := float64(max(r.Steps, 1))
	fmt.Fprintf(w, "  energy of a training step of %d samples, with the band of the cost table %s:\n", f.Learn.Batch, r.Table.Name)
	var total ledger.Amount
	for _, s := range r.Shares() {
		if s.Energy.Value > 0 {
			amount(w, s.Name, s.Energy.Times(1/steps))
			total = total.Plus(s.Energy)
		}
	}
	amount(w, "total", total.Times(1/steps))
	fmt.Fprintf(w, "  setup and calibration, once: %s\n", joules(r.Bill.Phase(ledger.Setup).Value))
	text := ledger.Compare(total.Times(1/float64(max(r.Samples, 1))), r.Work(), ledger.DefaultReuse, &f.Chip, r.Table)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		wrap(w, line, textWidth)
	}
}

func amount(w io.Writer, name string, a ledger.Amount) {
	fmt.Fprintf(w, "    %-11s %9s   (%s .. %s)\n", name, joules(a.Value), joules(a.Low), joules(a.High))
}

// textWidth is that of running text.
const textWidth = 110

// wrap writes a text in lines of at most width characters, indented by two, the
// later lines by four.
func wrap(w io.Writer, text string, width int) {
	line := " "
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			fmt.Fprintln(w, line)
			line = "   "
		}
		line += " " + word
	}
	fmt.Fprintln(w, line)
}

// latency says how long the chip took, and how much of it was used.
func latency(w io.Writer, r *job.Result) {
	f := r.Machine.Program()
	t := &f.Timing
	fmt.Fprintf(w, "  latency: %s a training step, %s an answer%s, %s in all, %s of it setup and calibration\n",
		seconds(t.Step), seconds(t.Sample), loads(t), seconds(r.Clock), seconds(r.Machine.Memory.Spans[ledger.Setup]))
	if u := ledger.UtilizationOf(f); f.Chip.Ideal {
		fmt.Fprintf(w, "  utilisation: %.1f %% of the cells of the tiles in use\n", 100*u.Cells)
	} else {
		fmt.Fprintf(w, "  utilisation: %.1f %% of the tiles, %.1f %% of the cells of those, %.3g %% of the stack; %.3g mm² of silicon in use\n",
			100*u.Tiles, 100*u.Cells, 100*u.Stack, r.Area().Total()*1e6)
	}
	fmt.Fprintf(w, "  reconfigurations: %s; values that met a rail: %s\n",
		Group(r.Machine.Memory.Configured), Group(r.Clipped()))
	choices(w, r)
}

// choices says how often each rule of a policy decided, and how often each module of a kind
// with variants, or under a heuristic that learns, was taken.
func choices(w io.Writer, r *job.Result) {
	f, mem := r.Machine.Program(), &r.Machine.Memory
	for i := range f.Plan.Rules {
		fmt.Fprintf(w, "  chosen %s times: %s\n", Group(mem.Ruled[i]), f.Plan.Rules[i].String())
	}
	if f.Plan.Choose != "adaptive" && len(f.Plan.Rules) == 0 {
		return
	}
	for i, m := range f.Modules {
		if mem.Fired[i] > 0 {
			fmt.Fprintf(w, "  %s in %s steps\n", m.Name(), Group(mem.Fired[i]))
		}
	}
}

// sources lists the noise sources of a chip that are on.
func sources(c *fabric.Chip) string {
	var on []string
	for _, k := range c.Keys() {
		name, ok := strings.CutPrefix(k.Path, "noise.")
		if !ok || k.Kind != fabric.KeyLevel {
			continue
		}
		if v := c.Format(k.Path); v != "off" && v != "0" {
			if v != "on" {
				name += " " + v
			}
			on = append(on, name)
		}
	}
	if on == nil {
		return "none"
	}
	return strings.Join(on, ", ")
}
