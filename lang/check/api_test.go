package check_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"acl/internal/frugal"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/stdlib"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// expression parses one expression, as the default of a parameter.
func expression(t *testing.T, text string) syntax.Expr {
	t.Helper()
	tree, diags := syntax.Parse(source.NewFile("e.acl", "acl 1; module M { param p: int = "+text+"; }"))
	if diags.HasErrors() {
		t.Fatalf("%s: %v", text, diags)
	}
	return tree.Decls[0].(*syntax.Module).Items[0].(*syntax.Param).Default
}

func TestEval(t *testing.T) {
	env := &check.Env{Values: map[string]sig.Value{"n": sig.Int(5), "f": sig.Float(0.5), "H": nil, "b": sig.Bool(true)}}
	volt := func(x float64) sig.Value { return sig.Quantity(quantity.Value{Num: x, Dim: quantity.Voltage}) }
	for text, want := range map[string]sig.Value{
		"-1 / 2":                    sig.Int(-1),
		"7 / 2":                     sig.Int(3),
		"(n - 1) / 2 + 1":           sig.Int(3),
		"2 * n == 10":               sig.Bool(true),
		"n / 2.0":                   sig.Float(2.5),
		"5%":                        sig.Float(0.05),
		"n * 2V":                    volt(10),
		"3V / 2V":                   sig.Float(1.5),
		"1V - 0.5V":                 volt(0.5),
		"0 .. n":                    sig.Range{Low: sig.Int(0), High: sig.Int(5)},
		"3x4":                       sig.Size{H: 3, W: 4},
		"not b or n >= 5 and true":  sig.Bool(true),
		"[1, f]":                    sig.List{sig.Int(1), sig.Float(0.5)},
		"\"a\" == \"a\"":            sig.Bool(true),
		"H":                         nil,
		"H + 1":                     nil,
		"false and 1 / 0 == 1":      sig.Bool(false),
		"H == 1 and false":          sig.Bool(false),
		"n != 1 or H > 2":           sig.Bool(true),
		"3x3 != 3x4":                sig.Bool(true),
		"-(2 - 3)":                  sig.Int(1),
		"9007199254740992 / 2 >= 1": sig.Bool(true),
	} {
		got, diags := check.Eval(expression(t, text), env)
		if len(diags) > 0 {
			t.Errorf("%s: %v", text, diags)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got): %s", text, d)
		}
	}
}

func TestEvalRefuses(t *testing.T) {
	env := &check.Env{Values: map[string]sig.Value{"n": sig.Int(5)}}
	for text, want := range map[string]string{
		"1V + 1A":              "E0402",
		"1V < 1":               "E0402",
		"1 / 0":                "E0403",
		"5 .. 1":               "E0404",
		"1 .. 2V":              "E0402",
		"true + 1":             "E0401",
		"not 3":                "E0401",
		"3x3 < 3x4":            "E0401",
		"nn":                   "E0201",
		"9007199254740992 + n": "E0403",
		"4503599627370496 * 4": "E0403",
		"1e308 * 1e308":        "E0403",
		"[1, true and 2]":      "E0401",
	} {
		_, diags := check.Eval(expression(t, text), env)
		if len(diags) != 1 || string(diags[0].Code) != want {
			t.Errorf("%s: got %v, want %s", text, diags, want)
		}
	}
}

func program(t *testing.T, text string) *check.Program {
	t.Helper()
	p, diags := checkText("case.acl", text)
	if diags.HasErrors() {
		t.Fatal(diags.Errors())
	}
	return p
}

func TestRepeatMayBeReversed(t *testing.T) {
	env := &check.Env{Values: map[string]sig.Value{"n": sig.Int(0), "H": nil}}
	low, high, known, diags := check.EvalRepeat(expression(t, "1 .. n"), env)
	if low != 1 || high != 0 || !known || len(diags) > 0 {
		t.Errorf("got %d .. %d, %t, %v", low, high, known, diags)
	}
	if _, _, known, diags = check.EvalRepeat(expression(t, "1 .. H"), env); known || len(diags) > 0 {
		t.Errorf("a bound that is not settled: %t, %v", known, diags)
	}
}

