package module

import (
	"math"
	"math/rand/v2"
	"testing"

	"acl/fabric"
)

// gradientTol is what float32 differences over 2% of a unit leave.
const gradientTol = 1e-3

// unitCase is a unit with the shapes of its operands and output, and what its
// gradient reads again.
type unitCase struct {
	op    string
	in    [][]int
	out   []int
	attrs []fabric.Attr
	saveX bool // its operands
	saveY bool // its output
}

var unitCases = []unitCase{
	{op: "nn.similarity", in: [][]int{{3, 4}, {5, 4}}, out: []int{3, 5}, saveX: true, attrs: []fabric.Attr{{Name: "scale", Num: []float64{0.5}}}},
	{op: "nn.similarity", in: [][]int{{3, 4}, {5, 4}}, out: []int{3, 5}, saveX: true,
		attrs: []fabric.Attr{{Name: "scale", Num: []float64{0.5}}, {Name: "by", Num: []float64{1}}}},
	{op: "nn.aggregate", in: [][]int{{3, 5}, {5, 4}}, out: []int{3, 4}, saveX: true},
	{op: "nn.mul", in: [][]int{{4}, {4}, {4}}, out: []int{4}, saveX: true},
	{op: "analog.add", in: [][]int{{4}, {4}, {4}}, out: []int{4}},
	{op: "analog.sub", in: [][]int{{4}, {4}}, out: []int{4}},
	{op: "analog.mul", in: [][]int{{4}, {4}}, out: []int{4}, saveX: true},
	{op: "analog.div", in: [][]int{{4}, {4}}, out: []int{4}, saveX: true},
	{op: "analog.max", in: [][]int{{6}, {6}, {6}}, out: []int{6}, saveY: true},
	{op: "analog.exp", in: [][]int{{4}}, out: []int{4}, saveY: true},
	{op: "analog.gain", in: [][]int{{4}}, out: []int{4}, attrs: []fabric.Attr{{Name: "k", Num: []float64{-2.5}}}},
	{op: "analog.hold", in: [][]int{{4}}, out: []int{4}},
}

// build makes a case's module and gradient modules, by operand, on an ideal chip.
func (u *unitCase) build(t *testing.T) (Module, []Module) {
	t.Helper()
	p := &fabric.Program{}
	p.Chip.Ideal = true
	f := fabric.Unit{Op: u.op, Path: "u", Attrs: u.attrs}
	for i, s := range u.in {
		p.Values = append(p.Values, fabric.Value{Shape: s})
		f.Args = append(f.Args, fabric.ValueID(i))
	}
	f.Out = fabric.ValueID(len(p.Values))
	p.Values = append(p.Values, fabric.Value{Shape: u.out})
	p.Units = append(p.Units, f)
	var saved []fabric.ValueID
	if u.saveX {
		saved = f.Args
	}
	if u.saveY {
		saved = []fabric.ValueID{f.Out}
	}
	for i, s := range u.in {
		g := fabric.Unit{Op: u.op, Path: "u'", Role: fabric.DataGrad, Operand: i, Attrs: u.attrs, Saved: saved,
			Args: []fabric.ValueID{f.Out}, Out: fabric.ValueID(len(p.Values))}
		p.Values = append(p.Values, fabric.Value{Shape: s, Error: true})
		p.Units = append(p.Units, g)
	}
	env := &Env{Chip: &p.Chip}
	forward, err := New(env, p, &p.Units[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	var back []Module
	for i := range u.in {
		m, err := New(env, p, &p.Units[1+i], forward)
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, m)
	}
	return forward, back
}

// TestGradientModules compares every gradient module with central differences of
// its forward module, at full scales that differ.
func TestGradientModules(t *testing.T) {
	for _, u := range unitCases {
		t.Run(u.op, func(t *testing.T) { u.check(t) })
	}
}

func (u *unitCase) check(t *testing.T) {
	const n = 2
	forward, back := u.build(t)
	r := rand.New(rand.NewPCG(8, 9)) // no tie of analog.max within a step
	args := make([]Tensor, len(u.in))
	for i, s := range u.in {
		args[i] = Tensor{Data: make([]float32, n*elements(s)), Exp: i}
		for j := range args[i].Data {
			args[i].Data[j] = float32((0.3 + 0.6*r.Float64()) * float64(1-2*(j%2)))
		}
	}
	y := Tensor{Data: make([]float32, n*elements(u.out)), Exp: 1}
	d := make([]float32, len(y.Data))
	for i := range d {
		d[i] = float32(r.NormFloat64())
	}
	loss := func() float64 {
		forward.Run(&Call{N: n, Args: args, Out: y})
		sum := 0.0
		for i, v := range y.Data {
			sum += 2 * float64(v) * float64(d[i])
		}
		return sum
	}
	for k, m := range back {
		loss()
		saved := args
		if u.saveY {
			saved = []Tensor{{Data: append([]float32(nil), y.Data...), Exp: y.Exp}}
		}
		out := Tensor{Data: make([]float32, len(args[k].Data)), Exp: -1}
		m.Run(&Call{N: n, Args: []Tensor{{Data: d}}, Saved: saved, Out: out})
		for j, v := range args[k].Data {
			const h = 1.0 / 128
			args[k].Data[j] = v + h
			up := loss()
			args[k].Data[j] = v - h
			want := (up - loss()) / (2 * h * float64(args[k].Scale()))
			args[k].Data[j] = v
			if got := 0.5 * float64(out.Data[j]); math.Abs(got-want) > gradientTol*(1+math.Abs(want)) {
				t.Errorf("operand %d, element %d: got %g, want %g", k, j, got, want)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	u := unitCase{op: "analog.compare", in: [][]int{{3}, {3}}, out: []int{3}}
	p := &fabric.Program{Values: []fabric.Value{{Shape: u.in[0]}, {Shape: u.in[1]}, {Shape: u.out}},
		Units: []fabric.Unit{{Op: u.op, Path: "u", Args: []fabric.ValueID{0, 1}, Out: 2}}}
	p.Chip.Ideal = true
	m, err := New(&Env{Chip: &p.Chip}, p, &p.Units[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, 3)
	m.Run(&Call{N: 1, Args: []Tensor{{Data: []float32{0.5, 0.2, 0.1}, Exp: 1}, {Data: []float32{0.9, 0.4, 0.3}}}, Out: Tensor{Data: out}})
	if out[0] != 1 || out[1] != 0 || out[2] != 0 {
		t.Errorf("got %v, want 1 0 0", out)
	}
}
