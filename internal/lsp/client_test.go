package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// client is an editor's end of a session.
type client struct {
	t      *testing.T
	to     *io.PipeWriter
	from   chan []byte
	ended  chan error
	log    *bytes.Buffer
	nextID int
	notes  []notificationIn
}

type notificationIn struct {
	Method string
	Params json.RawMessage
}

type responseIn struct {
	ID     json.RawMessage
	Result json.RawMessage
	Error  *rpcError
}

// patience bounds the wait for an answer, so that a server that hangs fails a test
// and not the whole run.
const patience = 20 * time.Second

// dial starts a session without initialize.
func dial(t *testing.T) *client {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c := &client{t: t, to: inW, from: make(chan []byte, 1024), ended: make(chan error, 1), log: &bytes.Buffer{}}
	go func() {
		err := Serve(context.Background(), inR, outW, c.log)
		inR.Close()
		outW.Close()
		c.ended <- err
	}()
	go func() {
		defer close(c.from)
		f := newFrames(outR)
		for {
			content, err := f.next()
			if err != nil {
				return
			}
			c.from <- content
		}
	}()
	t.Cleanup(func() { inW.Close() })
	return c
}

// connect starts a session as a full client.
func connect(t *testing.T, options string) *client {
	t.Helper()
	c := dial(t)
	c.must("initialize", `{"capabilities": {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
		"publishDiagnostics": {"relatedInformation": true}}}, "initializationOptions": `+options+`}`, nil)
	c.notify("initialized", "{}")
	return c
}

func (c *client) raw(content string) {
	c.t.Helper()
	if err := writeFrame(c.to, []byte(content)); err != nil {
		c.t.Fatalf("the server takes no more: %v\n%s", err, c.log)
	}
}

func (c *client) notify(method, params string) {
	c.t.Helper()
	c.raw(`{"jsonrpc": "2.0", "method": "` + method + `", "params": ` + params + `}`)
}

// receive is the next message of the server.
func (c *client) receive() []byte {
	c.t.Helper()
	select {
	case content, ok := <-c.from:
		if !ok {
			c.t.Fatalf("the server has ended\n%s", c.log)
		}
		return content
	case <-time.After(patience):
		c.t.Fatal("the server is silent")
	}
	return nil
}

// response skips to the answer of a request; notifications on the way are kept.
func (c *client) response() responseIn {
	c.t.Helper()
	for {
		content := c.receive()
		var both struct {
			notificationIn
			responseIn
		}
		if err := json.Unmarshal(content, &both); err != nil {
			c.t.Fatal(err)
		}
		if both.Method == "" {
			return both.responseIn
		}
		c.notes = append(c.notes, both.notificationIn)
	}
}

func (c *client) call(method, params string) responseIn {
	c.t.Helper()
	c.nextID++
	id, _ := json.Marshal(c.nextID)
	c.raw(`{"jsonrpc": "2.0", "id": ` + string(id) + `, "method": "` + method + `", "params": ` + params + `}`)
	r := c.response()
	if string(r.ID) != string(id) {
		c.t.Fatalf("%s: answer to %s, want to %s", method, r.ID, id)
	}
	return r
}

// must calls a method that succeeds; result may be nil.
func (c *client) must(method, params string, result any) {
	c.t.Helper()
	r := c.call(method, params)
	if r.Error != nil {
		c.t.Fatalf("%s: %v\n%s", method, r.Error, c.log)
	}
	if result != nil {
		if err := json.Unmarshal(r.Result, result); err != nil {
			c.t.Fatalf("%s: %v in %s", method, err, r.Result)
		}
	}
}

// refused calls a method that fails with a code, and returns the message.
func (c *client) refused(code int, method, params string) string {
	c.t.Helper()
	r := c.call(method, params)
	if r.Error == nil || r.Error.Code != code {
		c.t.Fatalf("%s: got %s and %+v, want error %d", method, r.Result, r.Error, code)
	}
	return r.Error.Message
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func (c *client) open(uri, text string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", `{"textDocument": {"uri": `+quoted(uri)+`, "languageId": "acl", "version": 1, "text": `+quoted(text)+`}}`)
}

func (c *client) change(uri, text string) {
	c.t.Helper()
	c.notify("textDocument/didChange", `{"textDocument": {"uri": `+quoted(uri)+`, "version": 2}, "contentChanges": [{"text": `+quoted(text)+`}]}`)
}

// diagnostics waits for the next report about a document.
func (c *client) diagnostics(uri string) publishParams {
	c.t.Helper()
	for {
		for i, n := range c.notes {
			var p publishParams
			if n.Method == "textDocument/publishDiagnostics" {
				if err := json.Unmarshal(n.Params, &p); err != nil {
					c.t.Fatal(err)
				}
			}
			if p.URI == uri {
				c.notes = c.notes[i+1:]
				return p
			}
		}
		var n notificationIn
		if err := json.Unmarshal(c.receive(), &n); err != nil {
			c.t.Fatal(err)
		}
		c.notes = append(c.notes, n)
	}
}

// end shuts the session down.
func (c *client) end() {
	c.t.Helper()
	c.must("shutdown", "null", nil)
	c.notify("exit", "null")
	select {
	case err := <-c.ended:
		if err != nil {
			c.t.Errorf("the session ended with %v", err)
		}
	case <-time.After(patience):
		c.t.Error("the session does not end")
	}
	if c.log.Len() > 0 {
		c.t.Errorf("the server logged: %s", c.log)
	}
}

// at is the place of the n-th occurrence (from 1) of a text, moved by a few bytes.
func at(t *testing.T, text, what string, n, by int) position {
	t.Helper()
	i := -1
	for range n {
		next := strings.Index(text[i+1:], what)
		if next < 0 {
			t.Fatalf("%q stands there fewer than %d times", what, n)
		}
		i += 1 + next
	}
	return newLines(text).position(i + by)
}

func placeJSON(uri string, p position, more string) string {
	b, _ := json.Marshal(p)
	return `{"textDocument": {"uri": ` + quoted(uri) + `}, "position": ` + string(b) + more + `}`
}

// program is a file of the tree's own programs, and its address.
func program(t *testing.T, name string) (text, uri string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../programs", name))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), fileURI(filepath.ToSlash(path))
}
