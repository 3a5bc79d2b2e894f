package verify

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"acl/fabric/dcu"
)

// A float64 reference of two networks and two optimizers: explicit matrices and
// hand-derived backward passes. Nothing here is shared with the machine, or with
// the twin of the gradient checks.

// network is a reference of one program: its parameters in the order of the
// machine's arrays, rows by columns with the bias row last.
type network interface {
	// pass returns the mean loss over the rows of x and the gradient of each
	// parameter.
	pass(w []*mat.Dense, x *mat.Dense, labels []int32) (float64, []*mat.Dense)
}

// withOnes is x with a column of ones, which drives the bias row.
func withOnes(x mat.Matrix) *mat.Dense {
	r, c := x.Dims()
	out := mat.NewDense(r, c+1, nil)
	out.Slice(0, r, 0, c).(*mat.Dense).Copy(x)
	for i := range r {
		out.Set(i, c, 1)
	}
	return out
}

// affine is x·w with a bias, and the operand that its gradient needs.
func affine(x mat.Matrix, w *mat.Dense) (y, operand *mat.Dense) {
	operand = withOnes(x)
	y = new(mat.Dense)
	y.Mul(operand, w)
	return y, operand
}

// affineBack returns the gradients of the weights and of the operand without its
// ones.
func affineBack(operand, w, dy *mat.Dense) (dw, dx *mat.Dense) {
	dw, dx = new(mat.Dense), new(mat.Dense)
	dw.Mul(operand.T(), dy)
	rows, cols := w.Dims()
	dx.Mul(dy, w.Slice(0, rows-1, 0, cols).T())
	return dw, dx
}

// logLoss is the mean cross-entropy of the rows' softmax and its gradient.
func logLoss(y *mat.Dense, labels []int32) (float64, *mat.Dense) {
	n, k := y.Dims()
	g := mat.NewDense(n, k, nil)
	loss := 0.0
	for i := range n {
		sum := 0.0
		for j := range k {
			sum += math.Exp(y.At(i, j) - mat.Max(y.RowView(i)))
		}
		for j := range k {
			p := math.Exp(y.At(i, j)-mat.Max(y.RowView(i))) / sum
			if j == int(labels[i]) {
				loss -= math.Log(p) / float64(n)
				p--
			}
			g.Set(i, j, p/float64(n))
		}
	}
	return loss, g
}

func apply(f func(v float64) float64, x *mat.Dense) *mat.Dense {
	out := new(mat.Dense)
	out.Apply(func(_, _ int, v float64) float64 { return f(v) }, x)
	return out
}

// tanhNet is dense, tanh, dense, tanh, dense.
type tanhNet struct{}

func (tanhNet) pass(w []*mat.Dense, x *mat.Dense, labels []int32) (float64, []*mat.Dense) {
	a1, o1 := affine(x, w[0])
	h1 := apply(math.Tanh, a1)
	a2, o2 := affine(h1, w[1])
	h2 := apply(math.Tanh, a2)
	y, o3 := affine(h2, w[2])
	loss, dy := logLoss(y, labels)
	slope := func(d, h *mat.Dense) *mat.Dense {
		out := apply(func(v float64) float64 { return 1 - v*v }, h)
		out.MulElem(out, d)
		return out
	}
	dw3, dh2 := affineBack(o3, w[2], dy)
	dw2, dh1 := affineBack(o2, w[1], slope(dh2, h2))
	dw1, _ := affineBack(o1, w[0], slope(dh1, h1))
	return loss, []*mat.Dense{dw1, dw2, dw3}
}

// digitsNet is the digits network: convolution of 16 channels, relu, maxpool of
// 2×2, dense, relu, dense.
type digitsNet struct{}

const (
	side     = 8
	channels = 16
	pooled   = side / 2
)

