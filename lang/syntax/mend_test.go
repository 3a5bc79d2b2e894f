package syntax

import (
	"testing"

	"acl/lang/source"
)

// What is left out belongs to no part of the tree before it, and a semicolon that
// was put in to none at all.
func TestSpansBesideWhatIsMended(t *testing.T) {
	for text, want := range map[string]string{
		"acl 1; fabric F { a: 93; 19, 25; }": "a: 93;",
		"acl 1; fabric F { a: 93 b: 2; }":    "a: 93",
	} {
		f, diags := Parse(source.NewFile("m.acl", text))
		if len(diags) != 1 || len(f.Decls) != 1 {
			t.Fatalf("%s: %v", text, diags)
		}
		body := f.Decls[0].(*Fabric).Body
		if got := body.Settings[0].Span.Text(); got != want {
			t.Errorf("%s: the setting is %q, want %q", text, got, want)
		}
		if got := f.Decls[0].Place().Text(); got != text[len("acl 1; "):] {
			t.Errorf("%s: the fabric is %q", text, got)
		}
	}
}
