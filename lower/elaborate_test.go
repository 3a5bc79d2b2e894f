package lower_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lower"
	"acl/stdlib"
)

const head = "acl 1; use std.nn; use std.analog;\n"

// program checks a text; its files come from dir.
func program(t *testing.T, name, text, dir string) (*check.Program, diag.List) {
	t.Helper()
	return check.Check(source.NewFile(name, text), stdlib.Table(), check.Options{
		Library: stdlib.File, Libraries: stdlib.Libraries(),
		Load: func(_ *source.File, path string) (*source.File, error) {
			file := strings.ReplaceAll(path, ".", "/") + ".acl"
			b, err := os.ReadFile(filepath.Join(dir, file))
			return source.NewFile(file, string(b)), err
		},
	})
}

// last is the module that a file declares last.
func last(p *check.Program) *check.Module {
	for i := len(p.Modules) - 1; i >= 0; i-- {
		if p.Modules[i].Unit == p.Root {
			return p.Modules[i]
		}
	}
	return nil
}

// elaborated returns the graph of the last module of a text, verified.
func elaborated(t *testing.T, text string, o lower.ElaborateOptions) *ir.Graph {
	t.Helper()
	p, diags := program(t, "m.acl", head+text, "")
	if diags.HasErrors() {
		t.Fatal(diags.Errors())
	}
	g, diags := lower.Elaborate(p, last(p), o)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	verify(t, g)
	return g
}

func verify(t *testing.T, g *ir.Graph) {
	t.Helper()
	if errs := ir.Verify(g, stdlib.Table(), ir.Elaborated); errs != nil {
		t.Fatal(errs)
	}
	text := ir.Print(g)
	again, err := ir.Parse("printed", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, ir.Print(again)); diff != "" {
		t.Fatalf("print and parse are not inverse:\n%s", diff)
	}
}

// samples is where the sample programs lie beside the project, or "".
func samples(t *testing.T) string {
	dir := filepath.Join("..", "..", "shared", "samples")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the sample programs are not beside the project")
	}
	return dir
}

func TestSampleModules(t *testing.T) {
	dir := samples(t)
	for _, c := range []struct {
		file, module string
		params, macs int64
		outputs      string
	}{
		{"digits.acl", "Digits", 17258, 26240, "y[10]"},
		{"autoencoder.acl", "Autoencoder", 4744, 64*32*2 + 32*8*2, "y[64] z[8]"},
		{"xor.acl", "Xor", 17, 12, "y[1]"},
		{"attention.acl", "RowReader", 4826, 0, "y[10]"},
		{"inception.acl", "Network", 13574, 0, "y[10]"},
		{"parallel.acl", "Linear", 650, 640, "y[10]"},
		{"parallel.acl", "Perceptron", 4810, 4736, "y[10]"},
		{"parallel.acl", "Convolutional", 466, 0, "y[10]"},
		{"parallel.acl", "Halves", 32*24 + 24 + 48*10 + 10, 2*32*24 + 480, "y[10]"},
		{"resnet18_cifar10.acl", "Classifier", 11181642, 0, "y[10]"},
		{"resnet18_256.acl", "Wide", 11181642, 0, "y[10] features[512, 8, 8]"},
		{"noise_table.acl", "Classifier", 11181642, 0, "y[10]"},
	} {
		t.Run(c.file+"/"+c.module, func(t *testing.T) {
			p, diags := sample(t, dir, c.file)
			if diags.HasErrors() {
				t.Fatal(diags.Errors())
			}
			m := moduleOf(p, c.module)
			if m == nil {
				t.Fatalf("no module %s", c.module)
			}
			g, diags := lower.Elaborate(p, m, lower.ElaborateOptions{})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			verify(t, g)
			var outputs []string
			for _, o := range g.Outputs {
				outputs = append(outputs, o.Name+ir.ShapeText(o.Shape))
			}
			if got := strings.Join(outputs, " "); got != c.outputs {
				t.Errorf("outputs are %s, want %s", got, c.outputs)
			}
			if got := g.ParamCount(); got != c.params {
				t.Errorf("%d parameters, want %d", got, c.params)
			}
			if got := g.MACs(); c.macs != 0 && got != c.macs {
				t.Errorf("%d multiply-accumulates, want %d", got, c.macs)
			}
			if errs := ir.Verify(lower.Fold(g), stdlib.Table(), ir.Elaborated); errs != nil {
				t.Errorf("folded: %v", errs)
			}
		})
	}
}

