package lower_test

import (
	"fmt"
	"strings"
	"testing"

	"acl/internal/frugal"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lower"
)

// refusals are programs with one fault or more. «CODE» stands just before the
// first character of the place of a message; what follows from a fault is silent.
var refusals = map[string]string{
	"two drivers":           `module M { in x: [4]; out y: [4]; route x -> y; route x -> «E0203»y; }`,
	"two drivers of a unit": `module M { in x: [4]; out y: [4]; unit s = nn.add(); route x -> s.b; route (x, x) -> «E0203»s -> y; }`,
	"driven in each turn":   `module M { in x: [4]; out y: [4]; repeat i in 1 .. 2 { route x -> «E0203»y; } }`,
	"undriven input":        `module M { in x: [4]; out y: [4]; unit «E0204»s = nn.add(); route x -> s.a; route s -> y; }`,
	"undriven sub":          `module M { in x: [4]; out y: [4]; unit «E0204»s = nn.sub(); route x -> s.b; route s -> y; }`,
	"undriven output":       `module M { in x: [4]; out «E0204»y: [4]; out z: [4]; route x -> z; }`,
	"cycle": `module M { in x: [4]; out y: [4]; unit s = nn.add(); unit r = nn.relu();
  route x -> s.a; route s -> r -> «E0205»s.b; route r -> y; }`,
	"cycle of one":  `module M { in x: [4]; out y: [4]; unit s = nn.add(); route s -> «E0205»s.b; route x -> s.a; route s -> y; }`,
	"no port":       `module M { in x: [4]; out y: [4]; unit s = nn.sub(); route x -> «E0223»s -> y; }`,
	"list too long": `module M { in x: [4]; out y: [4]; unit s = nn.sub(); route (x, x, x) -> «E0223»s -> y; }`,
	"several outputs": `module Two { in x: [4]; out y: [4]; out z: [4]; route x -> y; route x -> z; }
module M { in x: [4]; out y: [4]; unit t = Two(); route x -> t; route «E0223»t -> y; }`,
	"no element":          `module M { in x: [4]; out y: [4]; unit r[1] = nn.relu(); route x -> r[1]; route «E0201»r[2] -> y; }`,
	"output read":         `module M { in x: [4]; out y: [4]; out z: [4]; route x -> y; route «E0223»y -> z; }`,
	"output in mid-route": `module M { in x: [4]; out y: [4]; out z: [4]; route x -> «E0223»y -> z; }`,
	"unread unit":         `module M { in x: [4]; out y: [4]; unit «W0203»r = nn.relu(); route x -> r; route x -> y; }`,

	"shape of a sum": `module M { in x: [4]; out y: [4]; unit d = nn.dense(5); unit s = nn.add();
  route x -> d -> s.a; route x -> «E0301»s.b; route s -> y; }`,
	"shape of a unit":    `module M { in x: [1, 8, 8]; out y: [10]; unit d = nn.dense(10); route x -> «E0301»d -> y; }`,
	"shape of an output": `module M { in x: [4]; out y: [10]; unit d = nn.dense(9); route x -> d -> «E0301»y; }`,
	"shape of an instance": `module A { in x: [4]; out y: [4]; route x -> y; }
module M { in x: [5]; out y: [4]; unit a = A(); route x -> «E0301»a -> y; }`,
	"symbols that differ": `module A { in x: [D]; in z: [D]; out y: [D]; route (x, z) -> nn.add() -> y; }
module M { in x: [5]; in z: [4]; out y: [?]; unit a = A(); route x -> a.x; route z -> «E0301»a.z; route a -> y; }`,
	"wrong axis":    `module M { in x: [4]; out y: [4]; unit m = nn.mean(axis = «E0304»token); route x -> m -> y; }`,
	"wrong range":   `module M { in x: [4]; out y: [?]; unit m = nn.slice(axis = feature, range = «E0305»2 .. 4); route x -> m -> y; }`,
	"shared shapes": `module M { in x: [4]; out y: [5]; unit a = nn.dense(5); unit b = a; route x -> a -> «E0303»b -> y; }`,
	"several faults, in order": `module M { in x: [1, 8, 8]; out «E0204»z: [4]; out y: [10];
  unit d = nn.dense(10); unit «E0204»s = nn.add();
  route x -> «E0301»d -> s.a; route s -> nn.relu() -> y; }`,
	"one fault in many instances": `module A { in x: [D]; out y: [?]; unit c = nn.conv(2, 3x3); route x -> «E0301»c -> y; }
module M { in x: [4]; out y: [?]; unit a = A(); unit b = A(); route x -> a; route x -> b; route (a, b) -> nn.add() -> y; }`,
	"alone, as far as known": `module A { param n: int; in x: [C, H, W]; out y: [n]; unit d = nn.dense(n); route x -> «E0301»d -> y; }
module M { in x: [4]; out y: [4]; route x -> y; }`,
	"an arm that depends on what arrives": `module A { in x: [C, H]; out y: [?, ?]; if C > 1 { route x -> nn.relu() -> y; } else { route x -> y; } }
module M { in x: [4]; out y: [4]; route x -> y; }`,
	"unbound symbol": `module A { in x: [«E0302»2 * D]; out y: [?]; route x -> y; }
module M { in x: [4]; out y: [4]; unit a = A(); route x -> a -> y; }`,
	"bound elsewhere": `module A { in x: [2 * D]; in z: [D]; out y: [D]; route z -> y; }
module M { in x: [5]; in z: [2]; out y: [2]; unit a = A(); route x -> «E0301»a.x; route z -> a.z; route a -> y; }`,
	"too many turns":   `module M { param n: int = 1000000; in x: [4]; out y: [4]; repeat i in «E0509»1 .. n { route x -> y; } }`,
	"reversed list":    `module M { param n: int = 0; in x: [4]; out y: [4]; unit h[1] = nn.relu(); route x -> h[1]; route (h[«E0404»1 .. n]) -> nn.add() -> y; }`,
	"a dimension of 0": `module M { param n: int = 0; in x: [4]; out y: [«E0403»n]; route x -> y; }`,
	"a width of 0":     `module M { param n: int = 0; in x: [4]; out y: [4]; unit d = nn.dense(«E0403»n); route x -> d -> y; }`,
	"input as a hop":   `module M { in x: [4]; in z: [4]; out y: [4]; route x -> «E0223»z -> y; }`,
	"recursion through a parameter": `module A { param k: module; in x: [4]; out y: [4]; unit a = «E0220»k(k = k); route x -> a -> y; }
module M { in x: [4]; out y: [4]; unit a = A(k = A); route x -> a -> y; }`,
}