// patches is a row an output pixel of a 3×3 convolution with a pad of 1: its nine
// taps and a one.
func patches(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n*side*side, 10, nil)
	for i := range n {
		for p := range side * side {
			for tap := range 9 {
				r, c := p/side+tap/3-1, p%side+tap%3-1
				if r >= 0 && r < side && c >= 0 && c < side {
					out.Set(i*side*side+p, tap, x.At(i, r*side+c))
				}
			}
			out.Set(i*side*side+p, 9, 1)
		}
	}
	return out
}

// pool takes the largest of each 2×2 window of n maps, as rows of channel by
// channel, and where it was.
func pool(maps *mat.Dense, n int) (*mat.Dense, []int) {
	out := mat.NewDense(n, channels*pooled*pooled, nil)
	from := make([]int, n*channels*pooled*pooled)
	for i := range n {
		for f := range channels * pooled * pooled {
			c, r, q := f/(pooled*pooled), f/pooled%pooled, f%pooled
			best := math.Inf(-1)
			for k := range 4 {
				p := i*side*side + (2*r+k/2)*side + 2*q + k%2
				if v := maps.At(p, c); v > best {
					best, from[i*channels*pooled*pooled+f] = v, p
				}
			}
			out.Set(i, f, best)
		}
	}
	return out, from
}

func positive(d, y *mat.Dense) *mat.Dense {
	out := apply(func(v float64) float64 {
		if v > 0 {
			return 1
		}
		return 0
	}, y)
	out.MulElem(out, d)
	return out
}

func (digitsNet) pass(w []*mat.Dense, x *mat.Dense, labels []int32) (float64, []*mat.Dense) {
	n, _ := x.Dims()
	clip := func(v float64) float64 { return math.Max(v, 0) }
	taps := patches(x)
	var a mat.Dense
	a.Mul(taps, w[0])
	maps := apply(clip, &a)
	features, from := pool(maps, n)
	h, o1 := affine(features, w[1])
	hidden := apply(clip, h)
	y, o2 := affine(hidden, w[2])
	loss, dy := logLoss(y, labels)
	dw3, dHidden := affineBack(o2, w[2], dy)
	dw2, dFeatures := affineBack(o1, w[1], positive(dHidden, hidden))
	dMaps := mat.NewDense(n*side*side, channels, nil)
	for i := range n {
		for f := range channels * pooled * pooled {
			p, c := from[i*channels*pooled*pooled+f], f/(pooled*pooled)
			dMaps.Set(p, c, dMaps.At(p, c)+dFeatures.At(i, f))
		}
	}
	dw1 := new(mat.Dense)
	dw1.Mul(taps.T(), positive(dMaps, maps))
	return loss, []*mat.Dense{dw1, dw2, dw3}
}

// optimizer changes a parameter in place by its gradient, in a step from 1.
type optimizer func(at int, w, g *mat.Dense, step int)

// momentum is v = m v + g, w -= rate v.
func momentum(rate, m float64) optimizer {
	v := map[int]*mat.Dense{}
	return func(at int, w, g *mat.Dense, _ int) {
		if v[at] == nil {
			v[at] = mat.DenseCopyOf(g)
		} else {
			v[at].Scale(m, v[at])
			v[at].Add(v[at], g)
		}
		var d mat.Dense
		d.Scale(rate, v[at])
		w.Sub(w, &d)
	}
}

// adam is Kingma and Ba's rule with bias correction.
func adam(rate, b1, b2 float64) optimizer {
	m, v := map[int][]float64{}, map[int][]float64{}
	return func(at int, w, g *mat.Dense, step int) {
		rows, cols := w.Dims()
		if m[at] == nil {
			m[at], v[at] = make([]float64, rows*cols), make([]float64, rows*cols)
		}
		for i := range rows {
			for j := range cols {
				k, d := i*cols+j, g.At(i, j)
				m[at][k] = b1*m[at][k] + (1-b1)*d
				v[at][k] = b2*v[at][k] + (1-b2)*d*d
				mean := m[at][k] / (1 - math.Pow(b1, float64(step)))
				square := v[at][k] / (1 - math.Pow(b2, float64(step)))
				w.Set(i, j, w.At(i, j)-rate*mean/(math.Sqrt(square)+1e-8))
			}
		}
	}
}