func sample(t *testing.T, dir, file string) (*check.Program, diag.List) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return program(t, file, string(text), dir)
}

func moduleOf(p *check.Program, name string) *check.Module {
	for _, m := range p.Modules {
		if m.Unit == p.Root && m.Decl.Name.Text == name {
			return m
		}
	}
	return nil
}

// TestSamplesDifferentiate trains every train block of the samples as far as the
// graph goes.
func TestSamplesDifferentiate(t *testing.T) {
	dir := samples(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.acl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	for _, f := range files {
		p, diags := sample(t, dir, filepath.Base(f))
		if diags.HasErrors() {
			t.Errorf("%s: %v", f, diags.Errors())
			continue
		}
		if diags := lower.CheckModules(p); len(diags) > 0 {
			t.Errorf("%s: modules: %v", f, diags)
		}
		for _, b := range p.Plans {
			if b.Kind != "train" {
				continue
			}
			g, diags := lower.Elaborate(p, b.Module, lower.ElaborateOptions{})
			if len(diags) > 0 {
				t.Fatalf("%s: %v", f, diags)
			}
			if s := p.Plan("schedule", b.Module, b.Fabric); s != nil {
				if diags := lower.ApplyInto(g, stdlib.Table(), s.Settings); len(diags) > 0 {
					t.Errorf("%s: %v", f, diags)
				}
			}
			losses, diags := p.Losses(b)
			if len(diags) > 0 || len(losses) != 1 {
				t.Fatalf("%s: losses %v, %v", f, losses, diags)
			}
			d, diags := lower.Differentiate(lower.Fold(g), stdlib.Table(), losses)
			if len(diags) > 0 {
				t.Fatalf("%s: %v", f, diags)
			}
			if errs := ir.Verify(d, stdlib.Table(), ir.Differentiated); errs != nil {
				t.Errorf("%s: %v", f, errs[0])
			}
			if again, err := ir.Parse("printed", ir.Print(d)); err != nil || ir.Print(again) != ir.Print(d) {
				t.Errorf("%s: print and parse are not inverse: %v", f, err)
			}
			learns(t, f, d)
		}
	}
}

// learns checks that every tensor of a graph receives a gradient.
func learns(t *testing.T, name string, g *ir.Graph) {
	t.Helper()
	has := make([]bool, len(g.Params))
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Role == ir.ParamGrad {
			for _, p := range n.Params {
				has[p] = true
			}
		}
	}
	for i, ok := range has {
		if !ok {
			t.Errorf("%s: no gradient reaches %s", name, g.Params[i].Path)
		}
	}
}

// The counts of the residual networks with 1,000 classes, from the comments of
// std.resnet; the multiply-accumulates of ResNet-18 at 224x224 layer by layer.
func TestLibraryResnets(t *testing.T) {
	for name, params := range map[string]int64{"ResNet18": 11689512, "ResNet34": 21797672, "ResNet50": 25557032} {
		p, diags := program(t, "m.acl", "acl 1; use std.resnet;\nmodule M { in x: [3, 224, 224]; out y: [1000]; unit net = resnet."+name+
			"(); route x -> net -> y; }", "")
		if diags.HasErrors() {
			t.Fatal(diags.Errors())
		}
		g, diags := lower.Elaborate(p, last(p), lower.ElaborateOptions{})
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		verify(t, g)
		if got := g.ParamCount(); got != params {
			t.Errorf("%s: %d parameters, want %d", name, got, params)
		}
		const macs18 = 118013952 + 4*115605504 + 3*(57802752+3*115605504+6422528) + 512000
		if got := g.MACs(); name == "ResNet18" && got != macs18 {
			t.Errorf("%s: %d multiply-accumulates, want %d", name, got, macs18)
		}
	}
}

func paths(g *ir.Graph) string {
	var list []string
	for i := range g.Nodes {
		list = append(list, g.Nodes[i].Path)
	}
	return strings.Join(list, " ")
}

