package fabric

import (
	"fmt"
	"strconv"
	"strings"
)

// Print returns the text form of a program, which Parse reads back. Each section
// begins at the left; its entries are indented, one a line.
//
// What an instruction says of its unit after the index (path, modules, values) is
// taken from the unit's own line and repeated for the reader; Parse checks that it
// agrees. Quantities are exact.
func Print(p *Program) string {
	w := writer{p: p}
	w.line("program %s", pathText(p.Name))
	w.chip()
	w.plan()
	if p.Learn != nil {
		w.learn(p.Learn)
	}
	w.totals()
	w.values()
	w.arrays()
	w.modules()
	w.units()
	w.ports("inputs", p.Inputs)
	w.ports("outputs", p.Outputs)
	w.instructions("setup", p.Setup)
	w.instructions("train", p.Train)
	w.instructions("eval", p.Eval)
	return w.String()
}

type writer struct {
	strings.Builder
	p *Program
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *writer) section(format string, args ...any) {
	w.WriteByte('\n')
	w.line(format, args...)
}

func (w *writer) chip() {
	c := &w.p.Chip
	w.section("chip %s", pathText(c.Name))
	for _, k := range chipKeys {
		w.line("  %s: %s", k.Path, c.Format(k.Path))
	}
	for _, v := range c.Modules {
		name := ""
		if v.Name != "" {
			name = " " + pathText(v.Name)
		}
		w.line("  modules.%s%s: count=%d%s%s", pathText(v.Class), name, v.Count, number(" bits", v.Bits), number(" copies", v.Copies))
	}
	for _, f := range c.Faults.Fail {
		w.line("  faults.fail %s %d: step=%d", pathText(f.Class), f.Index, f.Step)
	}
}

// number is key=n, or nothing for 0.
func number(key string, n int) string {
	if n == 0 {
		return ""
	}
	return key + "=" + strconv.Itoa(n)
}

// float is key=v, or nothing for 0.
func float(key string, v float64) string {
	if v == 0 {
		return ""
	}
	return key + "=" + numberText(v)
}

// seconds is key=time, or nothing for 0.
func seconds(key string, v float64) string {
	if v == 0 {
		return ""
	}
	return key + "=" + quantityText(v, "s")
}

// index is key=n, or nothing for -1.
func index(key string, n int) string {
	if n == -1 {
		return ""
	}
	return key + "=" + strconv.Itoa(n)
}

// word is key=w, or nothing for an empty one.
func word(key, w string) string {
	if w == "" {
		return ""
	}
	return key + "=" + pathText(w)
}

// mark is the word if it holds.
func mark(w string, holds bool) string {
	if holds {
		return w
	}
	return ""
}

func (w *writer) plan() {
	p := &w.p.Plan
	w.section("plan%s%s%s%s%s%s%s%s%s%s%s%s%s", word(" gradient", p.Gradient), word(" convert", p.Convert), word(" scaling", p.Scaling),
		word(" choose", p.Choose), float(" explore", p.Explore), number(" pipeline", p.Pipeline), word(" fidelity", p.Fidelity),
		word(" values", p.Values), word(" weights", p.Weights), word(" scan", p.Scan), word(" update", p.Update), mark(" zero_shift", p.ZeroShift),
		mark(" direct", p.Direct))
	for i := range p.Rules {
		w.line("  rule%s", p.Rules[i].text())
	}
}

// text is a rule's line, with a space in front of each part.
func (r *Rule) text() (line string) {
	for _, c := range r.Choices {
		if c.Variant != "" {
			line += " " + pathText(c.Variant)
			continue
		}
		line += " by " + pathText(c.Heuristic) + float(" explore", c.Explore)
	}
	if r.When != nil {
		line += " when " + conditionText(r.When)
	}
	return line
}

// String is the rule as the text of a program has it.
func (r *Rule) String() string { return r.text()[1:] }

func (w *writer) learn(l *Learn) {
	w.section("learn%s%s%s seed=%d%s%s%s", number(" batch", l.Batch), number(" epochs", l.Epochs), number(" steps", l.Steps), l.Seed,
		number(" warmup", l.Warmup), number(" test_every", l.TestEvery), number(" test_batch", l.TestBatch))
	for _, t := range l.Losses {
		target := word(" target", t.Target)
		if t.TargetValue != NoValue {
			target += " target=" + valueText(t.TargetValue)
		}
		starts := ""
		if t.Error != NoValue {
			starts += " error=" + valueText(t.Error)
		}
		if t.TargetError != NoValue {
			starts += " target_error=" + valueText(t.TargetError)
		}
		w.line("  loss %s weight=%s%s pred=%s%s%s", pathText(t.Op), numberText(t.Weight),
			float(" smoothing", t.Smoothing), valueText(t.Pred), target, starts)
	}
	o := &l.Optimizer
	w.line("  optimizer %s%s%s%s%s", pathText(o.Kind), float(" beta1", o.Beta1), float(" beta2", o.Beta2),
		float(" decay", o.Decay), number(" transfer", o.Transfer))
	w.line("  rate %s", courseText(&o.Rate))
	if o.Momentum.Kind != "" {
		w.line("  momentum %s", courseText(&o.Momentum))
	}
	if l.Stop != nil {
		w.line("  stop patience=%d when %s", l.Stop.Patience, conditionText(l.Stop.AnyOf))
	}
	for _, m := range l.Report {
		w.line("  report %s", pathText(m))
	}
}

