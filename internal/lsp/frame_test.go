package lsp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestFrames(t *testing.T) {
	for _, k := range []struct {
		name, in, want string
		err            error
	}{
		{"plain", "Content-Length: 2\r\n\r\n{}", "{}", nil},
		{"case and space", "content-length:  2 \r\nContent-Type: x\r\n\r\n{}", "{}", nil},
		{"line feeds", "Content-Length: 2\n\n{}", "{}", nil},
		{"empty", "", "", io.EOF},
		{"no length", "Content-Type: x\r\n\r\n", "", errFrame},
		{"negative", "Content-Length: -1\r\n\r\n", "", errFrame},
		{"twice", "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", "", errFrame},
		{"no colon", "GET / HTTP/1.1\r\n\r\n", "", errFrame},
		{"absurd", "Content-Length: 2000000000\r\n\r\n", "", errFrame},
		{"endless header", strings.Repeat("a", 2*maxHeader), "", errFrame},
		{"many lines", strings.Repeat("a:b\n", maxHeader), "", errFrame},
		{"cut header", "Content-Le", "", io.ErrUnexpectedEOF},
		{"cut content", "Content-Length: 5\r\n\r\n{}", "", io.ErrUnexpectedEOF},
	} {
		got, err := newFrames(strings.NewReader(k.in)).next()
		if string(got) != k.want || !errors.Is(err, k.err) {
			t.Errorf("%s: got %q and %v, want %q and %v", k.name, got, err, k.want, k.err)
		}
	}
}

// A message that is too large is passed over, and the next one is read.
func TestFramePassedOver(t *testing.T) {
	var b bytes.Buffer
	if err := writeFrame(&b, bytes.Repeat([]byte("x"), maxMessage+1)); err != nil {
		t.Fatal(err)
	}
	if err := writeFrame(&b, []byte("next")); err != nil {
		t.Fatal(err)
	}
	f := newFrames(&b)
	var large *oversizeError
	if _, err := f.next(); !errors.As(err, &large) || large.size != maxMessage+1 || len(large.head) != peekSize {
		t.Errorf("got %v", err)
	}
	if got, err := f.next(); string(got) != "next" || err != nil {
		t.Errorf("behind it: %q, %v", got, err)
	}
}

func TestEnvelope(t *testing.T) {
	for _, k := range []struct{ head, id, uri string }{
		{`{"jsonrpc":"2.0","id":12345678901234567890,"method":"m","params":{"id":3,"textDocument":{"uri":"u:1","text":"xx`, "12345678901234567890", "u:1"},
		{`{"params":{"a":[{"b":1},"uri",[2]],"c":true,"textDocument":{"version":2,"uri":"u:2"},"id":"n"},"id":"s"}`, `"s"`, "u:2"},
		{`{"id`, "", ""},
		{`]`, "", ""},
		{``, "", ""},
	} {
		if id, uri := envelope([]byte(k.head)); string(id) != k.id || uri != k.uri {
			t.Errorf("%s: got %s and %q", k.head, id, uri)
		}
	}
}

// What is written is read back; nothing that a stream holds makes the reader panic
// or read more than a stream has.
func FuzzFrames(f *testing.F) {
	for _, s := range []string{
		"Content-Length: 2\r\n\r\n{}", "Content-Length: 2\n\n{}Content-Length: 0\r\n\r\n", "\r\n", "a:b\r\n\r\n",
		"Content-Length: 99999999\r\n\r\n", "Content-Length: 17000000\r\n\r\nx", "Content-Length: 00000000000000000001\r\n\r\nx",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var framed bytes.Buffer
		if err := writeFrame(&framed, data); err != nil {
			t.Fatal(err)
		}
		if got, err := newFrames(&framed).next(); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("read back %q and %v", got, err)
		}
		fr := newFrames(bytes.NewReader(data))
		total := 0
		for {
			content, err := fr.next()
			if err != nil {
				break
			}
			total += len(content)
			if m, bad := readMessage(content); (m == nil) == (bad == nil) {
				t.Fatalf("%q is neither a message nor an error", content)
			}
		}
		if total > len(data) {
			t.Fatalf("read %d bytes of %d", total, len(data))
		}
		envelope(data)
	})
}

// Places and offsets are inverse at the boundaries of characters, and a place
// counts the code units of its line.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.SliceOf(rapid.SampledFrom([]rune("ab ä€𝄞\n\r"))).Draw(t, "text")
		text := string(runes)
		l := newLines(text)
		for i := range text {
			p := l.position(i)
			inside := i > 0 && text[i] == '\n' && text[i-1] == '\r'
			if back := l.offset(p); back != i && !inside {
				t.Fatalf("%d is %v, which is %d", i, p, back)
			}
			if want := len(utf16.Encode([]rune(text[l.starts[p.Line]:i]))); p.Character != want {
				t.Fatalf("%d is %v, want column %d", i, p, want)
			}
		}
		line := rapid.IntRange(-1, 9).Draw(t, "line")
		if o := l.offset(position{line, rapid.IntRange(-1, 30).Draw(t, "column")}); o < 0 || o > len(text) {
			t.Fatalf("offset %d", o)
		}
	})
}

func TestAddresses(t *testing.T) {
	for uri, name := range map[string]string{
		"file:///a/b%20c/d.acl": "/a/b c/d.acl",
		"file:///c%3A/x.acl":    "c:/x.acl",
		"file://host/share/x":   "//host/share/x",
		"untitled:Untitled-1":   "untitled:Untitled-1",
		"acl:/std/nn.acl":       "std/nn.acl",
		"%zz":                   "%zz",
	} {
		if got := fileOf(uri); got != name {
			t.Errorf("%s: got %q, want %q", uri, got, name)
		}
		if onDisk := strings.HasPrefix(uri, "file:"); onDisk && fileOf(fileURI(name)) != name {
			t.Errorf("%s: the address of %q is %s", uri, name, fileURI(name))
		}
	}
}
