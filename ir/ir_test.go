package ir_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/internal/frugal"
	"acl/ir"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/stdlib"
)

// small is a differentiated graph of a dense unit with a skip connection, in
// canonical form: two readers of x1, one shared sum, a port as the target.
const small = `graph test.Small
param fc.w [4, 4] fan_in=4
param fc.b [4] fan_in=4
in x %0 [4] @a.acl:2:6-2:7
out y %3 [4] @a.acl:3:7-3:8
loss %4
%0 x = input : [4] @a.acl:2:6-2:7
%1 fc = nn.dense(width=4, bias=true) %0 : [4] params(fc.w fc.b) macs=16 @a.acl:5:8-5:10
%2 "relu 1" = nn.relu %1{via=1@"dir with blank/a.acl:7:20-7:26" hold=digital scale=2} : [4] @dir with blank/a.acl:6:8-6:10
%3 sum = nn.add %1 %2 : [4] @-
%4 nn.mse#1 = loss nn.mse(weight=0.5) %3 %0 : [] @-
%5 nn.mse#1' = loss_grad nn.mse(weight=0.5) %3 %0 : [4] of %4 @-
%6 sum' = data_grad nn.add %5 : [4] of %3 @-
%7 sum' = data_grad nn.add %5 : [4] of %3 operand 1 @-
%8 "relu 1'" = data_grad nn.relu %7 : [4] of %2 saved(%2) @-
%9 fc' = sum %6 %8 : [4] @-
%10 fc' = param_grad nn.dense(width=4, bias=true) %9 : [] params(fc.w fc.b) of %1 saved(%0) @-
entry net.x %1:0 %4:1
`

func TestPrintRestoresText(t *testing.T) {
	g := parse(t, small)
	if diff := cmp.Diff(small, ir.Print(g)); diff != "" {
		t.Errorf("Print(Parse(s)) differs from s (-want +got):\n%s", diff)
	}
	if g.ParamCount() != 20 || g.MACs() != 16 {
		t.Errorf("got %d parameters and %d MACs, want 20 and 16", g.ParamCount(), g.MACs())
	}
	at := g.Nodes[2].Origin
	at.Start, at.End = source.Pos{Line: 7, Column: 20}, source.Pos{Line: 7, Column: 26}
	if w := g.Nodes[2].Wires; len(w) != 1 || w[0] != (ir.Wire{Via: 1, Hold: ir.HoldDigital, Scale: 2, At: at}) {
		t.Errorf("wires of the relu are %v", w)
	}
}

func TestValuesRoundTrip(t *testing.T) {
	for _, text := range []string{
		"3", "-3", "0.5", "1.0", "1e-05", "3x3", "true", "false", `"a\n\"b\""`, "channel", `word("true")`, `word("two words")`,
		"0 .. 31", "[1, [2, 0.5], []]", "0.3<4,2,-6,-2,0,0>", `module("resnet.BasicBlock")`, `name("y")`,
		`call("nn.steps", 0.05, [10, 15], _)`, `call("nn.relu")`, "-0.8<0,0,0,0,0,0> .. 0.8<0,0,0,0,0,0>", "_",
	} {
		line := "graph m\n%0 a = nn.relu(k=" + text + ") : [1] @-\n"
		g := parse(t, line)
		if got := ir.ValueText(g.Nodes[0].Attr("k")); got != text {
			t.Errorf("%s comes back as %s", text, got)
		}
	}
}