// digitsModule is the digits network as the language has it.
const digitsModule = `
module Digits {
  in  x: [1, 8, 8];
  out y: [10];
  unit c1  = nn.conv(16, kernel = 3x3, pad = 1);
  unit p1  = nn.maxpool(2x2);
  unit fc1 = nn.dense(64);
  unit fc2 = nn.dense(10);
  route x -> c1 -> nn.relu() -> p1 -> nn.flatten() -> fc1 -> nn.relu() -> fc2 -> y;
}
`

const tanhModule = `
module Digits {
  in  x: [64];
  out y: [10];
  unit fc1 = nn.dense(24);
  unit fc2 = nn.dense(16);
  unit fc3 = nn.dense(10);
  route x -> fc1 -> nn.tanh() -> fc2 -> nn.tanh() -> fc3 -> y;
}
`

// trainOn is a train block for the digits.
func trainOn(fabric, optimizer string, more string) string {
	return `
train Digits on ` + fabric + ` {
  data:      data.digits();
  loss:      nn.cross_entropy(y, label);
  optimizer: ` + optimizer + `;
  batch:     32;
  seed:      7;
` + more + `
}
`
}

// TestIdealIsExact trains 50 steps on the ideal chip and beside it the reference,
// from the same weights on the same batches. The machine computes in float32, whose
// rounding of 6e-8 an operation grows over the steps: 1e-4 of a tensor's norm is
// what design.md §6 allows.
func TestIdealIsExact(t *testing.T) {
	const tolerance, steps = 1e-4, 50
	cases := []struct {
		name, module, rule string
		net                network
		optimizer          optimizer
	}{
		{"digits, sgd with momentum", digitsModule, "nn.sgd(rate = 0.05, momentum = 0.9)", digitsNet{}, momentum(0.05, 0.9)},
		{"digits, adam", digitsModule, "nn.adam(rate = 0.002)", digitsNet{}, adam(0.002, 0.9, 0.999)},
		{"tanh, sgd with momentum", tanhModule, "nn.sgd(rate = 0.1, momentum = 0.8)", tanhNet{}, momentum(0.1, 0.8)},
		{"tanh, adam", tanhModule, "nn.adam(rate = 0.01)", tanhNet{}, adam(0.01, 0.9, 0.999)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, head+c.module+trainOn("chips.ideal", c.rule, ""), options{}).setup(t)
			var w []*mat.Dense
			for i, v := range b.Weights() {
				a := &b.Program().Arrays[i]
				w = append(w, mat.NewDense(a.Rows, a.Cols, wide(v)))
			}
			var losses, want []float64
			for step := range steps {
				batch := b.batch(t, 32*step, 32)
				loss, err := b.Step(batch, dcu.PullAt(&b.Program().Learn.Optimizer, step, dcu.Horizon{}))
				if err != nil {
					t.Fatal(err)
				}
				ref, grads := c.net.pass(w, inputsOf(batch), batch.Labels)
				for i := range w {
					c.optimizer(i, w[i], grads[i], step+1)
				}
				losses, want = append(losses, loss), append(want, ref)
			}
			if e := relative(losses, want); !(e <= tolerance) {
				t.Errorf("losses are %.3g away from the reference, want %g at most", e, tolerance)
			}
			if want[steps-1] > 0.9*want[0] {
				t.Errorf("the reference has not learned: loss %g to %g", want[0], want[steps-1])
			}
			for i, v := range b.Weights() {
				if e := relative(wide(v), w[i].RawMatrix().Data); !(e <= tolerance) {
					t.Errorf("%s: weights are %.3g away from the reference, want %g at most", b.Program().Arrays[i].Path, e, tolerance)
				}
			}
		})
	}
}

func inputsOf(b *dcu.Batch) *mat.Dense {
	return mat.NewDense(b.N, len(b.Inputs[0])/b.N, wide(b.Inputs[0]))
}
