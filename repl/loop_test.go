package repl

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/chzyer/readline"

	"acl/lang/diag"
)

// typed is a terminal: lines, "^C" and "^D" are the keys.
type typed struct {
	lines   []string
	prompts []string
	prompt  string
	history []string
}

func (r *typed) Readline() (string, error) {
	r.prompts = append(r.prompts, r.prompt)
	if len(r.lines) == 0 {
		return "", io.EOF
	}
	line := r.lines[0]
	r.lines = r.lines[1:]
	switch line {
	case "^C":
		return "", readline.ErrInterrupt
	case "^D":
		return "", io.EOF
	}
	return line, nil
}

func (r *typed) SetPrompt(p string)            { r.prompt = p }
func (r *typed) SaveHistory(line string) error { r.history = append(r.history, line); return nil }

// talk runs a loop and returns what it printed.
func talk(t *testing.T, r LineReader) (out string, found diag.List, right bool) {
	t.Helper()
	var b strings.Builder
	show := Show{Out: &b, Diags: func(l diag.List) error { found.Add(l...); return nil }}
	right, err := Loop(context.Background(), New(Options{}), r, show)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), found, right
}

func TestLoop(t *testing.T) {
	r := &typed{lines: []string{
		"1 + 1",
		"module M { // ports", "  in x: [2];", "  out y: [2];", "  route x -> y;", "}",
		"module N {", "  in x:", "^C",
		"",
		"M",
		":quit",
		"2 + 2",
	}}
	out, found, right := talk(t, r)
	if !right || len(found) > 0 {
		t.Errorf("messages: %v", found)
	}
	if want := "2\nmodule M\nmodule M\n  in  x: [2]\n  out y: [2]\n  0 parameters, 0 multiply-accumulates a sample\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
	history := []string{"1 + 1", "module M { in x: [2]; out y: [2]; route x -> y; }", "M", ":quit"}
	if !slices.Equal(r.history, history) {
		t.Errorf("history %q, want %q", r.history, history)
	}
	prompts := []string{prompt, prompt, more, more, more, more, prompt, more, more, prompt, prompt, prompt}
	if !slices.Equal(r.prompts, prompts) {
		t.Errorf("prompts %q, want %q", r.prompts, prompts)
	}
}

// The end of input ends an entry that is not complete, and says what it lacks.
func TestLoopEnd(t *testing.T) {
	out, found, right := talk(t, &typed{lines: []string{"1 + 1", "module M {", "^D"}})
	if right || out != "2\n" || len(found) == 0 || found[0].Code != "E0104" {
		t.Errorf("got %q, %v", out, found)
	}
}

// A script goes on after an entry that is wrong, and says so at its end.
func TestScript(t *testing.T) {
	script := "1V + 1A\r\n\n[1V,\n 2V]\n:type nothing\n2 * 3"
	out, found, right := talk(t, NewScript(strings.NewReader(script)))
	if right || len(found) != 2 || found[0].Code != "E0402" {
		t.Errorf("messages: %v", found)
	}
	if want := "[1V, 2V]\n6\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// ^C while an entry runs ends its context and not the loop's.
func TestLoopCancels(t *testing.T) {
	entries := 0
	show := Show{
		Out: io.Discard, Diags: func(diag.List) error { return nil },
		Entry: func(ctx context.Context) (context.Context, context.CancelFunc) {
			entries++
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		},
	}
	right, err := Loop(context.Background(), New(Options{}), NewScript(strings.NewReader("1\n2\n")), show)
	if err != nil || right || entries != 2 {
		t.Errorf("%d entries, right %t, %v", entries, right, err)
	}
}

func TestOneLine(t *testing.T) {
	for entry, want := range map[string]string{
		"a +\n // note\n b":     "a + b",
		"/// doc\nmodule M { }": "module M { }",
		"  :type M \n":          ":type M",
		"\n":                    "",
	} {
		if got := oneLine(entry); got != want {
			t.Errorf("%q is kept as %q, want %q", entry, got, want)
		}
	}
}
