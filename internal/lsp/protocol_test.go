package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"acl/lang/syntax"
)

func TestOrderOfASession(t *testing.T) {
	c := dial(t)
	c.refused(codeNotInitialized, "textDocument/hover", "{}")
	c.notify("textDocument/didOpen", `{"textDocument": {"uri": "untitled:early"}}`) // too early: dropped
	var r initializeResult
	c.must("initialize", `{"capabilities": {}}`, &r)
	if !r.Capabilities.Hover || !r.Capabilities.Rename.Prepare || r.Capabilities.PositionEncoding != "utf-16" || r.Capabilities.Sync.Change != 2 {
		t.Errorf("got %+v", r)
	}
	c.refused(codeInvalidRequest, "initialize", "{}")
	c.refused(codeNoMethod, "textDocument/typeDefinition", "{}")
	c.refused(codeNoMethod, "$/unknown", "{}")
	c.notify("$/setTrace", `{"value": "off"}`)
	c.notify("workspace/unheardOf", `{}`)
	c.refused(codeInvalidParams, "textDocument/hover", `{"position": 3}`)
	c.refused(codeInvalidParams, "textDocument/hover", `{"textDocument": {"uri": "untitled:none"}}`)
	c.must("shutdown", "null", nil)
	c.refused(codeInvalidRequest, "textDocument/hover", "{}")
	c.notify("exit", "null")
	if err := <-c.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestUncleanEnds(t *testing.T) {
	c := connect(t, "null")
	c.notify("exit", "null")
	if err := <-c.ended; !errors.Is(err, ErrUnclean) {
		t.Errorf("exit without shutdown: %v", err)
	}
	c = connect(t, "null")
	c.to.Close()
	if err := <-c.ended; !errors.Is(err, ErrUnclean) {
		t.Errorf("the stream ends: %v", err)
	}
	c = connect(t, "null")
	if _, err := io.WriteString(c.to, "Content-Length: 10\r\n\r\n{}"); err != nil {
		t.Fatal(err)
	}
	c.to.Close()
	if err := <-c.ended; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream ends in a message: %v", err)
	}
}

func TestMalformedMessages(t *testing.T) {
	c := connect(t, "null")
	for _, k := range []struct {
		content string
		code    int
	}{
		{`{"jsonrpc": "2.0", "id": 1`, codeParse},
		{`nonsense`, codeParse},
		{`[]`, codeInvalidRequest},
		{`{"id": 1, "method": "shutdown"}`, codeInvalidRequest},
		{`{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}`, codeInvalidRequest},
		{`{"jsonrpc": "2.0"}`, codeInvalidRequest},
	} {
		c.raw(k.content)
		r := c.response()
		if r.Error == nil || r.Error.Code != k.code || string(r.ID) != "null" && len(r.ID) > 0 {
			t.Errorf("%s: got %+v, want %d", k.content, r, k.code)
		}
	}
	c.raw(`{"jsonrpc": "2.0", "id": 7, "result": null}`) // an answer to nothing
	c.notify("textDocument/didChange", `{"textDocument": {"uri": "untitled:none"}}`)
	c.must("shutdown", "null", nil)
	if len(c.notes) != 1 || c.notes[0].Method != "window/showMessage" {
		t.Errorf("a change of a document that is not open: %+v", c.notes)
	}
	c.notify("exit", "null")
}

func TestLostFraming(t *testing.T) {
	c := connect(t, "null")
	if _, err := io.WriteString(c.to, "Content-Length: many\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if r := c.response(); r.Error == nil || r.Error.Code != codeParse {
		t.Errorf("got %+v", r)
	}
	if err := <-c.ended; !errors.Is(err, errFrame) {
		t.Errorf("ended with %v", err)
	}
}

