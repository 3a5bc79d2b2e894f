package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func (c *client) rename(uri string, p position, to string) map[string][]textEdit {
	c.t.Helper()
	var e workspaceEdit
	c.must("textDocument/rename", placeJSON(uri, p, `, "newName": `+quoted(to)), &e)
	return e.Changes
}

// apply makes edits in the text that they were made for.
func apply(text string, edits []textEdit) string {
	l := newLines(text)
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b textEdit) int { return l.offset(b.Range.Start) - l.offset(a.Range.Start) })
	for _, e := range edits {
		text = text[:l.offset(e.Range.Start)] + e.NewText + text[l.offset(e.Range.End):]
	}
	return text
}

func TestRenameInFile(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	c.diagnostics(uri)
	for _, k := range []struct {
		what, to string
		places   int
	}{
		{"c1 -> nn", "first", 3},   // declared, routed, placed
		{"hidden)", "size", 2},     // the comment's word is no name
		{"fc2 ->", "head", 3},      // declared, routed, reused
		{"y, label", "classes", 3}, // declared, routed, in the loss
		{"Digits {", "Numbers", 3},
		{"Bench {", "Desk", 3},
	} {
		changes := c.rename(uri, at(t, text, k.what, 1, 0), k.to)
		if len(changes) != 1 || len(changes[uri]) != k.places {
			t.Errorf("%q: %v, want %d places", k.what, changes, k.places)
		}
		c.change(uri, apply(text, changes[uri]))
		if p := c.diagnostics(uri); len(p.Diagnostics) != 0 {
			t.Errorf("after renaming %q: %+v", k.what, p.Diagnostics)
		}
		c.change(uri, text)
		c.diagnostics(uri)
	}
	c.end()
}

func TestRenameRefused(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	for _, k := range []struct {
		what, to string
		by       int
		code     int
		why      string
	}{
		{"c1  =", "p1", 0, codeRequestFailed, "does not fit"},
		{"c1  =", "nn", 0, codeRequestFailed, "does not fit"},
		{"c1  =", "unit", 0, codeInvalidParams, "reserved"},
		{"c1  =", "1c", 0, codeInvalidParams, "no name"},
		{"nn;", "net", 0, codeRequestFailed, "name of its file"},
		{"chips.fabric45", "mine", 6, codeRequestFailed, "in the library"},
		{"batch:", "lot", 0, codeRequestFailed, "name of the language"},
		{"kernel =", "core", 0, codeRequestFailed, "name of the language"},
		{"// A small", "x", 3, codeRequestFailed, "no name stands here"},
	} {
		got := c.refused(k.code, "textDocument/rename", placeJSON(uri, at(t, text, k.what, 1, k.by), `, "newName": `+quoted(k.to)))
		if !strings.Contains(got, k.why) {
			t.Errorf("%q to %q: %q, want %q", k.what, k.to, got, k.why)
		}
	}
	var p prepared
	c.must("textDocument/prepareRename", placeJSON(uri, at(t, text, "fc1, fc2", 1, 1), ""), &p)
	if p.Placeholder != "fc1" || p.Range.Start != at(t, text, "fc1, fc2", 1, 0) {
		t.Errorf("prepared %+v", p)
	}
	c.refused(codeRequestFailed, "textDocument/prepareRename", placeJSON(uri, at(t, text, "batch:", 1, 0), ""))
	c.end()
}

const (
	partText = "acl 1;\n\nuse std.nn;\n\nmodule Part {\n  param wide: int = 2;\n  in  x: [D];\n  out y: [wide];\n  unit f = nn.dense(wide);\n  route x -> f -> y;\n}\n"
	mainText = "acl 1;\n\nuse part;\n\nmodule Whole {\n  in  x: [4];\n  out y: [3];\n  unit p = part.Part(wide = 3);\n  route x -> p.x;\n  route p.y -> y;\n}\n"
)

