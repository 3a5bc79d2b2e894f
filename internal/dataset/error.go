package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// An Error says what is wrong with a data set, and where.
type Error struct {
	File string // as found on disk; a zip's entry follows the zip, "a.zip/train/cat/1.png"; empty for a setting
	Line int    // from 1; 0: the file as a whole
	Col  int    // in bytes from 1; 0: the line as a whole
	Msg  string // what is wrong, lower case, without a full stop
	Hint string // what to do instead; may be empty. Error() leaves it out
	Err  error  // the cause, where another package reported it
}

// Error returns "file:line:col: message", without the hint.
func (e *Error) Error() string {
	if p := e.Place(); p != "" {
		return p + ": " + e.Msg
	}
	return e.Msg
}

// Place returns "file:line:col", as far as they are known.
func (e *Error) Place() string {
	switch {
	case e.File == "" || e.Line == 0:
		return e.File
	case e.Col == 0:
		return fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Col)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fault is an Error about a whole file.
func fault(file, format string, args ...any) *Error {
	return &Error{File: file, Msg: fmt.Sprintf(format, args...)}
}

// refused is an Error about a setting of the request.
func refused(hint, format string, args ...any) *Error {
	return &Error{Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// because wraps an error of the file system or of a decoder, in its own words but
// without the path, which File has already.
func because(file, doing string, err error) *Error {
	var pe *fs.PathError
	msg := err.Error()
	if errors.As(err, &pe) {
		msg = pe.Err.Error()
	}
	return &Error{File: file, Msg: doing + ": " + strings.TrimSpace(msg), Err: err}
}