func courseText(c *Course) string {
	at := ""
	if len(c.At) > 0 {
		at = " at=" + intsText(c.At)
	}
	return fmt.Sprintf("%s value=%s%s%s%s%s%s", pathText(c.Kind), numberText(c.Value), float(" from", c.From),
		float(" to", c.To), float(" factor", c.Factor), float(" warmup", c.Warmup), at)
}

func conditionText(anyOf [][]Clause) string {
	either := make([]string, len(anyOf))
	for i, all := range anyOf {
		both := make([]string, len(all))
		for j, c := range all {
			with := numberText(c.Num)
			if c.Word != "" {
				with = pathText(c.Word)
			}
			both[j] = mark("not ", c.Not) + pathText(c.Metric) + " " + c.Cmp + " " + with
		}
		either[i] = strings.Join(both, " and ")
	}
	return strings.Join(either, " or ")
}

func (w *writer) totals() {
	p, t := w.p, &w.p.Timing
	w.section("timing%s%s%s%s%s%s%s%s", seconds(" forward", t.Forward), seconds(" backward", t.Backward),
		seconds(" update", t.Update), seconds(" step", t.Step), seconds(" sample", t.Sample), seconds(" interval", t.Interval), seconds(" answers", t.Answers), seconds(" turns", t.Turns))
	w.line("totals tiles=%d grad_tiles=%d frame=%d macs=%d params=%d", p.Tiles, p.GradTiles, p.Frame, p.MACs, p.Params)
}

func (w *writer) values() {
	w.section("values")
	for i, v := range w.p.Values {
		w.line("  %%%d %s %s%s%s", i, pathText(v.Name), intsText(v.Shape), mark(" error", v.Error), mark(" digital", v.Digital))
	}
}

func (w *writer) arrays() {
	w.section("arrays")
	for i, a := range w.p.Arrays {
		w.line("  a%d %s %dx%d%s%s", i, pathText(a.Path), a.Rows, a.Cols, mark(" bias", a.Bias), number(" fan_in", a.FanIn))
		for _, v := range a.Digital {
			w.line("    digital %s start=%s%s", pathText(v.Name), numberText(v.Start), mark(" statistic", v.Statistic))
		}
		if g := a.Protect; g != nil {
			w.line("    protect copies=%d%s%s%s%s%s%s", g.Copies, word(" vote", g.Vote), number(" checks", g.Checks),
				float(" threshold", g.Threshold), word(" repair", g.Repair), number(" rewrite", g.Rewrite), mark(" backward", g.Backward))
		}
		w.cuts("tile", a.Tiles)
		w.cuts("twin", a.Twins)
		w.cuts("grad", a.Grad)
		w.cuts("copy", a.Copy)
	}
}

func (w *writer) cuts(kind string, list []Cut) {
	for _, c := range list {
		w.line("    %s %d rows %d+%d cols %d+%d", kind, c.Tile, c.Row, c.Rows, c.Col, c.Cols)
	}
}

func (w *writer) modules() {
	w.section("modules")
	for i, m := range w.p.Modules {
		w.line("  m%d %s %d%s%s%s", i, pathText(m.Class), m.Index, word(" variant", m.Variant),
			number(" bits", m.Bits), number(" copies", m.Copies))
	}
}

func (w *writer) units() {
	w.section("units")
	for i := range w.p.Units {
		u := &w.p.Units[i]
		attrs := make([]string, len(u.Attrs))
		for j, a := range u.Attrs {
			attrs[j] = pathText(a.Name) + "=" + numbersText(a.Num)
		}
		list := ""
		if len(attrs) > 0 {
			list = "(" + strings.Join(attrs, ", ") + ")"
		}
		w.line("  u%d %s %s %s%s %s%s%s%s", i, pathText(u.Path), u.Role, pathText(u.Op), list, flowText(u),
			w.unitRefs(u), mark(" convert", u.Convert)+mark(" barrier", u.Barrier), originText(u.Origin.Origin()))
	}
}

// flowText is what a unit writes and reads: %3 <- %1 %2.
func flowText(u *Unit) string {
	if len(u.Args) == 0 {
		return valueText(u.Out)
	}
	return valueText(u.Out) + " <- " + valuesText(u.Args)
}

func (w *writer) unitRefs(u *Unit) string {
	var b strings.Builder
	if len(u.Scales) > 0 {
		b.WriteString(" scales=" + numbersText(u.Scales))
	}
	if len(u.Saved) > 0 {
		b.WriteString(" saved(" + valuesText(u.Saved) + ")")
	}
	b.WriteString(number(" operand", u.Operand) + index(" array", u.Array) + number(" positions", u.Positions))
	b.WriteString(word(" class", u.Class))
	if len(u.Place) > 0 {
		b.WriteString(" place=" + placesText(u.Place))
	}
	return b.String()
}

