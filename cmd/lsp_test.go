package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
)

// A whole session through the command line: what an editor starts, and how it ends.
func TestLspSession(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	code := make(chan int, 1)
	var talk strings.Builder
	go func() {
		n := Main([]string{"lsp"}, inR, outW, &talk)
		outW.Close()
		code <- n
	}()
	go func() {
		for _, m := range []string{
			`{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}`,
			`{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": "untitled:a", "version": 1, "text": "acl 1;\nmodul M { }\n"}}}`,
		} {
			fmt.Fprintf(inW, "Content-Length: %d\r\n\r\n%s", len(m), m)
		}
	}()
	r := textproto.NewReader(bufio.NewReader(outR))
	receive := func() string {
		header, err := r.ReadMIMEHeader()
		if err != nil {
			t.Fatal(err, talk.String())
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			t.Fatal(err)
		}
		content := make([]byte, n)
		if _, err := io.ReadFull(r.R, content); err != nil || !json.Valid(content) {
			t.Fatalf("%v in %q", err, content)
		}
		return string(content)
	}
	if got := receive(); !strings.Contains(got, `"hoverProvider":true`) {
		t.Errorf("got %s", got)
	}
	if got := receive(); !strings.Contains(got, "publishDiagnostics") || !strings.Contains(got, "did you mean `module`?") {
		t.Errorf("got %s", got)
	}
	for _, m := range []string{`{"jsonrpc": "2.0", "id": 2, "method": "shutdown"}`, `{"jsonrpc": "2.0", "method": "exit"}`} {
		go fmt.Fprintf(inW, "Content-Length: %d\r\n\r\n%s", len(m), m)
		if strings.Contains(m, "shutdown") {
			if got := receive(); !strings.Contains(got, `"id":2,"result":null`) {
				t.Errorf("got %s", got)
			}
		}
	}
	if n := <-code; n != exitOK || talk.Len() > 0 {
		t.Errorf("exit code %d, and %q", n, talk.String())
	}
}

func TestLspWithoutShutdown(t *testing.T) {
	if n := Main([]string{"lsp"}, strings.NewReader(""), io.Discard, io.Discard); n != exitWrong {
		t.Errorf("exit code %d, want %d", n, exitWrong)
	}
}