func TestBindModule(t *testing.T) {
	p := program(t, `acl 1; module Block { param width: int; param wide: int = 2 * width; param s: size = width;
		in x: [width]; out y: [wide]; unit k = Pair(s = s); route x -> y; route x -> k; }
		module Pair { param s: size; in x: [N]; out y: [N]; if s == 3x3 { route x -> y; } else { route x -> y; } }
		module User { in x: [4]; out y: [4]; unit u = Block(3); route x -> u -> y; }`)
	user := p.Module("case.User").Decl.Items[2].(*syntax.Unit)
	target, diags := p.Resolve(p.Root, user.Ref, nil)
	if len(diags) > 0 || target.Module == nil || target.Module.Name != "case.Block" {
		t.Fatalf("got %+v, %v", target, diags)
	}
	values, spans, diags := p.BindModule(target.Module, user.Ref.Args, p.Env(p.Root, nil), user.Ref.NameSpan())
	want := map[string]sig.Value{"width": sig.Int(3), "wide": sig.Int(6), "s": sig.Size{H: 3, W: 3}}
	if d := cmp.Diff(want, values); d != "" || len(diags) > 0 {
		t.Errorf("(-want +got): %s %v", d, diags)
	}
	if spans[0].IsZero() || !spans[1].IsZero() {
		t.Errorf("only the first argument has a place: %v", spans)
	}
}

func TestBindArgsFillsDefaults(t *testing.T) {
	p := program(t, "acl 1; use std.nn; module T { in x: [1, 8, 8]; out y: [1, 4, 4]; unit u = nn.maxpool(2); route x -> u -> y; }")
	ref := p.Modules[0].Decl.Items[2].(*syntax.Unit).Ref
	pool := stdlib.Table().Primitive("nn.maxpool")
	values, _, diags := check.BindArgs(pool.Params, ref.Args, p.Env(p.Root, nil), ref.NameSpan())
	want := []sig.Value{sig.Size{H: 2, W: 2}, sig.Size{H: 2, W: 2}, sig.Size{}}
	if d := cmp.Diff(want, values); d != "" || len(diags) > 0 {
		t.Errorf("(-want +got): %s %v", d, diags)
	}
}

func TestResolveParameter(t *testing.T) {
	p := program(t, "acl 1; module A { in x: [4]; out y: [4]; route x -> y; } module B { param kind: module = A; in x: [4]; out y: [4]; unit u = kind(); route x -> u -> y; }")
	ref := p.Module("case.B").Decl.Items[3].(*syntax.Unit).Ref
	open, diags := p.Resolve(p.Root, ref, map[string]sig.Value{"kind": nil})
	if open.Known() || len(diags) > 0 {
		t.Errorf("a parameter without a value: %+v, %v", open, diags)
	}
	got, diags := p.Resolve(p.Root, ref, map[string]sig.Value{"kind": sig.Module{Name: "case.A"}})
	if got.Module != p.Module("case.A") || len(diags) > 0 {
		t.Errorf("got %+v, %v", got, diags)
	}
}

