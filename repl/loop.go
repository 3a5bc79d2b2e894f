package repl

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/chzyer/readline"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// LineReader is what a loop needs from a terminal; *readline.Instance fits, and so
// does a Script.
type LineReader interface {
	Readline() (string, error) // io.EOF on ^D, readline.ErrInterrupt on ^C
	SetPrompt(string)
	SaveHistory(string) error
}

// The prompts: for an entry, and for its further lines.
const (
	prompt = "acl> "
	more   = "...> "
)

// Show is where a loop's results go.
type Show struct {
	Out   io.Writer
	Diags func(diag.List) error // prints messages
	// Entry makes the context of one entry, so that ^C stops a run and not the
	// session; nil leaves the loop's own.
	Entry func(context.Context) (context.Context, context.CancelFunc)
}

// Loop reads entries until the end of input, :quit, or the end of ctx. It reports
// whether all of them were right; the error is of reading or printing.
func Loop(ctx context.Context, s *Session, r LineReader, show Show) (right bool, err error) {
	right = true
	for ctx.Err() == nil {
		entry, err := s.read(r)
		if errors.Is(err, io.EOF) && entry == "" {
			return right, nil
		} else if err != nil && !errors.Is(err, io.EOF) {
			return right, err
		}
		if line := oneLine(entry); line != "" {
			if err := r.SaveHistory(line); err != nil {
				return right, err
			}
		}
		result, ok, err := one(ctx, s, entry, show)
		right = right && ok
		if err != nil || result.Quit {
			return right, err
		}
	}
	return false, nil
}

// one takes an entry and prints what it came to.
func one(ctx context.Context, s *Session, entry string, show Show) (Result, bool, error) {
	if show.Entry != nil {
		var cancel context.CancelFunc
		ctx, cancel = show.Entry(ctx)
		defer cancel()
	}
	result, diags := s.Eval(ctx, entry)
	if _, err := io.WriteString(show.Out, result.Text); err != nil {
		return result, false, err
	}
	if len(diags) > 0 {
		if err := show.Diags(diags); err != nil {
			return result, false, err
		}
	}
	return result, !diags.HasErrors() && ctx.Err() == nil, nil
}

// read reads lines until they are an entry. ^C drops what there is; with the end of
// input what there is comes back beside io.EOF.
func (s *Session) read(r LineReader) (string, error) {
	entry := ""
	r.SetPrompt(prompt)
	for {
		s.pending = entry
		line, err := r.Readline()
		if errors.Is(err, readline.ErrInterrupt) {
			entry = ""
			r.SetPrompt(prompt)
			continue
		}
		if err != nil {
			return entry, err
		}
		entry += line + "\n"
		if !Incomplete(entry) {
			return entry, nil
		}
		r.SetPrompt(more)
	}
}

// oneLine is an entry as history keeps it: its tokens on one line. Comments are
// dropped, since one would swallow the rest.
func oneLine(entry string) string {
	if strings.HasPrefix(strings.TrimSpace(entry), ":") {
		return strings.TrimSpace(entry)
	}
	var b strings.Builder
	for _, t := range syntax.Tokens(source.NewFile(entryName, entry)) {
		switch t.Kind {
		case syntax.KindComment, syntax.KindDoc, syntax.KindSpace:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), " ") {
				b.WriteByte(' ')
			}
		default:
			b.WriteString(t.Text)
		}
	}
	return strings.TrimSpace(b.String())
}