func TestRefusals(t *testing.T) {
	for name, marked := range refusals {
		text, want := unmark(head + marked)
		p, diags := program(t, "m.acl", text, "")
		if diags.HasErrors() {
			t.Errorf("%s: package check says %v", name, diags.Errors())
			continue
		}
		var got []string
		for _, d := range lower.CheckModules(p) {
			got = append(got, fmt.Sprintf("%s at %d", d.Code, d.Span.Start.Offset))
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s: got %v, want %v\n%v", name, got, want, lower.CheckModules(p))
		}
	}
}

// TestBrokenDefinitionsAreSilent holds elaboration to what package check has not
// said: what follows from a broken definition adds nothing, and the rest is found.
func TestBrokenDefinitionsAreSilent(t *testing.T) {
	for name, marked := range map[string]string{
		"unknown hop":            `module M { in x: [4]; out y: [4]; unit relay = nn.relu(); route x -> rely -> y; }`,
		"unknown unit":           `module M { in x: [4]; out y: [4]; unit r = nn.rely(); route x -> r -> y; }`,
		"unknown argument":       `module M { in x: [4]; out y: [4]; unit d = nn.dense(wide = 4); route x -> d -> y; }`,
		"missing argument":       `module M { in x: [4]; out y: [4]; unit d = nn.dense(); route x -> d -> y; }`,
		"unknown port":           `module M { in x: [4]; out y: [4]; unit s = nn.sub(); route x -> s.a; route x -> s.q; route s -> y; }`,
		"broken module":          `module A { in x: [4]; out y: [k]; route x -> y; } module M { in x: [4]; out y: [4]; unit a = A(); route x -> a -> y; }`,
		"recursion":              `module M { in x: [4]; out y: [4]; unit m = M(); route x -> m -> y; }`,
		"condition":              `module M { in x: [4]; out y: [4]; if 3 { route x -> y; } }`,
		"range in a hop":         `module M { in x: [4]; out y: [4]; unit r[1] = nn.relu(); route x -> r[1 .. 2] -> y; }`,
		"directive":              `module M { in x: [4]; out y: [4]; route x -> nn.relu() { scale: 3; hold: never; } -> y; }`,
		"and an undriven output": `module M { in x: [4]; out y: [4]; out «E0204»z: [4]; unit d = nn.dense(wide = 4); route x -> d -> y; }`,
	} {
		text, want := unmark(head + marked)
		p, diags := program(t, "m.acl", text, "")
		if !diags.HasErrors() {
			t.Errorf("%s: package check finds nothing", name)
		}
		var got []string
		for _, d := range lower.CheckModules(p) {
			got = append(got, fmt.Sprintf("%s at %d", d.Code, d.Span.Start.Offset))
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s: got %v, want %v\n%v", name, got, want, lower.CheckModules(p))
		}
	}
}