// flat prints what Flatten returns, one item a line.
func flat(p *check.Program, name string) string {
	var out []string
	for _, f := range p.Fabrics {
		if f.Name != name {
			continue
		}
		for _, it := range check.Flatten(f) {
			s := it.Path
			if it.Subject != nil {
				s += " " + it.Subject.Text
			}
			if it.Expr != nil {
				s += " = " + it.Expr.Place().Text()
			} else if it.Value != nil {
				s += " = off"
			}
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func TestFlatten(t *testing.T) {
	const base = "acl 1; fabric A { die: 1; noise { weight: 2%; read: on; } modules { dense: 4; conv: 2; } }\n"
	for name, c := range map[string][2]string{
		"later over earlier": {"fabric B : A { die: 2; }",
			"noise\nnoise.weight = 2%\nnoise.read = on\nmodules.dense = 4\nmodules.conv = 2\ndie = 2"},
		"off replaces the group": {"fabric B : A { noise: off; }",
			"die = 1\nmodules.dense = 4\nmodules.conv = 2\nnoise = off"},
		"the longer path wins": {"fabric B : A { noise.weight: 5%; noise: off; }",
			"die = 1\nmodules.dense = 4\nmodules.conv = 2\nnoise = off\nnoise\nnoise.weight = 5%"},
		"a block does not turn a group on": {"fabric C : A { noise: off; } fabric B : C { noise { clip: on; } }",
			"die = 1\nmodules.dense = 4\nmodules.conv = 2\nnoise = off\nnoise\nnoise.clip = on"},
		"variants replace a count": {"fabric B : A { modules { dense fast { count: 3; } } }",
			"die = 1\nnoise\nnoise.weight = 2%\nnoise.read = on\nmodules.conv = 2\nmodules.dense fast\nmodules.dense.count fast = 3"},
	} {
		p := program(t, base+c[0])
		if got := flat(p, "case.B"); got != c[1] {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c[1])
		}
	}
}

func TestLosses(t *testing.T) {
	p := program(t, `acl 1; use std.nn; use std.data; use std.chips;
		module T { in x: [64]; out y: [10]; out z: [64]; unit a = nn.dense(10); unit b = nn.dense(64); route x -> a -> y; route a -> b -> z; }
		train T on chips.ideal { data: data.digits(); loss: nn.cross_entropy(y, label, smoothing = 0.1) + 2 * (0.1 * nn.mse(z, x)); }`)
	got, diags := p.Losses(p.Plans[0])
	if len(diags) > 0 || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, diags)
	}
	a, b := got[0], got[1]
	if a.Op != "nn.cross_entropy" || a.Weight != 1 || a.Smoothing != 0.1 || a.Pred != "y" || a.Target != "label" || a.TargetPort {
		t.Errorf("got %+v", a)
	}
	if b.Op != "nn.mse" || math.Abs(b.Weight-0.2) > 1e-15 || b.Pred != "z" || b.Target != "x" || !b.TargetPort {
		t.Errorf("got %+v", b)
	}
}

func TestParseCondition(t *testing.T) {
	got, diags := check.ParseCondition(expression(t, "accuracy >= 99% and not (loss > 1 or 2J < energy)"), check.Metrics(), &check.Env{})
	want := [][]check.Clause{{
		{Metric: "accuracy", Cmp: ">=", Num: 0.99},
		{Metric: "loss", Cmp: ">", Num: 1, Not: true},
		{Metric: "energy", Cmp: ">", Num: 2, Not: true},
	}}
	if d := cmp.Diff(want, got); d != "" || len(diags) > 0 {
		t.Errorf("(-want +got): %s %v", d, diags)
	}
	either, _ := check.ParseCondition(expression(t, "(loss < 1 or top1 > 0.5) and top5 > 0.9"), check.Metrics(), &check.Env{})
	if len(either) != 2 || len(either[0]) != 2 || either[1][0].Metric != "top1" {
		t.Errorf("got %+v", either)
	}
}

func TestLongConditionIsRefused(t *testing.T) {
	clause := "(loss < 1 or top1 > 0.5)"
	text := clause + strings.Repeat(" and "+clause, 12)
	if _, diags := check.ParseCondition(expression(t, text), check.Metrics(), &check.Env{}); len(diags) != 1 || diags[0].Code != "E0403" {
		t.Errorf("got %v", diags)
	}
}