// two writes a program of two files and opens both.
func two(t *testing.T, c *client) (part, main string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"part.acl": partText, "main.acl": mainText} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	part, main = fileURI(filepath.ToSlash(filepath.Join(dir, "part.acl"))), fileURI(filepath.ToSlash(filepath.Join(dir, "main.acl")))
	c.open(main, mainText)
	if p := c.diagnostics(main); len(p.Diagnostics) != 0 {
		t.Fatalf("of the program: %+v", p.Diagnostics)
	}
	return part, main
}

func TestRenameAcrossFiles(t *testing.T) {
	c := connect(t, "null")
	part, main := two(t, c)
	c.open(part, partText)
	for _, k := range []struct {
		what, to    string
		here, there int
	}{
		{"Part {", "Piece", 1, 1},
		{"wide: int", "breadth", 3, 1},
		{"x: [D]", "from", 2, 1},
	} {
		changes := c.rename(part, at(t, partText, k.what, 1, 0), k.to)
		if len(changes[part]) != k.here || len(changes[main]) != k.there {
			t.Errorf("%q: %v", k.what, changes)
		}
	}
	// From the other side, the same.
	changes := c.rename(main, at(t, mainText, "wide = 3", 1, 0), "breadth")
	if len(changes[part]) != 3 || len(changes[main]) != 1 {
		t.Errorf("from the reader: %v", changes)
	}
	c.end()
}

func TestDefinitionAcrossFiles(t *testing.T) {
	c := connect(t, "null")
	part, main := two(t, c)
	for what, target := range map[string]string{"Part(": "Part {", "wide = 3": "wide: int", "x;\n  route p": "x: [D]"} {
		got := c.definition(main, at(t, mainText, what, 1, 0))
		if len(got) != 1 || got[0].URI != part || got[0].Range.Start != at(t, partText, target, 1, 0) {
			t.Errorf("of %q: %v", what, got)
		}
	}
	if got := c.definition(main, at(t, mainText, "part;", 1, 0)); len(got) != 1 || got[0].URI != part || got[0].Range.Start != (position{}) {
		t.Errorf("of the import: %v", got)
	}
	if got := c.hover(main, at(t, mainText, "p = part", 1, 0)); !strings.Contains(got, "`p`: x [4] → [3], 15 parameters") {
		t.Errorf("over the instance: %q", got)
	}
	c.open(part, partText)
	if got := c.hover(part, at(t, partText, "f = nn", 1, 0)); !strings.Contains(got, "`p.f`: [4] → [3], 15 parameters") {
		t.Errorf("over the unit, as the other document uses it: %q", got)
	}
	c.end()
}

// What is open counts, not what is on disk; a program is checked again when a file
// that it uses changes.
func TestChangeOfAUsedFile(t *testing.T) {
	c := connect(t, "null")
	part, main := two(t, c)
	c.open(part, strings.ReplaceAll(partText, "wide", "width"))
	if p := c.diagnostics(main); len(p.Diagnostics) == 0 {
		t.Error("the used file has lost its parameter, and the program is right")
	}
	c.notify("textDocument/didClose", `{"textDocument": {"uri": `+quoted(part)+`}}`)
	if p := c.diagnostics(main); len(p.Diagnostics) != 0 {
		t.Errorf("the file on disk is right: %+v", p.Diagnostics)
	}
	c.end()
}

// A client that knows files only gets the library in a folder that goes with the
// session.
func TestLibraryInFiles(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	got := c.definition(uri, at(t, text, "chips.fabric45", 1, len("chips.")))
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	name := filepath.FromSlash(fileOf(got[0].URI))
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	l := newLines(string(data))
	if r := got[0].Range; string(data[l.offset(r.Start):l.offset(r.End)]) != "fabric45" {
		t.Errorf("the place is %v", r)
	}
	c.open(got[0].URI, string(data))
	if p := c.diagnostics(got[0].URI); len(p.Diagnostics) != 0 {
		t.Errorf("of the library's file: %+v", p.Diagnostics)
	}
	c.end()
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