// TestExplainedExamples runs the program that explains each code of this part of
// lowering: it must bring about just that.
func TestExplainedExamples(t *testing.T) {
	for _, code := range []diag.Code{
		"E0203", "E0204", "E0205", "E0223", "E0301", "E0302", "E0303", "E0304", "E0305", "E0509", "E0605", "E0606",
	} {
		entry, ok := diag.Lookup(code)
		if !ok {
			t.Errorf("%s is not explained", code)
			continue
		}
		p, found := program(t, "m.acl", entry.Example, "")
		if found.HasErrors() {
			t.Errorf("%s: the example has other errors: %v", code, found.Errors())
			continue
		}
		found = lower.CheckModules(p)
		for _, m := range p.Modules {
			if m.Unit == p.Root {
				g, diags := lower.Elaborate(p, m, lower.ElaborateOptions{})
				found.Add(diags...)
				found.Add(lossDiags(p, m, g)...)
			}
		}
		found.Sort()
		seen := false
		for _, d := range found {
			seen = seen || d.Code == code
			if d.Code != code && d.Code != "E0302" { // a module on its own has no shapes
				t.Errorf("%s: the example says %v as well", code, d)
			}
		}
		if !seen {
			t.Errorf("%s: the example says %v", code, found)
		}
	}
}

// lossDiags differentiates the train blocks of a module.
func lossDiags(p *check.Program, m *check.Module, g *ir.Graph) diag.List {
	var all diag.List
	for _, b := range p.Plans {
		if b.Kind != "train" || b.Module != m || g == nil {
			continue
		}
		losses, diags := p.Losses(b)
		all.Add(diags...)
		_, diags = lower.Differentiate(g, p.Table, losses)
		all.Add(diags...)
	}
	return all
}

// unmark takes the marks out of a text and returns what they announce.
func unmark(text string) (string, []string) {
	var want []string
	for {
		before, rest, found := strings.Cut(text, "«")
		if !found {
			return text, want
		}
		code, after, _ := strings.Cut(rest, "»")
		want = append(want, fmt.Sprintf("%s at %d", code, len(before)))
		text = before + after
	}
}