func TestPathsAndOrder(t *testing.T) {
	g := elaborated(t, `
module Block { param w: int; in x: [D]; out y: [w]; unit f = nn.dense(w); route x -> nn.relu() -> f -> nn.relu() -> y; }
module M {
  param n: int = 3;
  in x: [4]; out y: [8];
  repeat i in 2 .. n {
    unit b[i] = Block(w = 2 * i);
    route b[i - 1] -> nn.tanh() -> b[i];
  }
  unit b[1] = Block(2);
  route x -> b[1];
  route (b[n], b[1]) -> join -> y;
  unit join = nn.concat(axis = feature);
}`, lower.ElaborateOptions{})
	want := "x b[1].relu#1 b[1].f b[1].relu#2 tanh#1[2] b[2].relu#1 b[2].f b[2].relu#2 tanh#1[3] b[3].relu#1 b[3].f b[3].relu#2 join"
	if got := paths(g); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if at := g.Nodes[2].Origin.String(); at != "m.acl:3:58" {
		t.Errorf("b[1].f comes from %s", at)
	}
	var entries []string
	for _, e := range g.Entries {
		entries = append(entries, fmt.Sprint(e.Path, e.To))
	}
	if got := strings.Join(entries, " "); got != "b[1].x[{1 0}] b[2].x[{5 0}] b[3].x[{9 0}]" {
		t.Errorf("entries are %s", got)
	}
}

func TestSharedParameters(t *testing.T) {
	g := elaborated(t, `
module Two { in x: [D]; out y: [D]; unit a = nn.dense(D); unit b = nn.dense(D, bias = false); route x -> a -> b -> y; }
module M {
  in x: [6]; out y: [6];
  unit u = Two(); unit v = u; unit w = v;
  route x -> w -> v -> u -> y;
}`, lower.ElaborateOptions{})
	if g.ParamCount() != 36+6+36 || len(g.Params) != 3 || g.Params[0].Path != "u.a.w" {
		t.Errorf("tensors are %v", g.Params)
	}
	if got := paths(g); got != "x w.a w.b v.a v.b u.a u.b" {
		t.Errorf("nodes are %s", got)
	}
	if !slices.Equal(g.Nodes[1].Params, g.Nodes[5].Params) {
		t.Error("w.a and u.a have tensors of their own")
	}
}

func TestWires(t *testing.T) {
	g := elaborated(t, `
module Pass { in x: [?]; out y: [?]; route x -> y { hold: digital; }; }
module Both { in x: [?]; in z: [?]; out y: [?]; route (x, z) -> nn.add() -> y; }
module M {
  in x: [4]; out y: [4];
  unit p = Pass(); unit b = Both(); unit r = nn.relu();
  route x -> r -> p { scale: 4; via: bus[1]; } -> b.x { scale: 2; };
  route r -> b.z;
  route b -> y;
}`, lower.ElaborateOptions{})
	sum := g.Node(g.Outputs[0].Node)
	at := sum.Wires[0].At
	want := []ir.Wire{{Via: 1, Hold: ir.HoldDigital, Scale: 2, At: at}, {Via: -1, Scale: 1}}
	if !slices.Equal(sum.Wires, want) || at.Text() != "bus[1]" {
		t.Errorf("wires of the sum are %v, want %v, named by `bus[1]`, not by %q", sum.Wires, want, at.Text())
	}
}

func TestSymbolsFromOutside(t *testing.T) {
	text := `module M { param k: int = 2; in x: [C, H, H]; out y: [k * C, (H + 1) / 2, ?]; unit c = nn.conv(k * C, 3x3, stride = 2, pad = 1); route x -> c -> y; }`
	g := elaborated(t, text, lower.ElaborateOptions{
		Args: map[string]sig.Value{"k": sig.Int(3)}, Inputs: map[string]sig.Shape{"x": {2, 7, 7}},
	})
	if got := ir.ShapeText(g.Outputs[0].Shape); got != "[6, 4, 4]" {
		t.Errorf("output is %s", got)
	}
	p, _ := program(t, "m.acl", head+text, "")
	for name, c := range map[string]struct {
		o    lower.ElaborateOptions
		code diag.Code
	}{
		"nothing arrives": {lower.ElaborateOptions{}, "E0302"},
		"other symbol":    {lower.ElaborateOptions{Inputs: map[string]sig.Shape{"x": {2, 7, 8}}}, "E0301"},
		"other rank":      {lower.ElaborateOptions{Inputs: map[string]sig.Shape{"x": {2, 7}}}, "E0301"},
	} {
		g, diags := lower.Elaborate(p, last(p), c.o)
		if g != nil || len(diags) != 1 || diags[0].Code != c.code {
			t.Errorf("%s: got %v, want one %s", name, diags, c.code)
		}
	}
	if g, diags := lower.Elaborate(p, last(p), lower.ElaborateOptions{Partial: true}); g != nil || len(diags) != 0 {
		t.Errorf("on its own: got %v and %v", g, diags)
	}
}

