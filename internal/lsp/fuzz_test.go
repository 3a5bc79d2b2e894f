package lsp

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzText types a text into a session and asks everything about one place. The
// answer is never a fault of the server, and what is said of the text is true of
// it: ranges lie in it, in their order.
func FuzzText(f *testing.F) {
	files, err := filepath.Glob("../../programs/*.acl")
	if err != nil || len(files) == 0 {
		f.Fatal("no programs", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), uint(len(text)/2))
	}
	f.Add("acl 1;\nmodule M { in x: [N]; out y: [N]; unit u[1] = u[1]; repeat i in 1..2 { route x -> u[i].y; } }", uint(60))
	f.Fuzz(func(t *testing.T, text string, at uint) {
		if len(text) > 4<<10 {
			return
		}
		var session, out strings.Builder
		send := func(m any) {
			data, err := json.Marshal(m)
			if err == nil {
				err = writeFrame(&session, data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		type object = map[string]any
		call := func(id any, method string, params any) {
			m := object{"jsonrpc": "2.0", "method": method, "params": params}
			if id != nil {
				m["id"] = id
			}
			send(m)
		}
		document := object{"uri": "untitled:fuzz", "version": 1, "text": text}
		place := object{"textDocument": document, "newName": "other", "position": newLines(text).position(int(at % uint(len(text)+1)))}
		call(1, "initialize", object{})
		call(nil, "textDocument/didOpen", object{"textDocument": document})
		for i, method := range []string{"hover", "definition", "completion", "prepareRename", "rename", "formatting", "documentSymbol"} {
			call(i+2, "textDocument/"+method, place)
		}
		var log strings.Builder
		if err := Serve(context.Background(), strings.NewReader(session.String()), &out, &log); err != ErrUnclean {
			t.Fatal(err)
		}
		if log.Len() > 0 {
			t.Fatal(log.String())
		}
		frames := newFrames(strings.NewReader(out.String()))
		answers := 0
		for {
			content, err := frames.next()
			if err == io.EOF {
				break
			}
			var r responseIn
			if err != nil || json.Unmarshal(content, &r) != nil {
				t.Fatalf("%v in %q", err, content)
			}
			if r.Error != nil && r.Error.Code != codeRequestFailed {
				t.Fatalf("answer %s: %v", r.ID, r.Error)
			}
			if r.ID != nil {
				answers++
			}
		}
		if answers != 8 {
			t.Fatalf("%d answers", answers)
		}
	})
}
