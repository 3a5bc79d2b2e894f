package fabric

import (
	"fmt"
	"slices"
	"strings"

	"acl/lang/source"
)

// Parse reads the text form of a program. The name is that of the text, for error
// messages, which give line and column. It checks the form; Verify checks the
// rest. Blank lines and lines that begin with // are skipped, an empty list reads
// back as nil, and spans know name, line and column of their files, not their text.
func Parse(name, text string) (*Program, error) {
	r := reader{p: &Program{}, cursor: cursor{files: map[string]*source.File{}}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if trimmed := strings.TrimLeft(line, " "); trimmed == "" || strings.HasPrefix(trimmed, "//") {
			continue
		}
		r.text, r.at = line, 0
		if line[0] == ' ' && r.entry != nil {
			r.entry()
		} else {
			r.section()
		}
		if r.err == nil && !r.done() {
			r.fail("the end of the line")
		}
		if r.err != nil {
			return nil, fmt.Errorf("%s:%d:%d: %w", name, i+1, r.at+1, r.err)
		}
	}
	if len(r.seen) == 0 {
		return nil, fmt.Errorf("%s: no line `program NAME`", name)
	}
	return r.p, nil
}

// reader reads a program line by line. The first error stops it.
type reader struct {
	cursor
	p     *Program
	entry func() // reads a line of the section; nil where it has none
	seen  []string
}

// section reads the first line of one.
func (r *reader) section() {
	word := r.word()
	switch {
	case r.err != nil:
		return
	case (word == "program") != (len(r.seen) == 0):
		r.fail("one line `program NAME`, and first")
		return
	case slices.Contains(r.seen, word):
		r.fail("a section only once")
		return
	}
	r.seen = append(r.seen, word)
	r.entry = nil
	switch p := r.p; word {
	case "program":
		p.Name = r.path()
	case "chip":
		p.Chip.Name, r.entry = r.path(), r.setting
	case "plan":
		r.plan()
	case "learn":
		r.learn()
	case "timing":
		r.timing()
	case "totals":
		r.totals()
	case "values":
		r.entry = r.valueLine
	case "arrays":
		r.entry = r.array
	case "modules":
		r.entry = r.module
	case "units":
		r.entry = r.unit
	case "inputs":
		r.entry = func() { r.port(&p.Inputs) }
	case "outputs":
		r.entry = func() { r.port(&p.Outputs) }
	case "setup":
		r.entry = func() { r.instr(&p.Setup) }
	case "train":
		r.entry = func() { r.instr(&p.Train) }
	case "eval":
		r.entry = func() { r.instr(&p.Eval) }
	default:
		r.fail("the name of a section")
	}
}

// setting reads a line of the chip.
func (r *reader) setting() {
	if r.accept("modules.") {
		r.variant()
		return
	}
	if r.accept("faults.fail ") {
		r.failure()
		return
	}
	path := r.run(func(b byte) bool { return isWordByte(b) || b == '.' })
	r.expect(":")
	r.peek()
	if r.err != nil {
		return
	}
	if err := r.p.Chip.Scan(path, r.text[r.at:]); err != nil {
		r.err = err
		return
	}
	r.at = len(r.text)
}

func (r *reader) variant() {
	v := Variant{Class: r.path()}
	if r.peek() != ':' {
		v.Name = r.path()
	}
	r.expect(":")
	r.keys(map[string]func(){
		"count=":  func() { v.Count = r.int() },
		"bits=":   func() { v.Bits = r.int() },
		"copies=": func() { v.Copies = r.int() },
	})
	r.p.Chip.Modules = append(r.p.Chip.Modules, v)
}

func (r *reader) failure() {
	f := Failure{Class: r.path(), Index: r.int()}
	r.expect(":")
	r.keys(map[string]func(){"step=": func() { f.Step = r.int() }})
	r.p.Chip.Faults.Fail = append(r.p.Chip.Faults.Fail, f)
}

func (r *reader) plan() {
	p := &r.p.Plan
	r.keys(map[string]func(){
		"gradient=":  func() { p.Gradient = r.path() },
		"convert=":   func() { p.Convert = r.path() },
		"scaling=":   func() { p.Scaling = r.path() },
		"choose=":    func() { p.Choose = r.path() },
		"explore=":   func() { p.Explore = r.number() },
		"pipeline=":  func() { p.Pipeline = r.int() },
		"fidelity=":  func() { p.Fidelity = r.path() },
		"values=":    func() { p.Values = r.path() },
		"weights=":   func() { p.Weights = r.path() },
		"scan=":      func() { p.Scan = r.path() },
		"update=":    func() { p.Update = r.path() },
		"zero_shift": func() { p.ZeroShift = true },
		"direct":     func() { p.Direct = true },
	})
	r.entry = func() { p.Rules = append(p.Rules, r.rule()) }
}

