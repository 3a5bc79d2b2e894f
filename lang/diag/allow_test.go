package diag

import (
	"strings"
	"testing"

	"acl/lang/source"
)

func TestSilence(t *testing.T) {
	warn := func(f *source.File, line int, code Code) Diag {
		offset := 0
		for range line - 1 {
			offset += strings.IndexByte(f.Text[offset:], '\n') + 1
		}
		return Warnf(code, f.Span(offset, offset+1), "m")
	}
	for name, c := range map[string]struct {
		text string
		line int
		want string // codes and lines that stay
	}{
		"same line":            {"unit a; // allow W0301: known\n", 1, ""},
		"line above":           {"// allow W0301: known\nunit a;\n", 2, ""},
		"behind code above":    {"unit b; // allow W0301: known\nunit a;\n", 2, ""},
		"two lines above":      {"// allow W0301: known\n\nunit a;\n", 3, "W0902:1 W0301:3"},
		"line below":           {"unit a;\n// allow W0301: known\n", 1, "W0301:1 W0902:2"},
		"another code":         {"unit a; // allow W0302: known\n", 1, "W0301:1 W0902:1"},
		"no reason":            {"unit a; // allow W0301\n", 1, "W0901:1"},
		"empty reason":         {"unit a; // allow W0301:  \n", 1, "W0901:1"},
		"two above":            {"// allow W0301: x\n// allow W0302: y\nunit a;\n", 3, "W0902:2"},
		"in a string":          {`x: "// allow W0301: no";` + "\n", 1, "W0301:1"},
		"behind a string":      {`x: "\"//"; // allow W0301: yes` + "\n", 1, ""},
		"a doc comment":        {"/// allow W0301: no\nunit a;\n", 2, "W0301:2"},
		"talk":                 {"// allow for W0301: no\nunit a;\n", 2, "W0301:2"},
		"carriage return":      {"// allow W0301: known\r\nunit a;\r\n", 2, ""},
		"no space":             {"//allow W0301:known\nunit a;\n", 2, ""},
		"an error is no lint":  {"unit a; // allow E0203: please\n", 1, "W0301:1 W0902:1"},
		"several on the line":  {"unit a; // allow W0301: a\n", 1, ""},
		"a longer number":      {"unit a; // allow W03011: a\n", 1, "W0301:1 W0902:1"},
		"a comment in comment": {"unit a; // see // allow W0301: a\n", 1, "W0301:1"},
	} {
		f := source.NewFile("m.acl", c.text)
		list := List{warn(f, c.line, "W0301")}
		if name == "several on the line" {
			list.Add(Warnf("W0301", f.Span(5, 6), "another"))
		}
		var got []string
		for _, d := range Silence(list, []*source.File{f, f}) {
			got = append(got, string(d.Code)+":"+string(rune('0'+d.Span.Start.Line)))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q stays, want %q", name, s, c.want)
		}
	}
}

// With errors a program is not checked for everything, so an idle comment may be
// one whose warning has not been looked for.
func TestSilenceKeepsErrors(t *testing.T) {
	f := source.NewFile("m.acl", "unit a; // allow E0203: please\nunit b; // allow W0301: known\n")
	list := List{Errorf("E0203", f.Span(0, 1), "m"), Errorf("E0204", source.Span{}, "m")}
	got := Silence(list, []*source.File{f})
	if len(got) != 2 || got[0].Code != "E0204" || got[1].Code != "E0203" {
		t.Errorf("got %v", got)
	}
}

func TestSilencePlace(t *testing.T) {
	f := source.NewFile("m.acl", "unit a;  // allow W0301: known  \n")
	got := Silence(nil, []*source.File{f})
	if len(got) != 1 || got[0].Span.Text() != "// allow W0301: known" {
		t.Errorf("got %v", got)
	}
}
