package stdlib

import (
	"math"
	"testing"

	"acl/lang/sig"

	"github.com/google/go-cmp/cmp"
)

const u = sig.Unknown

func size(n int) sig.Size { return sig.Size{H: n, W: n} }

func convArgs(width, kernel, stride, pad int, bias bool) []sig.Value {
	return []sig.Value{sig.Int(width), size(kernel), size(stride), size(pad), sig.Bool(bias)}
}

type shapeCase struct {
	name string
	unit string
	in   []sig.Shape
	args []sig.Value
	out  sig.Shape
	macs int64
}

func shapeCases() []shapeCase {
	one := func(s ...int) []sig.Shape { return []sig.Shape{s} }
	axis := func(w string) []sig.Value { return []sig.Value{sig.Word(w)} }
	return []shapeCase{
		{"conv keeps the size", "nn.conv", one(1, 8, 8), convArgs(16, 3, 1, 1, true), sig.Shape{16, 8, 8}, 9 * 16 * 64},
		{"conv strides, rounding down", "nn.conv", one(3, 32, 32), convArgs(64, 7, 2, 3, false), sig.Shape{64, 16, 16}, 147 * 64 * 256},
		{"conv of an unknown image", "nn.conv", one(u, u, 9), convArgs(4, 3, 1, 0, true), sig.Shape{4, u, 7}, 0},
		{"conv of an unknown width", "nn.conv", one(1, 8, 8), []sig.Value{nil, size(3), size(1), size(0), sig.Bool(true)}, sig.Shape{u, 6, 6}, 0},
		{"dense of a vector", "nn.dense", one(64), []sig.Value{sig.Int(10), sig.Bool(true)}, sig.Shape{10}, 640},
		{"dense of tokens", "nn.dense", one(8, 16), []sig.Value{sig.Int(32), sig.Bool(false)}, sig.Shape{8, 32}, 8 * 16 * 32},
		{"pool steps by its kernel", "nn.maxpool", one(16, 8, 8), []sig.Value{size(2), nil, size(0)}, sig.Shape{16, 4, 4}, 0},
		{"pool with a stride", "nn.avgpool", one(64, 16, 16), []sig.Value{size(3), size(2), size(1)}, sig.Shape{64, 8, 8}, 0},
		{"global pool", "nn.global_avgpool", one(512, 8, 8), nil, sig.Shape{512}, 0},
		{"flatten", "nn.flatten", one(16, 4, 4), nil, sig.Shape{256}, 0},
		{"flatten of unknown rank", "nn.flatten", []sig.Shape{nil}, nil, sig.Shape{u}, 0},
		{"reshape", "nn.reshape", one(64), []sig.Value{sig.List{sig.Int(8), sig.Int(8)}}, sig.Shape{8, 8}, 0},
		{"slice counts both ends", "nn.slice", one(64), []sig.Value{sig.Word("feature"), sig.Range{Low: sig.Int(32), High: sig.Int(63)}}, sig.Shape{32}, 0},
		{"concat adds an axis up", "nn.concat", []sig.Shape{{8, 4, 4}, {16, 4, u}, {8, 4, 4}}, axis("channel"), sig.Shape{32, 4, 4}, 0},
		{"add merges what is known", "nn.add", []sig.Shape{{u, 8}, {4, u}}, nil, sig.Shape{4, 8}, 0},
		{"sub", "nn.sub", []sig.Shape{{4}, {4}}, nil, sig.Shape{4}, 0},
		{"mean over tokens", "nn.mean", one(8, 16), axis("token"), sig.Shape{16}, 0},
		{"mean of a vector", "nn.mean", one(16), axis("feature"), sig.Shape{}, 0},
		{"batchnorm", "nn.batchnorm", one(16, 8, 8), []sig.Value{sig.Float(0.1), sig.Float(1e-5)}, sig.Shape{16, 8, 8}, 0},
		{"softmax", "nn.softmax", one(8, 8), nil, sig.Shape{8, 8}, 0},
		{"similarity", "nn.similarity", []sig.Shape{{8, 16}, {5, 16}}, []sig.Value{nil, sig.Word("multiplier")}, sig.Shape{8, 5}, 8 * 5 * 16},
		{"aggregate", "nn.aggregate", []sig.Shape{{8, 5}, {5, 16}}, nil, sig.Shape{8, 16}, 8 * 5 * 16},
		{"analog.max", "analog.max", []sig.Shape{{3}, {3}, {3}}, nil, sig.Shape{3}, 0},
	}
}

func TestShapeRules(t *testing.T) {
	for _, c := range shapeCases() {
		t.Run(c.name, func(t *testing.T) {
			got, err := Table().Primitive(c.unit).Infer(c.in, c.args)
			if err != nil {
				t.Fatalf("refused: %s", err.Msg)
			}
			if d := cmp.Diff(c.out, got.Out); d != "" {
				t.Errorf("shape (-want +got): %s", d)
			}
			if got.MACs != c.macs {
				t.Errorf("got %d multiply-accumulates, want %d", got.MACs, c.macs)
			}
		})
	}
}