// rule reads a rule of a policy: its choices, and the condition unless it always holds.
func (r *reader) rule() Rule {
	var out Rule
	r.expect("rule")
	for r.err == nil && r.at < len(r.text) && !r.accept("when") {
		if !r.accept("by") {
			out.Choices = append(out.Choices, Choice{Variant: r.path()})
			continue
		}
		c := Choice{Heuristic: r.path()}
		if r.accept("explore=") {
			c.Explore = r.number()
		}
		out.Choices = append(out.Choices, c)
		if r.at == len(r.text) {
			return out
		}
	}
	if r.at < len(r.text) {
		out.When = r.condition()
	}
	return out
}

func (r *reader) timing() {
	t := &r.p.Timing
	read := map[string]func(){}
	for key, at := range map[string]*float64{"forward=": &t.Forward, "backward=": &t.Backward, "update=": &t.Update,
		"step=": &t.Step, "sample=": &t.Sample, "interval=": &t.Interval, "answers=": &t.Answers, "turns=": &t.Turns} {
		read[key] = func() { *at = r.quantity("s") }
	}
	r.keys(read)
}

func (r *reader) totals() {
	p := r.p
	r.keys(map[string]func(){
		"tiles=":      func() { p.Tiles = r.int() },
		"grad_tiles=": func() { p.GradTiles = r.int() },
		"frame=":      func() { p.Frame = r.int() },
		"macs=":       func() { p.MACs = r.int64() },
		"params=":     func() { p.Params = r.int64() },
	})
}

func (r *reader) valueLine() {
	r.numbered("%", len(r.p.Values))
	v := Value{Name: r.path(), Shape: r.ints()}
	r.keys(map[string]func(){
		"error":   func() { v.Error = true },
		"digital": func() { v.Digital = true },
	})
	r.p.Values = append(r.p.Values, v)
}

func (r *reader) array() {
	for _, kind := range cutKinds {
		if r.accept(kind) {
			r.cut(kind)
			return
		}
	}
	switch {
	case r.accept("digital"):
		r.vector()
		return
	case r.accept("protect"):
		r.protection()
		return
	}
	r.numbered("a", len(r.p.Arrays))
	a := Array{Path: r.path()}
	if rows, cols, ok := sizeText(r.word()); ok {
		a.Rows, a.Cols = rows, cols
	} else {
		r.fail("rows x columns")
	}
	r.keys(map[string]func(){
		"bias":    func() { a.Bias = true },
		"fan_in=": func() { a.FanIn = r.int() },
	})
	r.p.Arrays = append(r.p.Arrays, a)
}

func (r *reader) cut(kind string) {
	if len(r.p.Arrays) == 0 {
		r.fail("an array before its tiles")
		return
	}
	c := Cut{Tile: r.int()}
	r.expect("rows")
	c.Row, c.Rows = r.part()
	r.expect("cols")
	c.Col, c.Cols = r.part()
	a := &r.p.Arrays[len(r.p.Arrays)-1]
	switch kind {
	case "tile":
		a.Tiles = append(a.Tiles, c)
	case "grad":
		a.Grad = append(a.Grad, c)
	case "copy":
		a.Copy = append(a.Copy, c)
	case "twin":
		a.Twins = append(a.Twins, c)
	}
}

// protection reads what guards an array.
func (r *reader) protection() {
	if len(r.p.Arrays) == 0 {
		r.fail("an array before its protection")
		return
	}
	g := &Protection{}
	r.keys(map[string]func(){
		"copies=":    func() { g.Copies = r.int() },
		"vote=":      func() { g.Vote = r.path() },
		"checks=":    func() { g.Checks = r.int() },
		"threshold=": func() { g.Threshold = r.number() },
		"repair=":    func() { g.Repair = r.path() },
		"rewrite=":   func() { g.Rewrite = r.int() },
		"backward":   func() { g.Backward = true },
	})
	r.p.Arrays[len(r.p.Arrays)-1].Protect = g
}

// vector reads a row of a digital array.
func (r *reader) vector() {
	if len(r.p.Arrays) == 0 {
		r.fail("an array before its rows")
		return
	}
	v := Vector{Name: r.path()}
	r.keys(map[string]func(){
		"start=":    func() { v.Start = r.number() },
		"statistic": func() { v.Statistic = true },
	})
	a := &r.p.Arrays[len(r.p.Arrays)-1]
	a.Digital = append(a.Digital, v)
}

// part reads start+length.
func (r *reader) part() (start, n int) {
	start = r.int()
	r.expect("+")
	return start, r.int()
}

