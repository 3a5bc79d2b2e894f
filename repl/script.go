package repl

import (
	"bufio"
	"io"
	"strings"
)

// Script reads the lines of entries that no terminal gives: a pipe or a file. It
// shows no prompt and keeps no history.
type Script struct{ lines *bufio.Reader }

// NewScript returns the lines of a reader.
func NewScript(r io.Reader) *Script { return &Script{bufio.NewReader(r)} }

// Readline returns the next line, of any length; io.EOF after the last.
func (s *Script) Readline() (string, error) {
	line, err := s.lines.ReadString('\n')
	if err != nil && line == "" {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// SetPrompt shows nothing.
func (s *Script) SetPrompt(string) {}

// SaveHistory keeps nothing.
func (s *Script) SaveHistory(string) error { return nil }