func TestShapeRefusals(t *testing.T) {
	for _, c := range []struct {
		name, unit string
		in         []sig.Shape
		args       []sig.Value
		port, arg  string
		msg        string
	}{
		{"conv of a vector", "nn.conv", []sig.Shape{{64}}, convArgs(4, 3, 1, 0, true), "x", "", "got [64], want [C, H, W]"},
		{"kernel larger than the image", "nn.conv", []sig.Shape{{1, 2, 8}}, convArgs(4, 5, 1, 1, true), "x", "",
			"got [1, 2, 8], want an image of at least 3x3: the kernel is 5x5, the pad 1x1"},
		{"dense of an image", "nn.dense", []sig.Shape{{1, 8, 8}}, []sig.Value{sig.Int(4), sig.Bool(true)}, "x", "", "got [1, 8, 8], want [D] or [T, D]"},
		{"add", "nn.add", []sig.Shape{{128, 8, 8}, {64, 8, 8}}, nil, "b", "", "got [64, 8, 8], want [128, 8, 8] as port a has"},
		{"concat", "nn.concat", []sig.Shape{{8, 4, 4}, {8, 5, 4}}, []sig.Value{sig.Word("channel")}, "b", "",
			"got [8, 5, 4], want [8, 4, 4] but for axis channel, as port a has"},
		{"axis", "nn.mean", []sig.Shape{{8, 8}}, []sig.Value{sig.Word("row")}, "", "axis", "[8, 8] has no axis row"},
		{"slice", "nn.slice", []sig.Shape{{64}}, []sig.Value{sig.Word("feature"), sig.Range{Low: sig.Int(0), High: sig.Int(64)}}, "", "range",
			"got 0 .. 64 of axis feature of [64], want elements from 0 to 63"},
		{"reshape", "nn.reshape", []sig.Shape{{64}}, []sig.Value{sig.List{sig.Int(9), sig.Int(7)}}, "x", "", "got [64], want 63 elements for [9, 7]"},
		{"similarity", "nn.similarity", []sig.Shape{{8, 16}, {8, 8}}, []sig.Value{nil, nil}, "k", "", "got [8, 8], want [S, 16] as q is [8, 16]"},
		{"aggregate", "nn.aggregate", []sig.Shape{{8, 4}, {5, 8}}, nil, "v", "", "got [5, 8], want [4, d] as w is [8, 4]"},
		{"pad", "nn.maxpool", []sig.Shape{{1, 8, 8}}, []sig.Value{size(2), nil, size(2)}, "", "pad", "the pad must be less than the kernel, or a window holds nothing but padding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Table().Primitive(c.unit).Infer(c.in, c.args)
			if err == nil {
				t.Fatal("accepted")
			}
			if err.Port != c.port || err.Arg != c.arg || err.Msg != c.msg {
				t.Errorf("got port %q, argument %q: %s", err.Port, err.Arg, err.Msg)
			}
		})
	}
}

func TestStoredTensors(t *testing.T) {
	conv, _ := Table().Primitive("nn.conv").Infer([]sig.Shape{{3, 8, 8}}, convArgs(16, 3, 1, 1, true))
	want := []sig.Tensor{{Name: "w", Shape: sig.Shape{27, 16}, FanIn: 27}, {Name: "b", Shape: sig.Shape{16}, FanIn: 27}}
	if d := cmp.Diff(want, conv.Params); d != "" {
		t.Errorf("conv (-want +got): %s", d)
	}
	norm, _ := Table().Primitive("nn.batchnorm").Infer([]sig.Shape{{16, 8, 8}}, []sig.Value{sig.Float(0.1), sig.Float(1e-5)})
	if d := cmp.Diff([]sig.Tensor{{Name: "gain", Shape: sig.Shape{16}, Init: 1}, {Name: "offset", Shape: sig.Shape{16}}}, norm.Params); d != "" {
		t.Errorf("batchnorm (-want +got): %s", d)
	}
	pos, _ := Table().Primitive("nn.position").Infer([]sig.Shape{{8, 16}}, nil)
	if d := cmp.Diff([]sig.Tensor{{Name: "table", Shape: sig.Shape{8, 16}}}, pos.Params); d != "" {
		t.Errorf("position (-want +got): %s", d)
	}
}

func TestScaleOfSimilarityIsFilledIn(t *testing.T) {
	r, _ := Table().Primitive("nn.similarity").Infer([]sig.Shape{{8, 16}, {8, 16}}, []sig.Value{nil, sig.Word("tile")})
	if len(r.Args) != 2 || math.Abs(float64(r.Args[0].(sig.Float))-0.25) > 1e-15 {
		t.Errorf("got %v, want a scale of 1/sqrt(16)", r.Args)
	}
}

// Every rule copes with inputs and arguments of which nothing is known.
func TestRulesTolerateTheUnknown(t *testing.T) {
	for name, p := range Table().Primitives {
		n := max(len(p.In.Ports), 1)
		if p.In.Variadic {
			n = 3
		}
		if _, err := p.Infer(make([]sig.Shape, n), make([]sig.Value, len(p.Params))); err != nil {
			t.Errorf("%s refuses what is not known: %s", name, err.Msg)
		}
	}
}
