package job

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acl/fabric/kernel"
	"acl/internal/safetensors"
	"acl/lang/source"
)

const gradientsProgram = `acl 1;
use std.nn; use std.data; use std.chips;
module Net {
  in  x: [1, 8, 8];
  out y: [10];
  unit c    = nn.conv(6, kernel = 3x2, pad = 1, bias = false);
  unit n    = nn.batchnorm();
  unit f    = nn.dense(10);
  route x -> c -> n -> nn.tanh() -> nn.avgpool(3x3) -> nn.flatten() -> f -> y;
}
train Net on chips.ideal {
  data: data.digits(normalize = true); loss: nn.cross_entropy(y, label, smoothing = 0.1);
  optimizer: nn.sgd(rate = 0.1, momentum = 0.9, decay = 1e-3); batch: 32; epochs: 1;
}
`

// Along its own direction, a tensor's gradient is the slope of the loss: the names
// and layouts of what is read are those of what is written.
func TestGradientsAreSlopesOfTheLoss(t *testing.T) {
	const (
		step = 1e-2 // float32 losses of 2.3 differ by 1e-7: 1e-5 of a slope of 1
		tol  = 2e-3 // the third derivative over steps of 1e-2, and rounding
	)
	pool := kernel.NewPool(2)
	defer pool.Close()
	path := filepath.Join(t.TempDir(), "start.safetensors")
	first := gradientsFrom(t, pool, "")
	names := 0
	for _, g := range first.File.Tensors {
		name, ok := strings.CutPrefix(g.Name, "gradients.")
		if !ok {
			continue
		}
		names++
		norm := 0.0
		for _, v := range g.Data {
			norm += float64(v) * float64(v)
		}
		norm = math.Sqrt(norm)
		loss := func(by float64) float64 {
			start := &safetensors.File{}
			for _, w := range first.File.Tensors {
				own, ok := strings.CutPrefix(w.Name, "weights.")
				if !ok {
					continue
				}
				moved := safetensors.Tensor{Name: own, Shape: w.Shape, Data: append([]float32(nil), w.Data...)}
				if own == name {
					for i := range moved.Data {
						moved.Data[i] += float32(by * float64(g.Data[i]) / norm)
					}
				}
				start.Tensors = append(start.Tensors, moved)
			}
			if err := start.Write(path); err != nil {
				t.Fatal(err)
			}
			return gradientsFrom(t, pool, path).Loss
		}
		slope := (loss(step) - loss(-step)) / (2 * step)
		if norm == 0 || math.Abs(slope-norm) > tol*norm {
			t.Errorf("%s: the loss rises by %.6g along a gradient of %.6g", name, slope, norm)
		}
	}
	if names != 5 {
		t.Errorf("%d gradients, want those of c.weight, n.weight, n.bias, f.weight and f.bias", names)
	}
}

// The shapes are PyTorch's, the batch and its loss are in the file.
func TestGradientsHoldWhatAPeerNeeds(t *testing.T) {
	pool := kernel.NewPool(2)
	defer pool.Close()
	g := gradientsFrom(t, pool, "")
	for name, want := range map[string][]int{
		"weights.c.weight": {6, 1, 3, 2}, "weights.n.running_var": {6}, "gradients.f.weight": {10, 36},
		"batch.x": {32, 1, 8, 8}, "batch.label": {32},
	} {
		tensor := g.File.Tensor(name)
		if tensor == nil {
			t.Errorf("no %s", name)
			continue
		}
		if !slices.Equal(tensor.Shape, want) {
			t.Errorf("%s is %v, want %v", name, tensor.Shape, want)
		}
	}
	if g.File.Meta["loss"] == "" || g.Rows != 32 {
		t.Errorf("a loss of %q over %d rows", g.File.Meta["loss"], g.Rows)
	}
	if g.File.Tensor("gradients.n.running_mean") != nil {
		t.Error("a statistic has a gradient")
	}
}

func gradientsFrom(t *testing.T, pool *kernel.Pool, weights string) *Gradients {
	t.Helper()
	var sets []string
	if weights != "" {
		sets = []string{`weights="` + filepath.ToSlash(weights) + `"`}
	}
	p := Compile(source.NewFile("net.acl", gradientsProgram), sets)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	g, diags, err := p.Gradients(t.Context(), models[0], Options{Pool: pool})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return g
}
