package repl

import (
	"context"
	"io"
	"strings"

	"acl/fabric/dcu"
	"acl/internal/evaluate"
	"acl/internal/job"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// Options say where a session finds data and what a run in it reports to. The zero
// value is usable.
type Options struct {
	Data     []string           // more folders where data are looked for
	Out      io.Writer          // what a run prints as it goes on; nil for nothing
	Progress func(dcu.Progress) // how far a run is; nil for none
}

// Session is what has been declared, and the last run of it. It is used by one
// goroutine.
type Session struct {
	o      Options
	text   text
	prog   *job.Program
	models []*job.Model
	scope  *evaluate.Scope
	last   *job.Result // of the last training; nil before
	walk   *job.Walk   // the step that :step is in; nil before, and once a declaration has changed
	// pending are the lines of an entry that goes on, for completion.
	pending string
}

// Result is what an entry came to: a text for the reader, and the value of an
// expression.
type Result struct {
	Text  string
	Value evaluate.Value // nil where the entry was no expression
	Quit  bool           // the session is to end
}

// New returns an empty session.
func New(o Options) *Session {
	s := &Session{o: o}
	s.install(s.text, compile(s.text))
	return s
}

// entryName is the name of the file that an entry is, in messages.
const entryName = "entry"

// Eval takes one entry: a command that begins with a colon, imports and declarations,
// or an expression. The list holds what is wrong with it, and warnings; where there
// is an error, nothing has changed.
func (s *Session) Eval(ctx context.Context, entry string) (Result, diag.List) {
	file := source.NewFile(entryName, entry)
	switch trimmed := strings.TrimSpace(entry); {
	case trimmed == "":
		return Result{}, nil
	case trimmed[0] == ':':
		return s.command(ctx, file)
	}
	fragment, diags := syntax.ParseFragment(file)
	if diags.HasErrors() {
		return Result{}, diags
	}
	if fragment.Expr != nil {
		return s.expression(fragment.Expr)
	}
	return s.declare(file, fragment)
}

// expression computes a value; the name of a module alone shows its type.
func (s *Session) expression(e syntax.Expr) (Result, diag.List) {
	if r, ok := e.(*syntax.Ref); ok && !r.Call {
		if name, plain := r.Plain(); plain && s.module(name) != nil {
			return s.typeOf(name, r.NameSpan())
		}
	}
	v, diags := s.scope.Expr(e)
	if v == nil {
		return Result{}, diags
	}
	return Result{Text: evaluate.Format(v) + "\n", Value: v}, diags
}

// Incomplete reports whether an entry needs more lines.
func Incomplete(entry string) bool {
	return !strings.HasPrefix(strings.TrimSpace(entry), ":") && syntax.Incomplete(entry)
}
