package lower_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/sig"
	"acl/lower"
	"acl/stdlib"
)

// forked has an input, two units that share tensors, a value with two readers, a
// unit without a gradient, and two outputs.
const forked = `graph test.Forked
param a.w [4, 4] fan_in=4
param a.b [4] fan_in=4
param h.w [4, 2] fan_in=4
in x %0 [4] @-
out y %5 [2] @-
out z %4 [4] @-
%0 x = input : [4] @-
%1 a = nn.dense(width=4, bias=true) %0 : [4] params(a.w a.b) macs=16 @-
%2 r = nn.relu %1 : [4] @-
%3 again = nn.dense(width=4, bias=true) %2 : [4] params(a.w a.b) macs=16 @-
%4 m = nn.mul %2 %3 : [4] @-
%5 h = nn.dense(width=2, bias=false) %4 : [2] params(h.w) macs=8 @-
%6 c = analog.compare %3 %2 : [4] @-
`

func graphOf(t *testing.T, text string) *ir.Graph {
	t.Helper()
	g, err := ir.Parse(t.Name(), text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func differentiated(t *testing.T, text string, losses ...check.Loss) *ir.Graph {
	t.Helper()
	g, diags := lower.Differentiate(graphOf(t, text), stdlib.Table(), losses)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if errs := ir.Verify(g, stdlib.Table(), ir.Differentiated); errs != nil {
		t.Fatalf("%v\n%s", errs, ir.Print(g))
	}
	return g
}

// added are the lines of the nodes behind the forward ones.
func added(g *ir.Graph, forward int) string {
	var out []string
	for _, line := range strings.Split(ir.Print(g), "\n") {
		if strings.HasPrefix(line, "%") {
			out = append(out, line)
		}
	}
	return strings.Join(out[forward:], "\n") + "\n"
}

func TestDifferentiateOrderAndSaved(t *testing.T) {
	g := differentiated(t, forked, check.Loss{
		Op: "nn.cross_entropy", Weight: 1, Pred: "y", Target: "label", Smoothing: 0.1,
	})
	want := `%7 cross_entropy#1 = loss nn.cross_entropy(weight=1.0, smoothing=0.1, target=label) %5 : [] @-
%8 cross_entropy#1' = loss_grad nn.cross_entropy(weight=1.0, smoothing=0.1, target=label) %5 : [2] of %7 @-
%9 h' = data_grad nn.dense(width=2, bias=false) %8 : [4] of %5 @-
%10 h' = param_grad nn.dense(width=2, bias=false) %8 : [] params(h.w) of %5 saved(%4) @-
%11 m' = data_grad nn.mul %9 : [4] of %4 saved(%2 %3) @-
%12 m' = data_grad nn.mul %9 : [4] of %4 operand 1 saved(%2 %3) @-
%13 again' = data_grad nn.dense(width=4, bias=true) %12 : [4] of %3 @-
%14 again' = param_grad nn.dense(width=4, bias=true) %12 : [] params(a.w a.b) of %3 saved(%2) @-
%15 r' = sum %11 %13 : [4] @-
%16 r' = data_grad nn.relu %15 : [4] of %2 saved(%2) @-
%17 a' = param_grad nn.dense(width=4, bias=true) %16 : [] params(a.w a.b) of %1 saved(%0) @-
`
	if diff := cmp.Diff(want, added(g, 7)); diff != "" {
		t.Errorf("gradient nodes (-want +got):\n%s", diff)
	}
}

// Two losses, one on a value in the middle: their gradients meet there.
func TestDifferentiateLossInTheMiddle(t *testing.T) {
	g := differentiated(t, forked,
		check.Loss{Op: "nn.mse", Weight: 1, Pred: "y", Target: "target"},
		check.Loss{Op: "nn.mse", Weight: 0.5, Pred: "z", Target: "x", TargetPort: true})
	if len(g.Losses) != 2 {
		t.Fatalf("got %d losses, want 2", len(g.Losses))
	}
	second := g.Node(g.Losses[1])
	if len(second.Args) != 2 || second.Args[1] != 0 || second.Attr(ir.AttrWeight) != sig.Float(0.5) {
		t.Errorf("the second loss is %v", second)
	}
	signals, sums := 0, 0
	for i := range g.Nodes {
		switch n := &g.Nodes[i]; n.Role {
		case ir.LossGrad:
			signals++
		case ir.Sum:
			sums++
		}
	}
	// No error signal of x: it is an input. Gradients meet at m and at r.
	if signals != 2 || sums != 2 {
		t.Errorf("got %d error signals and %d sums, want 2 and 2", signals, sums)
	}
}

// A target that depends on parameters learns as well.
func TestDifferentiateTarget(t *testing.T) {
	text := strings.Replace(forked, "out z %4", "out z %3", 1) + "%7 again2 = nn.tanh %1 : [4] @-\n"
	text = strings.Replace(text, "out y %5 [2]", "out y %7 [4]", 1)
	g := differentiated(t, text, check.Loss{Op: "nn.mse", Weight: 1, Pred: "y", Target: "z", TargetPort: true})
	var operands []int
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Role == ir.LossGrad {
			operands = append(operands, n.Operand)
		}
	}
	if !cmp.Equal(operands, []int{0, 1}) {
		t.Errorf("error signals start at operands %v, want both", operands)
	}
}

func TestDifferentiateRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		loss check.Loss
		code string
	}{
		"unknown port":   {check.Loss{Op: "nn.mse", Pred: "w", Target: "x", TargetPort: true}, "E0201"},
		"unknown target": {check.Loss{Op: "nn.mse", Pred: "y", Target: "w", TargetPort: true}, "E0201"},
		"no parameters":  {check.Loss{Op: "nn.mse", Pred: "x", Target: "x", TargetPort: true}, "E0605"},
		"other shape":    {check.Loss{Op: "nn.mse", Pred: "y", Target: "x", TargetPort: true}, "E0606"},
	} {
		g, diags := lower.Differentiate(graphOf(t, forked), stdlib.Table(), []check.Loss{c.loss})
		if g != nil || len(diags) != 1 || string(diags[0].Code) != c.code {
			t.Errorf("%s: got %v, want one %s", name, diags, c.code)
		}
	}
}

func TestFold(t *testing.T) {
	g := graphOf(t, `graph test.Fold
in x %0 [4] @-
out y %6 [4] @-
out z %2 [4] @-
%0 x = input : [4] @-
%1 f = nn.flatten %0 : [4] @-
%2 r = nn.relu %1 : [4] @-
%3 s = nn.slice(axis=feature, range=0 .. 3) %2 : [4] @-
%4 r2 = nn.relu %3 : [4] @-
%5 kept = nn.flatten %4{via=1} : [4] @-
%6 half = nn.slice(axis=feature, range=0 .. 3) %5 : [4] @-
entry u.x %1:0
`)
	before := ir.Print(g)
	folded := lower.Fold(g)
	if errs := ir.Verify(folded, stdlib.Table(), ir.Elaborated); errs != nil {
		t.Fatal(errs)
	}
	want := `graph test.Fold
in x %0 [4] @-
out y %2 [4] @-
out z %1 [4] @-
%0 x = input : [4] @-
%1 r = nn.relu %0 : [4] @-
%2 kept = nn.flatten %1{via=1} : [4] @-
entry u.x %1:0
`
	if diff := cmp.Diff(want, ir.Print(folded)); diff != "" {
		t.Errorf("folded (-want +got):\n%s", diff)
	}
	if ir.Print(g) != before {
		t.Error("Fold changed the graph that it was given")
	}
}
