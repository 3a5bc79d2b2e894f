package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/term"

	"acl/lang/diag"
	"acl/repl"
)

type replCmd struct {
	File string `arg:"" optional:"" help:"A program to begin with."`
	folders
}

// Run holds a session on the terminal; off one it takes a script from standard input
// and ends with 1 where an entry of it was wrong.
func (c *replCmd) Run(ctx context.Context, s *streams) error {
	progress := newProgress(s)
	o := repl.Options{Data: c.searched(), Out: s.out}
	show := repl.Show{Out: s.out, Diags: s.talk}
	in, ok := s.in.(*os.File)
	typed := ok && term.IsTerminal(int(in.Fd()))
	if typed {
		o.Progress = progress.step
		o.Out = clearing{s.out, progress}
		show.Out = o.Out
	}
	session := repl.New(o)
	if c.File != "" {
		if _, diags := session.Eval(ctx, ":load "+c.File); len(diags) > 0 {
			if err := s.report(diags); err != nil {
				return err
			}
		}
	}
	if typed {
		return c.terminal(s, session, show)
	}
	right, err := repl.Loop(ctx, session, repl.NewScript(s.in), show)
	if err == nil && !right {
		return errWrong
	}
	return err
}

// talk prints messages; that a program is wrong does not end the session.
func (s *streams) talk(list diag.List) error {
	if err := s.report(list); !errors.Is(err, errWrong) {
		return err
	}
	return nil
}

// clearing takes the drawn line of progress away before anything is printed.
type clearing struct {
	out  io.Writer
	show *progress
}

func (c clearing) Write(text []byte) (int, error) {
	c.show.clear()
	return c.out.Write(text)
}

// terminal reads entries with an editor. The session's context is its own, since ^C
// ends an entry and not the session; only a signal to terminate ends that.
func (c *replCmd) terminal(s *streams, session *repl.Session, show repl.Show) error {
	editor, err := repl.Terminal{Out: s.out, History: historyFile()}.Open(session)
	if err != nil {
		return err
	}
	defer editor.Close()
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	context.AfterFunc(ctx, func() { editor.Close() })
	show.Entry = func(ctx context.Context) (context.Context, context.CancelFunc) {
		return signal.NotifyContext(ctx, os.Interrupt)
	}
	_, err = repl.Loop(ctx, session, editor, show)
	return err
}

// historyFile keeps the entries of sessions in the user's cache; empty where there is
// none.
func historyFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "acl")
	if os.MkdirAll(dir, 0o755) != nil {
		return ""
	}
	return filepath.Join(dir, "history")
}
