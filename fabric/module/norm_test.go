package module

import (
	"math"
	"math/rand/v2"
	"testing"

	"acl/fabric"
)

// normUnits is a batch norm of c channels with its gradient modules, on an ideal
// chip.
func normUnits(t *testing.T, shape []int, barrier bool) (forward, data, param Module) {
	t.Helper()
	p := &fabric.Program{
		Values: []fabric.Value{{Shape: shape}, {Shape: shape}, {Shape: shape, Error: true}, {Shape: shape, Error: true}},
		Arrays: []fabric.Array{{Path: "n", Rows: 4, Cols: shape[0], Digital: make([]fabric.Vector, 4)}},
	}
	p.Chip.Ideal = true
	attrs := []fabric.Attr{{Name: "momentum", Num: []float64{0.1}}, {Name: "eps", Num: []float64{1e-5}}}
	p.Units = []fabric.Unit{
		{Op: "nn.batchnorm", Path: "n", Args: []fabric.ValueID{0}, Out: 1, Attrs: attrs, Barrier: barrier},
		{Op: "nn.batchnorm", Path: "n'", Role: fabric.DataGrad, Args: []fabric.ValueID{2}, Out: 3, Attrs: attrs, Barrier: barrier},
		{Op: "nn.batchnorm", Path: "n'", Role: fabric.ParamGrad, Args: []fabric.ValueID{2}, Out: fabric.NoValue, Attrs: attrs},
	}
	env := &Env{Chip: &p.Chip}
	var list [3]Module
	for i := range p.Units {
		m, err := New(env, p, &p.Units[i], list[0])
		if err != nil {
			t.Fatal(err)
		}
		list[i] = m
	}
	return list[0], list[1], list[2]
}

// reference normalises n samples of h·w pixels of c channels as PyTorch's
// BatchNorm2d does in training, and moves the running statistics.
func reference(x []float64, c int, gain, offset, mean, variance []float64) []float64 {
	y := make([]float64, len(x))
	n := float64(len(x) / c)
	for j := range c {
		m, v := 0.0, 0.0
		for i := j; i < len(x); i += c {
			m += x[i] / n
		}
		for i := j; i < len(x); i += c {
			v += (x[i] - m) * (x[i] - m) / n
		}
		for i := j; i < len(x); i += c {
			y[i] = (x[i]-m)/math.Sqrt(v+1e-5)*gain[j] + offset[j]
		}
		mean[j] = 0.9*mean[j] + 0.1*m
		variance[j] = 0.9*variance[j] + 0.1*v*n/(n-1)
	}
	return y
}

const normTol = 1e-5 // float32 values of order one

func TestBatchnormFollowsItsBatches(t *testing.T) {
	const n, c = 4, 3
	shape := []int{c, 2, 2}
	forward, _, _ := normUnits(t, shape, true)
	r := rand.New(rand.NewPCG(1, 2))
	params := []float32{1.5, 1, 0.5, 0.1, 0, -0.2, 0, 0, 0, 1, 1, 1}
	gain, offset := []float64{1.5, 1, 0.5}, []float64{0.1, 0, -0.2}
	mean, variance := make([]float64, c), []float64{1, 1, 1}
	out := make([]float32, n*4*c)
	for range 5 {
		x, wide := make([]float32, len(out)), make([]float64, len(out))
		for i := range x {
			x[i] = float32(r.NormFloat64()*0.3 + 0.2)
			wide[i] = 2 * float64(x[i]) // at full scale 2
		}
		forward.Run(&Call{N: n, Train: true, Args: []Tensor{{Data: x, Exp: 1}}, Out: Tensor{Data: out}, Params: params})
		near(t, "output", out, reference(wide, c, gain, offset, mean, variance))
	}
	near(t, "running mean", params[2*c:3*c], mean)
	near(t, "running variance", params[3*c:], variance)
	x := []float32{0.5, 0.5, 0.5}
	y := make([]float32, c)
	one, _, _ := normUnits(t, []int{c}, true)
	one.Run(&Call{N: 1, Args: []Tensor{{Data: x}}, Out: Tensor{Data: y}, Params: params})
	want := make([]float64, c)
	for j := range want {
		want[j] = (0.5-mean[j])/math.Sqrt(variance[j]+1e-5)*gain[j] + offset[j]
	}
	near(t, "evaluation", y, want)
}

func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > normTol*(1+math.Abs(want[i])) {
			t.Errorf("%s[%d] = %g, want %g", what, i, got[i], want[i])
		}
	}
}

// TestBatchnormGradient compares with central differences of the float64 form, for
// errors whose samples have scales of their own.
func TestBatchnormGradient(t *testing.T) {
	const n, c = 6, 2
	forward, data, param := normUnits(t, []int{c}, true)
	r := rand.New(rand.NewPCG(3, 4))
	x, d, signal := make([]float32, n*c), make([]float32, n*c), make([]float32, n)
	for i := range x {
		x[i], d[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
	}
	for s := range signal {
		signal[s] = float32(math.Ldexp(1, -s)) * float32(1-2*(s%2))
	}
	params := []float32{1.5, 0.5, 0.1, -0.2, 0, 0, 1, 1}
	forward.Run(&Call{N: n, Train: true, Args: []Tensor{{Data: x}}, Out: Tensor{Data: make([]float32, n*c)}, Params: params})
	loss := func(x, p []float64) float64 {
		sum := 0.0
		for i, y := range reference(x, c, p[:c], p[c:], make([]float64, c), make([]float64, c)) {
			sum += y * float64(d[i]) * float64(signal[i/c])
		}
		return sum
	}
	wide, p := make([]float64, n*c), []float64{1.5, 0.5, float64(params[2]), float64(params[3])}
	for i, v := range x {
		wide[i] = float64(v)
	}
	out, sums := make([]float32, n*c), make([]float32, 2*c)
	call := Call{N: n, Args: []Tensor{{Data: d}}, Out: Tensor{Data: out}, Params: params, Sums: sums, Signal: signal}
	data.Run(&call)
	for i := range out {
		out[i] *= signal[i/c]
	}
	near(t, "gradient of x", out, slope(wide, func(x []float64) float64 { return loss(x, p) }))
	param.Run(&call)
	near(t, "gradient of gain and offset", sums, slope(p, func(p []float64) float64 { return loss(wide, p) }))
}

// slope is the gradient of f by central differences.
func slope(x []float64, f func([]float64) float64) []float64 {
	const h = 1e-5
	out := make([]float64, len(x))
	for i, v := range x {
		x[i] = v + h
		up := f(x)
		x[i] = v - h
		out[i] = (up - f(x)) / (2 * h)
		x[i] = v
	}
	return out
}