func (w *writer) ports(name string, list []ValuePort) {
	w.section("%s", name)
	for _, port := range list {
		w.line("  %s %s%s", pathText(port.Name), valueText(port.Value), word(" field", port.Field))
	}
}

func (w *writer) instructions(name string, list []Instr) {
	w.section("%s", name)
	for i := range list {
		w.line("  %s", w.p.InstrText(&list[i]))
	}
}

// InstrText is the line of an instruction in the text form.
func (p *Program) InstrText(in *Instr) string {
	return p.ActText(in) + seconds(" at", in.Start) + seconds(" for", in.Time) + originText(in.Origin.Origin())
}

// ActText is what an instruction does, without its times and its origin.
func (p *Program) ActText(in *Instr) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-9s", in.Op)
	b.WriteString(p.operandText(in))
	switch {
	case in.Op == OpConfig && in.Offset == 0:
		b.WriteString(number(" switches", in.Size))
	case in.Op == OpLoad && in.Offset == 0:
		b.WriteString(number(" waits", in.Size))
	case in.Offset != 0 || in.Size != 0:
		fmt.Fprintf(&b, " slot=%d+%d", in.Offset, in.Size)
	}
	b.WriteString(index(" bank", in.Bank) + index(" bus", in.Bus) + number(" repeat", in.Repeat))
	b.WriteString(number(" every", in.Every) + number(" reads", in.Reads) + seconds(" hold", in.Hold))
	return b.String()
}

// operandText names an instruction's operands. A stack instruction begins with
// its value; of the others, those that run a unit leave out the unit's own array
// and output.
func (p *Program) operandText(in *Instr) string {
	array, value := p.implied(in)
	text := ""
	if in.stacks() && in.Value != NoValue {
		text, value = " "+valueText(in.Value)+p.valueNote(in.Value), in.Value
	}
	switch {
	case in.Unit == -1:
	case in.Op == OpLoss:
		text += " l" + strconv.Itoa(in.Unit) + p.lossNote(in.Unit)
	default:
		text += " u" + strconv.Itoa(in.Unit) + p.unitNote(in)
	}
	if in.Array != array {
		text += " a" + strconv.Itoa(in.Array) + p.arrayNote(in.Array)
	}
	if in.Value != value {
		text += " " + valueText(in.Value) + p.valueNote(in.Value)
	}
	return text
}

// stacks reports whether an instruction works on the sample's frame.
func (in *Instr) stacks() bool {
	return in.Op == OpPush || in.Op == OpPop || in.Op == OpPeek || in.Op == OpFree
}

// implied are the array and the value that an instruction has if its text gives
// none.
func (p *Program) implied(in *Instr) (array int, value ValueID) {
	if (in.Op == OpFire || in.Op == OpGrad) && in.Unit >= 0 && in.Unit < len(p.Units) {
		return p.Units[in.Unit].Array, p.Units[in.Unit].Out
	}
	return -1, NoValue
}

// unitNote repeats from a unit's line what a reader of an instruction wants: its
// path, and where it runs and what it reads and writes.
func (p *Program) unitNote(in *Instr) string {
	if in.Unit < 0 || in.Unit >= len(p.Units) {
		return ""
	}
	u := &p.Units[in.Unit]
	note := " " + pathText(u.Path)
	if in.stacks() {
		return note
	}
	if len(u.Place) > 0 {
		note += " on " + p.placeNote(u.Place)
	}
	return note + " " + flowText(u)
}

// placeNote names modules: conv[0], conv[0 .. 3], or conv[0]|conv[2].
func (p *Program) placeNote(place []int) string {
	if n := len(place); run(place) == n && n > 2 && place[0] >= 0 && place[n-1] < len(p.Modules) {
		a, b := p.Modules[place[0]], p.Modules[place[n-1]]
		if a.Class == b.Class && b.Index-a.Index == n-1 {
			return fmt.Sprintf("%s[%d .. %d]", pathText(a.Class), a.Index, b.Index)
		}
	}
	names := make([]string, len(place))
	for i, m := range place {
		names[i] = "?"
		if m >= 0 && m < len(p.Modules) {
			names[i] = fmt.Sprintf("%s[%d]", pathText(p.Modules[m].Class), p.Modules[m].Index)
		}
	}
	return strings.Join(names, "|")
}

func (p *Program) lossNote(i int) string {
	if p.Learn == nil || i < 0 || i >= len(p.Learn.Losses) {
		return ""
	}
	return " " + pathText(p.Learn.Losses[i].Op)
}

// String is the module's name in the language: conv[0].
func (m Module) String() string { return fmt.Sprintf("%s[%d]", m.Class, m.Index) }

func (p *Program) arrayNote(i int) string {
	if i < 0 || i >= len(p.Arrays) {
		return ""
	}
	return " " + pathText(p.Arrays[i].Path)
}

func (p *Program) valueNote(v ValueID) string {
	if v < 0 || int(v) >= len(p.Values) {
		return ""
	}
	return " " + pathText(p.Values[v].Name)
}
