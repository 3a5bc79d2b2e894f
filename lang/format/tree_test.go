package format_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"acl/lang/diag"
	"acl/lang/format"
	"acl/lang/source"
	"acl/lang/syntax"
)

// sameTree reports where formatting changed what a text means. Places may differ,
// and nothing else.
func sameTree(t *testing.T, text string) {
	t.Helper()
	out, diags := format.Source(source.NewFile("t.acl", text))
	if diags.HasErrors() {
		return
	}
	before, _ := syntax.Parse(source.NewFile("t.acl", text))
	after, _ := syntax.Parse(source.NewFile("t.acl", out))
	opts := cmp.Options{cmpopts.IgnoreTypes(source.Span{}, &source.File{}), cmpopts.EquateNaNs()}
	if d := cmp.Diff(before, after, opts); d != "" {
		t.Errorf("the tree of %.80q changed:\n%s", text, d)
	}
}

// crowded has each form of the language with as little white space as can be.
const crowded = "acl 1;use std.nn;module M{param p:module=K;in x:[?,2*D];out y:[4];" +
	"if not(a==b)and c<-1 or d{unit u[1+i]=nn.f(-1,a=[-b,- 2V],s=\"a  b\");}else if e{}else{}" +
	"repeat i in 1..n{route(a.b[1..2],c)->nn.f(a=-1,-b)->u{via:bus[0];}->y;}}" +
	"fabric F:a.b{when(a or b)and c:[1..2,x.y(3)];k.l s.t{z:true;}}train M on F{stop{when:a>=5%;}}"

func TestTreeStays(t *testing.T) {
	for _, text := range programs(t) {
		sameTree(t, text)
	}
	sameTree(t, crowded)
	if _, diags := syntax.Parse(source.NewFile("t.acl", crowded)); len(diags) > 0 {
		t.Error(diags)
	}
	for _, e := range diag.All() {
		sameTree(t, e.Example)
	}
}

// The examples that explain the codes are laid out as programs are.
func TestExamplesAreFixedPoints(t *testing.T) {
	seen := 0
	for _, e := range diag.All() {
		out, diags := format.Source(source.NewFile(string(e.Code), e.Example))
		if len(diags) > 0 {
			continue
		}
		seen++
		differ(t, string(e.Code), out, e.Example)
	}
	if seen < 40 {
		t.Errorf("only %d examples parse", seen)
	}
}

func FuzzTree(f *testing.F) {
	for _, text := range programs(f) {
		f.Add(text)
	}
	f.Add(crowded)
	f.Fuzz(func(t *testing.T, text string) { sameTree(t, text) })
}
