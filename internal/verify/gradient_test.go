package verify

import (
	"cmp"
	"fmt"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"acl/fabric/dcu"
	"acl/fabric/stack"
)

// gradientTolerance bounds ‖g-r‖/‖r‖ of the machine's float32 gradient of each
// parameter tensor against central differences of a float64 twin (design.md §6).
// The differences themselves, with a step of 1e-6, are good to about 1e-8.
const gradientTolerance = 1e-3

// weights are the twin's parameters by the path of their unit.
type weights map[string]matrix

// outputs are the values that a loss compares, and what with.
type outputs struct {
	y     tensor
	other tensor // a second output, where the loss names one
}

// gradientCase is a module and its twin.
type gradientCase struct {
	name    string
	in, out string // shapes of the ports, as the language writes them
	shape   []int  // of the input
	body    string // units and routes
	twin    func(w weights, x tensor) outputs
	reach   float64 // of the inputs; 0: 1
	targets int     // numbers that the loss compares with; 0: labels, or none
	loss    string  // by default the mean square of y and target
	value   func(o outputs, s sample) float64
	// batch is the twin where samples of a batch depend on each other, in place of
	// twin.
	batch func(w weights, xs []tensor) []tensor
}

const batchOfChecks = 3

// program is the text of a case, with a row of data of the right form.
func (c *gradientCase) program() string {
	loss, field, row := c.loss, "target", literal(zeros(c.targets).v)
	if loss == "" {
		loss = "nn.mse(y, target)"
	}
	if c.targets == 0 {
		field, row = "label", "[0]"
	}
	return head + fmt.Sprintf(`
module Net {
  in  x: %s;
  out y: %s;
%s
}
train Net on chips.ideal {
  data:      data.table(input = %s, %s = %s);
  loss:      %s;
  optimizer: nn.sgd(rate = 1.0);
  batch:     %d;
  seed:      3;
}
`, c.in, c.out, c.body, literal(zeros(c.shape...).v), field, row, loss, batchOfChecks)
}

// sample is a row of data.
type sample struct {
	x, target tensor
	label     int
}

func (c *gradientCase) samples() []sample {
	out := make([]sample, batchOfChecks)
	for i := range out {
		seed := uint64(100 + i)
		out[i] = sample{
			x:      tensor{c.shape, uniform(seed, len(zeros(c.shape...).v), cmp.Or(c.reach, 1))},
			target: tensor{[]int{c.targets}, uniform(seed+50, c.targets, 1)},
			label:  i % 2,
		}
	}
	return out
}

// mean is the twin's mean loss over a batch.
func (c *gradientCase) mean(w weights, rows []sample) float64 {
	sum := 0.0
	if c.batch != nil {
		xs := make([]tensor, len(rows))
		for i, s := range rows {
			xs[i] = s.x
		}
		for i, y := range c.batch(w, xs) {
			sum += meanSquare(y, rows[i].target)
		}
		return sum / float64(len(rows))
	}
	for _, s := range rows {
		if o := c.twin(w, s.x); c.value != nil {
			sum += c.value(o, s)
		} else {
			sum += meanSquare(o.y, s.target)
		}
	}
	return sum / float64(len(rows))
}

// measure runs one step of the machine, and returns by array the gradient that it
// went down and the one that finite differences of the twin give.
func (c *gradientCase) measure(t *testing.T, o options) (machine, reference [][]float64, paths []string, err error) {
	t.Helper()
	_, model := lowered(t, c.program(), o.sets...)
	m := newMachine(t, model.Fabric(), o)
	rows := c.samples()
	b := batchOf(rows)
	if err := m.Setup(nil, b); err != nil {
		return nil, nil, nil, err
	}
	before := m.Weights()
	loss, err := m.Step(b, dcu.Pull{Rate: 1})
	if err != nil {
		return nil, nil, nil, err
	}
	after := m.Weights()
	w := weights{}
	for i, a := range m.Program().Arrays {
		w[a.Path] = matrix{a.Rows, a.Cols, wide(before[i])}
	}
	if want := c.mean(w, rows); relative([]float64{loss}, []float64{want}) > 1e-5 {
		t.Errorf("the loss is %.9g, the twin's %.9g", loss, want)
	}
	for i, a := range m.Program().Arrays {
		v := w[a.Path].v
		f := func(x []float64) float64 {
			copy(v, x)
			return c.mean(w, rows)
		}
		// Running statistics move, but not down a gradient.
		at := append([]float64(nil), v[:a.Learned()*a.Cols]...)
		reference = append(reference, fd.Gradient(nil, f, at, &fd.Settings{Formula: fd.Central, Step: 1e-6}))
		copy(v, at)
		g := make([]float64, len(at))
		for j := range g {
			g[j] = float64(before[i][j]) - float64(after[i][j])
		}
		machine, paths = append(machine, g), append(paths, a.Path)
	}
	return machine, reference, paths, nil
}

func batchOf(rows []sample) *dcu.Batch {
	b := &dcu.Batch{N: len(rows), Inputs: make([][]float32, 1)}
	for _, s := range rows {
		b.Inputs[0] = append(b.Inputs[0], narrow(s.x.v)...)
		b.Targets = append(b.Targets, narrow(s.target.v)...)
		b.Labels = append(b.Labels, int32(s.label))
	}
	return b
}

// worst is the largest relative error over the arrays.
func worst(machine, reference [][]float64) float64 {
	top := 0.0
	for i := range machine {
		top = max(top, relative(machine[i], reference[i]))
	}
	return top
}

func TestGradients(t *testing.T) {
	for _, c := range gradientCases() {
		t.Run(c.name, func(t *testing.T) {
			machine, reference, paths, err := c.measure(t, options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, path := range paths {
				if e := relative(machine[i], reference[i]); !(e <= gradientTolerance) {
					t.Errorf("%s: the gradient is %.3g away from finite differences, want %g at most", path, e, gradientTolerance)
				}
				if relative(reference[i], zeros(len(reference[i])).v) < 1e-6 {
					t.Errorf("%s: the reference gradient is zero, so that the case checks nothing", path)
				}
			}
		})
	}
}

// TestStackOrder shows that the order in which a frame gives values back matters:
// a chain is walked backwards, so that first in, first out hands every gradient
// module another layer's value. The slots have one size, so nothing else tells.
func TestStackOrder(t *testing.T) {
	c := gradientCase{
		name: "two layers", in: "[5]", out: "[5]", shape: []int{5}, targets: 5,
		body: "  unit a = nn.dense(5);\n  unit b = nn.dense(5);\n  route x -> a -> nn.tanh() -> b -> y;",
		twin: func(w weights, x tensor) outputs { return outputs{y: dense(tanh(dense(x, w["a"])), w["b"])} },
	}
	machine, reference, _, err := c.measure(t, options{discipline: stack.LIFO})
	if err != nil {
		t.Fatal(err)
	}
	if e := worst(machine, reference); e > gradientTolerance {
		t.Errorf("last in, first out: the gradient is off by %.3g", e)
	}
	machine, reference, _, err = c.measure(t, options{discipline: stack.FIFO})
	if err == nil && worst(machine, reference) < 0.1 {
		t.Errorf("first in, first out passes the gradient check: off by %.3g only", worst(machine, reference))
	}
}
