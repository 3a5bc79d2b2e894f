package repl

import (
	"io"

	"github.com/chzyer/readline"
)

// Terminal says what a terminal's lines are read with.
type Terminal struct {
	In      io.ReadCloser // nil: standard input
	Out     io.Writer
	History string // file that keeps entries, one a line; empty for none
}

// Open returns an editor of lines with history and completion. The caller closes it.
func (t Terminal) Open(s *Session) (*readline.Instance, error) {
	return readline.NewEx(&readline.Config{
		Stdin: t.In, Stdout: t.Out, HistoryFile: t.History, HistorySearchFold: true,
		DisableAutoSaveHistory: true, // an entry of several lines is saved as one
		AutoComplete:           completer{s},
		InterruptPrompt:        "^C", EOFPrompt: "",
	})
}

// completer is a session's completion in the form that readline wants.
type completer struct{ s *Session }

// Do returns what could follow the word before the cursor.
func (c completer) Do(line []rune, at int) ([][]rune, int) {
	words, length := c.s.Complete(c.s.pending, string(line[:at]))
	out := make([][]rune, len(words))
	for i, w := range words {
		out[i] = []rune(w[length:])
	}
	return out, length
}