func TestApplyInto(t *testing.T) {
	p, diags := program(t, "m.acl", head+`use std.chips;
module Both { in x: [?]; in z: [?]; out y: [?]; route (x, z) -> nn.add() -> y; }
module M {
  in x: [4]; out y: [4];
  unit b = Both(); unit r = nn.relu(); unit s = nn.sub();
  route x -> r { scale: 2; } -> b.x; route x -> b.z; route (b, r) -> s -> y;
}
schedule M on chips.fabric45 {
  into r { scale: 4; via: bus[2]; }
  into b.z { hold: digital; }
  into b { scale: 8; }
  into s.b { scale: 2; }
}`, "")
	if diags.HasErrors() {
		t.Fatal(diags.Errors())
	}
	m := moduleOf(p, "M")
	g, diags := lower.Elaborate(p, m, lower.ElaborateOptions{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if diags := lower.ApplyInto(g, stdlib.Table(), p.Plans[0].Settings); len(diags) > 0 {
		t.Fatal(diags)
	}
	verify(t, g)
	var got []string
	for i := range g.Nodes {
		if w := g.Nodes[i].Wires; w != nil {
			text := g.Nodes[i].Path
			for _, w := range w {
				text += fmt.Sprintf(" {%d %d %d %s}", w.Via, w.Hold, w.Scale, w.At.Text())
			}
			got = append(got, text)
		}
	}
	want := "r {2 0 4 bus[2]} b.add#1 {-1 0 8 } {-1 1 8 } s {-1 0 1 } {-1 0 2 }"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("wires are %s\nwant      %s", text, want)
	}
}

func TestArmsAndNestedRepeats(t *testing.T) {
	g := elaborated(t, `
module A {
  param two: bool = true;
  in x: [D];
  if two { in z: [D]; out y: [D]; route (x, z) -> nn.add() -> y; } else { out y: [D]; route x -> nn.tanh() -> y; }
}
module M {
  in x: [4]; out y: [4];
  unit a = A(); unit b = A(two = false);
  route (x, x) -> a -> b -> r[-1];
  unit r[-1] = nn.relu();
  repeat i in 0 .. 1 { repeat j in 1 .. 2 {
    unit r[2 * i + j - 1] = nn.relu();
    route r[2 * i + j - 2] -> nn.tanh() -> r[2 * i + j - 1];
  } }
  route r[3] -> y;
  repeat k in 1 .. 0 { route x -> y; }
}`, lower.ElaborateOptions{})
	want := "x a.add#1 b.tanh#1 r[-1] tanh#1[0][1] r[0] tanh#1[0][2] r[1] tanh#1[1][1] r[2] tanh#1[1][2] r[3]"
	if got := paths(g); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// An unused unit makes no node, and a value may feed any number of readers.
func TestReadersAndUnused(t *testing.T) {
	g := elaborated(t, `module M { in x: [4]; out y: [4]; out z: [4]; unit unused = nn.relu(); unit r = nn.relu();
  route x -> r -> y; route r -> z; route r -> nn.tanh() -> s.b; route r -> s.a; unit s = nn.sub(); route s -> nn.relu() -> w; out w: [4]; }`,
		lower.ElaborateOptions{})
	if got := paths(g); got != "x r tanh#1 s relu#1" {
		t.Errorf("nodes are %s", got)
	}
	if g.Outputs[0].Node != 1 || g.Outputs[1].Node != 1 || g.Outputs[2].Node != 4 {
		t.Errorf("outputs are %v", g.Outputs)
	}
}