func (r *reader) module() {
	r.numbered("m", len(r.p.Modules))
	m := Module{Class: r.path(), Index: r.int()}
	r.keys(map[string]func(){
		"variant=": func() { m.Variant = r.path() },
		"bits=":    func() { m.Bits = r.int() },
		"copies=":  func() { m.Copies = r.int() },
	})
	r.p.Modules = append(r.p.Modules, m)
}

func (r *reader) port(list *[]ValuePort) {
	p := ValuePort{Name: r.path(), Value: r.value()}
	r.keys(map[string]func(){"field=": func() { p.Field = r.path() }})
	*list = append(*list, p)
}

func (r *reader) unit() {
	r.numbered("u", len(r.p.Units))
	u := Unit{Path: r.path(), Array: -1}
	role := slices.Index(roleWords[:], r.word())
	if role < 0 {
		r.fail("a role before this")
		return
	}
	u.Role, u.Op = Role(role), r.path()
	if r.accept("(") {
		u.Attrs = r.attrs()
	}
	u.Out, u.Args = r.flow()
	r.keys(map[string]func(){
		"scales=":    func() { u.Scales = r.numbers() },
		"saved":      func() { r.expect("("); u.Saved = r.values(); r.expect(")") },
		"operand=":   func() { u.Operand = r.int() },
		"array=":     func() { u.Array = r.int() },
		"positions=": func() { u.Positions = r.int() },
		"class=":     func() { u.Class = r.path() },
		"place=":     func() { u.Place = r.places() },
		"convert":    func() { u.Convert = true },
		"barrier":    func() { u.Barrier = true },
	})
	u.Origin = r.origin()
	r.p.Units = append(r.p.Units, u)
}

func (r *reader) attrs() []Attr {
	var list []Attr
	for r.err == nil {
		a := Attr{Name: r.path()}
		r.expect("=")
		a.Num = r.numbers()
		list = append(list, a)
		if !r.accept(",") {
			break
		}
	}
	r.expect(")")
	return list
}

func (r *reader) instr(list *[]Instr) {
	op := slices.Index(opWords[:], r.word())
	if op < 0 {
		r.fail("an instruction before this")
		return
	}
	in := Instr{Op: Op(op), Unit: -1, Array: -1, Value: NoValue, Bank: -1, Bus: -1}
	r.operands(&in)
	r.keys(map[string]func(){
		"slot=":     func() { in.Offset, in.Size = r.part() },
		"switches=": func() { in.Size = r.int() },
		"waits=":    func() { in.Size = r.int() },
		"bank=":     func() { in.Bank = r.int() },
		"bus=":      func() { in.Bus = r.int() },
		"repeat=":   func() { in.Repeat = r.int() },
		"every=":    func() { in.Every = r.int() },
		"reads=":    func() { in.Reads = r.int() },
		"hold=":     func() { in.Hold = r.quantity("s") },
		"at=":       func() { in.Start = r.quantity("s") },
		"for=":      func() { in.Time = r.quantity("s") },
	})
	in.Origin = r.origin()
	*list = append(*list, in)
}

// operands reads what operandText writes.
func (r *reader) operands(in *Instr) {
	given := func() bool { return r.peek() == '%' || r.peek() == '-' }
	stacks := in.stacks()
	if stacks && given() {
		in.Value = r.value()
		r.note(r.p.valueNote(in.Value))
	}
	if in.Op == OpLoss {
		if n, ok := r.ref('l'); ok {
			in.Unit = n
			r.note(r.p.lossNote(n))
		}
	} else if n, ok := r.ref('u'); ok {
		in.Unit = n
		r.note(r.p.unitNote(in))
	}
	array, value := r.p.implied(in)
	in.Array = array
	if n, ok := r.ref('a'); ok {
		in.Array = n
		r.note(r.p.arrayNote(n))
	}
	if stacks {
		return
	}
	in.Value = value
	if given() {
		in.Value = r.value()
		r.note(r.p.valueNote(in.Value))
	}
}

// ref reads u3 or a3, if it is next.
func (r *reader) ref(letter byte) (int, bool) {
	if r.peek() != letter || r.at+1 == len(r.text) || !isDigit(r.text[r.at+1]) && r.text[r.at+1] != '-' {
		return 0, false
	}
	r.at++
	return r.int(), true
}

// note passes over what an instruction repeats of the entry that it names.
func (r *reader) note(text string) {
	if r.err != nil || text == "" {
		return
	}
	end := r.at + len(text)
	if !strings.HasPrefix(r.text[r.at:], text) || end < len(r.text) && r.text[end] != ' ' {
		r.fail(fmt.Sprintf("%q, as its own line has it", text[1:]))
		return
	}
	r.at = end
}
