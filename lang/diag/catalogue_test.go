package diag_test

import (
	"regexp"
	"strings"
	"testing"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lower"
	"acl/stdlib"
)

func TestEntriesAreComplete(t *testing.T) {
	sentence := regexp.MustCompile(`[.:;?]( |$)`)
	last := diag.Code("")
	for _, e := range diag.All() {
		if e.Code <= last {
			t.Errorf("%s stands behind %s", e.Code, last)
		}
		last = e.Code
		if got, ok := diag.Lookup(e.Code); !ok || got != e {
			t.Errorf("Lookup(%s) finds %v", e.Code, got.Code)
		}
		if n := len(sentence.FindAllString(e.Explain, -1)); n < 1 || !strings.HasSuffix(e.Explain, ".") {
			t.Errorf("%s: %d sentences", e.Code, n)
		}
		if e.Title == "" || strings.HasSuffix(e.Title, ".") || e.Example == "" {
			t.Errorf("%s: the title is %q", e.Code, e.Title)
		}
	}
	for _, c := range []diag.Code{"", "E0000", "E0299", "W9999"} {
		if _, ok := diag.Lookup(c); ok {
			t.Errorf("Lookup(%q) finds something", c)
		}
	}
}

// atRun are the codes that the text of a program alone does not trigger: they
// depend on files or on what is measured. Their examples are programs that are
// right as far as checks go.
func atRun(c diag.Code) bool {
	return strings.HasPrefix(string(c), "E061")
}

func TestExamplesTriggerTheirCodes(t *testing.T) {
	for _, e := range diag.All() {
		got := compile(e)
		if atRun(e.Code) {
			if len(got) > 0 {
				t.Errorf("%s: a right program is wanted, got %v", e.Code, got)
			}
			continue
		}
		// A value without a known unit has the wrong type as well, at the same place.
		if e.Code == "E0406" && len(got) == 2 && got[1].Span == got[0].Span {
			got = got[:1]
		}
		if len(got) != 1 || got[0].Code != e.Code {
			t.Errorf("%s: got %v\n%s", e.Code, got, e.Example)
		}
	}
}

// compile checks and lowers the example of an entry. With an error, warnings are
// dropped: what is wrong with a program may well make its signals weak, too.
func compile(e diag.Entry) diag.List {
	file := source.NewFile("example.acl", e.Example)
	load := func(*source.File, string) (*source.File, error) { return file, nil }
	p, list := check.Check(file, stdlib.Table(), check.Options{Load: load, Library: stdlib.File, Libraries: stdlib.Libraries()})
	if !list.HasErrors() {
		list.Add(lower.CheckModules(p)...)
	}
	if !list.HasErrors() && !atRun(e.Code) {
		list.Add(lowered(p, strings.HasPrefix(string(e.Code), "W"))...)
	}
	if strings.HasPrefix(string(e.Code), "E") {
		return list.Errors()
	}
	return diag.Silence(list, []*source.File{file})
}

// lowered takes the program's trainings through all passes, side by side. What a run would
// refuse is nothing that an example of a warning is about.
func lowered(p *check.Program, warns bool) diag.List {
	var list []*lower.State
	for _, b := range p.Plans {
		if b.Kind != "train" {
			continue
		}
		s := &lower.State{Program: p, Module: b.Module, Fabric: b.Fabric, Train: b}
		if plan := p.Plan("schedule", b.Module, b.Fabric); plan != nil {
			s.Schedule = plan.Settings
		}
		lower.Run(s, "")
		list = append(list, s)
	}
	var diags diag.List
	if len(list) > 1 {
		lower.Divide(list)
	}
	for _, s := range list {
		diags.Add(s.Diags...)
		if !warns {
			diags.Add(s.Refused...)
		}
	}
	return diags
}