func TestBitsTakeTheirUnit(t *testing.T) {
	p := program(t, "acl 1; fabric F { adc { bits: 9bit; } dac { bits: 7; } }")
	for path, want := range map[string]sig.Value{"adc.bits": sig.Int(9), "dac.bits": sig.Int(7)} {
		if got := p.Fabrics[0].Settings.Get(path).Value; got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}

func TestSettingsAreTyped(t *testing.T) {
	p := program(t, plan("schedule", `place fc1: dense[0 .. 1]; protect { checksum: true; } protect fc2 { copies: 3; vote: median; }
		into fc2 { via: bus[1]; scale: 2; } reuse: [fc1, fc2]; choose: control.adaptive(explore = 5%);`)+
		"experiment E of Keep on chips.ideal { noise: off; vary noise.weight: [1%, 2%]; vary optimizer.rate: [0.1]; case a { noise.read: on; } case b { } baseline: a; }")
	s := p.Plans[2].Settings
	if v := s.All("place")[0]; v.Subject.Text != "fc1" || v.Value.(sig.Name).Text != "dense[0 .. 1]" {
		t.Errorf("place: %+v", v)
	}
	if v := s.All("protect"); len(v) != 2 || v[0].Subject != nil || v[1].Subject.Text != "fc2" {
		t.Errorf("protect: %v", v)
	}
	if v := s.All("protect.copies"); len(v) != 1 || v[0].Subject.Text != "fc2" || v[0].Value != sig.Value(sig.Int(3)) {
		t.Errorf("protect.copies: %v", v)
	}
	if v := s.Get("choose").Value.(sig.Call); v.Func.Name != "control.adaptive" || v.Args[0] != sig.Value(sig.Float(0.05)) {
		t.Errorf("choose: %+v", v)
	}
	e := p.Experiments[0].Settings
	if v := e.All("vary"); len(v) != 2 || v[0].Subject.Text != "noise.weight" || len(v[0].Value.(sig.List)) != 2 {
		t.Errorf("vary: %v", v)
	}
	if v := e.All("noise.read"); len(v) != 0 {
		t.Error("a case's setting is one of the experiment")
	}
	var inCase int
	for _, it := range e.Items {
		if it.Case != nil && it.Case.Text == "a" && it.Path == "noise.read" {
			inCase++
		}
	}
	if inCase != 1 {
		t.Errorf("got %d settings of case a, want 1", inCase)
	}
}

// cases are the programs of the conformance suite.
func cases(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("../conformance/*/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	var out []string
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "in.acl" {
				out = append(out, string(f.Data))
			}
		}
	}
	return out
}

func FuzzCheck(f *testing.F) {
	for _, lib := range stdlib.Libraries() {
		file, _ := stdlib.File(lib)
		f.Add(file.Text)
	}
	for _, text := range cases(f) {
		f.Add(text)
	}
	f.Add(plan("schedule", "place fc1: dense[0]; protect fc2 { copies: 3; } into fc1.x { scale: 2; }"))
	f.Add(plan("train", "data: data.digits(); loss: 0.5 * nn.mse(y, x); stop { when: not (loss < 1) and top1 > 5%; }"))
	f.Add(uses + keep + "policy P { when op == conv and range < 0.1: [fast]; otherwise: control.nearest(); } experiment E of Keep on chips.ideal { vary Keep.n: [1]; case a { noise: off; } }")
	f.Add("acl 1; module A { param n: int = 1 / 0; in x: [C, 2 * C]; unit u[n] = A(kind = A); repeat i in 1 .. n { unit v = v; route (u[1 .. i]) -> v.a { scale: n; } } }")
	f.Fuzz(func(t *testing.T, text string) {
		var p *check.Program
		var diags diag.List
		frugal.Check(t, func() { p, diags = checkText("fuzz.acl", text) })
		if p == nil || p.Root == nil {
			t.Fatal("no program")
		}
		for _, d := range diags {
			if d.Code == "" || d.Message == "" || d.Span.IsZero() {
				t.Errorf("a message without code, words or place: %+v", d)
			}
		}
		for _, f := range p.Fabrics {
			check.Flatten(f)
		}
	})
}