// A request that waits behind others is cancelled before its turn.
func TestCancel(t *testing.T) {
	q := newQueue()
	var sent strings.Builder
	for _, content := range []string{
		`{"jsonrpc": "2.0", "id": 1, "method": "textDocument/hover"}`,
		`{"jsonrpc": "2.0", "id": "b", "method": "textDocument/hover"}`,
		`{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "b"}}`,
		`{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}}`,
		`{"jsonrpc": "2.0", "method": "$/cancelRequest"}`,
	} {
		if err := writeFrame(&sent, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	q.fill(t.Context(), newFrames(strings.NewReader(sent.String())))
	var out strings.Builder
	s := &server{out: &out, log: io.Discard}
	for range 2 {
		c, _ := q.take(t.Context(), false)
		if done, err := s.handle(q, c); done || err != nil {
			t.Fatal(done, err)
		}
	}
	f := newFrames(strings.NewReader(out.String()))
	for _, want := range []int{codeNotInitialized, codeCancelled} {
		content, err := f.next()
		if err != nil {
			t.Fatal(err)
		}
		var r responseIn
		if err := json.Unmarshal(content, &r); err != nil || r.Error == nil || r.Error.Code != want {
			t.Errorf("got %s, want error %d", content, want)
		}
	}
	if len(q.waiting) != 0 {
		t.Errorf("%d requests still wait", len(q.waiting))
	}
}

func TestTooLarge(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:large"
	c.open(uri, "acl 1;\n"+strings.Repeat("// filler\n", syntax.MaxBytes/10))
	p := c.diagnostics(uri)
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "E0108" {
		t.Errorf("of a document over the size: %+v", p.Diagnostics)
	}
	if got := c.hover(uri, position{0, 0}); got != "" {
		t.Errorf("hover: %q", got)
	}
	c.refused(codeRequestFailed, "textDocument/rename", placeJSON(uri, position{}, `, "newName": "n"`))

	// Even the message is too large to be read.
	c.open("untitled:huge", strings.Repeat("x", maxMessage))
	p = c.diagnostics("untitled:huge")
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "E0108" {
		t.Errorf("of a message over the size: %+v", p.Diagnostics)
	}
	c.notify("textDocument/didChange", `{"textDocument": {"uri": "untitled:huge", "version": 2}, "contentChanges": [{"range":
		{"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}, "text": ""}]}`)
	if p = c.diagnostics("untitled:huge"); len(p.Diagnostics) != 1 {
		t.Errorf("a change of what is not known: %+v", p.Diagnostics)
	}
	c.change("untitled:huge", "acl 1;\n")
	if p = c.diagnostics("untitled:huge"); len(p.Diagnostics) != 0 {
		t.Errorf("small again: %+v", p.Diagnostics)
	}
	c.raw(fmt.Sprintf(`{"jsonrpc": "2.0", "id": 41, "method": "acl/text", "params": {"uri": %q}}`, strings.Repeat("u", maxMessage)))
	if r := c.response(); string(r.ID) != "41" || r.Error == nil || r.Error.Code != codeInvalidRequest {
		t.Errorf("of a request over the size: %+v", r)
	}
	c.end()
}

func TestIncrementalChanges(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:grow"
	c.open(uri, "acl 1;\n// ä𝄞 note\nmodule M {\n}\n")
	c.notify("textDocument/didChange", `{"textDocument": {"uri": "`+uri+`", "version": 2}, "contentChanges": [
		{"range": {"start": {"line": 1, "character": 3}, "end": {"line": 1, "character": 6}}, "text": "b"},
		{"range": {"start": {"line": 2, "character": 10}, "end": {"line": 2, "character": 10}}, "text": "\n  in x: [4];\n  out y: [4];\n  route x -> y;"}]}`)
	if p := c.diagnostics(uri); p.Version == nil {
		t.Error("no version")
	}
	var lens []documentSymbol
	c.must("textDocument/documentSymbol", `{"textDocument": {"uri": "`+uri+`"}}`, &lens)
	if len(lens) != 1 || len(lens[0].Children) != 2 || lens[0].Children[1].Name != "y" {
		t.Errorf("got %+v", lens)
	}
	c.end()
}

// Columns count UTF-16 code units, whatever stands before.
func TestColumns(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:columns"
	text := "acl 1;\n\nmodule M {\n  in x: [4];\n  out y: [4];\n  route x -> y;\n}\n\nfabric F { /* 𝄞 */ }\n"
	text = strings.Replace(text, "/* 𝄞 */", "costs: \"𝄞ä\"; zzz: 1;", 1)
	c.open(uri, text)
	p := c.diagnostics(uri)
	found := false
	for _, d := range p.Diagnostics {
		found = found || d.Range.Start == (position{8, 25}) && d.Range.End == (position{8, 28})
	}
	if !found {
		t.Errorf("the unknown key is not at 8:25: %+v", p.Diagnostics)
	}
	c.end()
}

// Every request at every place of broken texts is answered, and nothing is logged.
func TestBrokenTexts(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	texts := []string{"", "acl", "acl 1;\nmodule", "acl 1;\nmodule M { unit u = u; unit v = w; unit w = v; route u -> -> }", "\x00\xff", "acl 1;\nuse ;", "}}}}", "\"", "acl 1;\nmodule M { in x: [x]; out x: [X]; route x.x.x -> M[M] -> x(x = x); if { } else"}
	for cut := 0; cut < len(text); cut += 211 {
		texts = append(texts, text[:cut], text[cut:], text[:cut]+"{ ("+text[cut:])
	}
	for i, broken := range texts {
		c.change(uri, broken)
		p, _ := json.Marshal(newLines(broken).position(len(broken) * (i % 5) / 4))
		for _, method := range []string{"hover", "definition", "completion", "prepareRename", "rename"} {
			r := c.call("textDocument/"+method, `{"textDocument": {"uri": `+quoted(uri)+`}, "newName": "other", "position": `+string(p)+`}`)
			if r.Error != nil && r.Error.Code != codeRequestFailed {
				t.Fatalf("%s in %q: %v", method, broken, r.Error)
			}
		}
		c.must("textDocument/documentSymbol", `{"textDocument": {"uri": `+quoted(uri)+`}}`, nil)
		c.must("textDocument/formatting", `{"textDocument": {"uri": `+quoted(uri)+`}}`, nil)
	}
	c.end()
}