func onlyDiag(t *testing.T, text string) diag.Diag {
	t.Helper()
	p, _ := program(t, "m.acl", head+text, "")
	g, diags := lower.Elaborate(p, last(p), lower.ElaborateOptions{})
	if g != nil || len(diags) != 1 {
		t.Fatalf("got %v, want one message", diags)
	}
	return diags[0]
}

func TestShapeMessage(t *testing.T) {
	d := onlyDiag(t, `module M { in x: [4]; out y: [10]; unit d = nn.dense(9); route x -> d -> nn.relu() -> y; }`)
	if want := "got [9] from relu#1, want [10] by y"; d.Message != want {
		t.Errorf("message is %q, want %q", d.Message, want)
	}
	var hops []string
	for _, r := range d.Related {
		hops = append(hops, r.Span.Text()+" "+r.Text)
	}
	if got, want := strings.Join(hops, ", "), "x [4], d [9], nn.relu [9], 9 the width comes from here"; got != want {
		t.Errorf("hops are %s, want %s", got, want)
	}
}

func TestCycleMessage(t *testing.T) {
	d := onlyDiag(t, `module M { in x: [4]; out y: [4]; unit s = nn.add(); unit r = nn.relu();
  route x -> s.a; route s -> nn.tanh() -> r -> s.b; route r -> y; }`)
	var hops []string
	for _, r := range d.Related {
		hops = append(hops, r.Span.Text())
	}
	if got := strings.Join(hops, " "); d.Span.Text() != "s.b" || got != "nn.tanh r" {
		t.Errorf("the cycle is at %s, with %s", d.Span.Text(), got)
	}
}

func TestDriversMessage(t *testing.T) {
	d := onlyDiag(t, `module M { in x: [4]; out y: [4]; unit s = nn.sub(); route x -> s.a; route x -> s.a; route x -> s.b; route s -> y; }`)
	if len(d.Related) != 1 || d.Related[0].Text != "first driven here" || !strings.Contains(d.Hint, "s.b") {
		t.Errorf("got %+v", d)
	}
}

func TestInstanceIsNamed(t *testing.T) {
	d := onlyDiag(t, `module A { in x: [D]; out y: [?]; unit c = nn.conv(2, 3x3); route x -> c -> y; }
module B { in x: [D]; out y: [?]; unit a = A(); route x -> a -> y; }
module M { in x: [4]; out y: [?]; unit b = B(); route x -> b -> y; }`)
	var text []string
	for _, r := range d.Related {
		text = append(text, r.Text)
	}
	if got, want := strings.Join(text, ", "), "[4], in the instance `b.a`, in the instance `b`"; got != want {
		t.Errorf("related are %q, want %q", got, want)
	}
}

func TestMissingParameter(t *testing.T) {
	d := onlyDiag(t, `module M { param n: int; in x: [4]; out y: [n]; unit d = nn.dense(n); route x -> d -> y; }`)
	if d.Code != "E0211" || d.Span.Text() != "n" {
		t.Errorf("got %v at %q", d, d.Span.Text())
	}
}

// FuzzElaborate asserts that no text makes elaboration panic, that a program
// without errors has a graph, and that the graph keeps the rules, folded or not.
func FuzzElaborate(f *testing.F) {
	for _, text := range refusals {
		text, _ = unmark(text)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p *check.Program
		var diags, found diag.List
		frugal.Check(t, func() {
			p, diags = program(t, "m.acl", head+text, "")
			found = lower.CheckModules(p)
		})
		if diags.HasErrors() || found.HasErrors() {
			return
		}
		for _, m := range p.Modules {
			g, diags := lower.Elaborate(p, m, lower.ElaborateOptions{})
			if (g == nil) != diags.HasErrors() {
				t.Fatalf("%s: graph %v with %v", m.Name, g, diags)
			}
			if g != nil {
				verify(t, g)
				verify(t, lower.Fold(g))
			}
		}
	})
}