func TestParseRefusals(t *testing.T) {
	head := "graph m\n"
	for name, c := range map[string]struct{ text, want string }{
		"no graph":      {"", "no line `graph NAME`"},
		"not first":     {"loss %0\n", "t:1:5"},
		"unknown line":  {head + "wire 3\n", "t:2:5"},
		"wrong index":   {head + "%1 a = nn.relu : [1] @-\n", "want node %0"},
		"no node":       {head + "%0 a = nn.relu %4 : [1] @-\n", "%0 names %4"},
		"no tensor":     {head + "%0 a = nn.relu : [1] params(w) @-\n", "`param` line"},
		"tensor twice":  {head + "param w [1]\nparam w [1]\n", "not declared yet"},
		"no origin":     {head + "%0 a = nn.relu : [1]\n", `want "@"`},
		"bad origin":    {head + "%0 a = nn.relu : [1] @x:1\n", "name:line:column"},
		"bad bus place": {head + "%0 a = nn.relu %0{via=1@\"x\"} : [1] @-\n", "name:line:column"},
		"rest of line":  {head + "loss %0 %1\n", "want end of line"},
		"missing port":  {head + "in x %2 [1] @-\n", "port x names %2"},
		"missing loss":  {head + "loss %2\n", "loss %2"},
		"missing entry": {head + "entry a.x %2:0\n", "entry a.x"},
		"deep value":    {head + "%0 a = nn.relu(k=" + strings.Repeat("[", 1000) + ") : [1] @-\n", "nested less deeply"},
	} {
		if _, err := ir.Parse("t", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestVerifySmall(t *testing.T) {
	if errs := ir.Verify(parse(t, small), stdlib.Table(), ir.Differentiated); errs != nil {
		t.Errorf("a sound graph is refused: %v", errs)
	}
}

// TestVerifyRefusals breaks the sound graph in one place at a time.
func TestVerifyRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(g *ir.Graph)
		want   string
	}{
		"order":         {func(g *ir.Graph) { g.Nodes[1].Args[0] = 2 }, "does not lie before"},
		"shape":         {func(g *ir.Graph) { g.Nodes[2].Shape = sig.Shape{5} }, "its rule gives [4]"},
		"unknown shape": {func(g *ir.Graph) { g.Nodes[2].Shape = sig.Shape{sig.Unknown} }, "has shape [?]"},
		"count":         {func(g *ir.Graph) { g.Nodes[1].MACs = 15 }, "15 multiply-accumulates"},
		"tensor shape":  {func(g *ir.Graph) { g.Params[0].Shape = sig.Shape{4, 3} }, "[4, 3]"},
		"tensor index":  {func(g *ir.Graph) { g.Nodes[1].Params[0] = 7 }, "names tensor 7"},
		"tensor twice":  {func(g *ir.Graph) { g.Params[1].Path = "fc.w" }, "two of tensor fc.w"},
		"arity":         {func(g *ir.Graph) { g.Nodes[3].Args = g.Nodes[3].Args[:1] }, "has 1 operands"},
		"primitive":     {func(g *ir.Graph) { g.Nodes[2].Op = "nn.rely" }, "is no primitive"},
		"path twice":    {func(g *ir.Graph) { g.Nodes[3].Path = "fc" }, "two of node forward fc"},
		"wire":          {func(g *ir.Graph) { g.Nodes[2].Wires[0].Scale = 3 }, "scale 3"},
		"place, no bus": {func(g *ir.Graph) { g.Nodes[2].Wires[0].Via = -1 }, "without a bus"},
		"role":          {func(g *ir.Graph) { g.Nodes[2].Role = 9 }, "has role 9"},
		"saved":         {func(g *ir.Graph) { g.Nodes[8].Saved = nil }, "its primitive keeps"},
		"operand":       {func(g *ir.Graph) { g.Nodes[7].Operand = 2 }, "operand 2 of 2"},
		"other tensors": {func(g *ir.Graph) { g.Nodes[10].Params = g.Nodes[10].Params[:1] }, "other tensors"},
		"sum":           {func(g *ir.Graph) { g.Nodes[9].Args[0] = 3 }, "adds forward"},
		"target":        {func(g *ir.Graph) { g.Nodes[4].Args = g.Nodes[4].Args[:1] }, "one target"},
		"port shape":    {func(g *ir.Graph) { g.Outputs[0].Shape = sig.Shape{3} }, "out port y"},
		"losses":        {func(g *ir.Graph) { g.Losses = nil }, "losses"},
		"no input port": {func(g *ir.Graph) { g.Inputs = nil }, "input without a port"},
		"entry":         {func(g *ir.Graph) { g.Entries[0].To[0].Index = 1 }, "entry net.x"},
	} {
		g := parse(t, small)
		c.breaks(g)
		errs := ir.Verify(g, stdlib.Table(), ir.Differentiated)
		found := false
		for _, err := range errs {
			found = found || strings.Contains(err.Error(), c.want)
		}
		if !found {
			t.Errorf("%s: got %v, want an error with %q", name, errs, c.want)
		}
	}
}

func TestVerifyStages(t *testing.T) {
	if errs := ir.Verify(parse(t, small), stdlib.Table(), ir.Elaborated); len(errs) == 0 {
		t.Error("gradient nodes pass before differentiation")
	}
}

func FuzzIR(f *testing.F) {
	f.Add(small)
	f.Add("graph m\n%0 a = nn.relu(k=[1, 2 .. 3, call(\"f\", _)]) : [?, 1] @\"a\\n:1:1-1:1\"\n")
	f.Add("graph m\n%0 a = nn.dense : [1] @-\n%1 a = param_grad nn.dense %0 : [] of %0 @-\n")
	f.Fuzz(func(t *testing.T, text string) {
		var g *ir.Graph
		var err error
		frugal.Check(t, func() { g, err = ir.Parse("fuzz", text) })
		if err != nil {
			return
		}
		var once string
		frugal.Check(t, func() {
			ir.Verify(g, stdlib.Table(), ir.Differentiated)
			once = ir.Print(g)
		})
		again, err := ir.Parse("printed", once)
		if err != nil {
			t.Fatalf("the printed graph does not parse: %v\n%s", err, once)
		}
		if twice := ir.Print(again); twice != once {
			t.Fatalf("print and parse are not inverse:\n%s\n%s", once, twice)
		}
	})
}

func parse(t *testing.T, text string) *ir.Graph {
	t.Helper()
	g, err := ir.Parse("t", text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
