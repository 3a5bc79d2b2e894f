package lsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of a message, so that no client can fill the memory. A program has
// 1 MiB at most, and JSON writes no byte of it with more than six.
const (
	maxHeader  = 4 << 10
	maxMessage = 16 << 20
	// maxSkip is the length up to which a message that is too large is passed over;
	// a stream that announces more has lost its framing.
	maxSkip = 1 << 30
	// peekSize is what is kept of a message that is passed over, to tell whose it is.
	peekSize = 4 << 10
)

// errFrame is a stream that cannot be read on: nobody knows where the next message
// begins.
var errFrame = errors.New("malformed header")

// oversizeError is a message that was passed over; what follows it can be read.
type oversizeError struct {
	size int
	head []byte // its first bytes
}

func (e *oversizeError) Error() string {
	return fmt.Sprintf("a message has %d bytes at most, got %d", maxMessage, e.size)
}

// frames reads messages: a header with their length, an empty line, the content.
type frames struct{ r *bufio.Reader }

func newFrames(r io.Reader) *frames { return &frames{bufio.NewReader(r)} }

// next returns the content of the next message. It returns io.EOF at a clean end,
// io.ErrUnexpectedEOF where the stream ends in a message, an *oversizeError for a
// message that was passed over, and an error that wraps errFrame where the header
// is none.
func (f *frames) next() ([]byte, error) {
	size, err := f.header()
	if err != nil {
		return nil, err
	}
	if size > maxMessage {
		return nil, f.skip(size)
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(f.r, content); err != nil {
		return nil, ended(err)
	}
	return content, nil
}

// header reads the lines up to the empty one and returns the length that they give.
func (f *frames) header() (int, error) {
	size, read := -1, 0
	for {
		line, err := f.line(maxHeader - read)
		if err == io.EOF && read == 0 && line == "" {
			return 0, io.EOF
		}
		if err != nil {
			return 0, ended(err)
		}
		read += len(line)
		text := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if text == "" {
			break
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return 0, fmt.Errorf("%w: %q has no colon", errFrame, text)
		}
		if !strings.EqualFold(name, "Content-Length") {
			continue // Content-Type has one value that is in use
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
		if err != nil || n > maxSkip || size >= 0 {
			return 0, fmt.Errorf("%w: %q is no length", errFrame, text)
		}
		size = int(n)
	}
	if size < 0 {
		return 0, fmt.Errorf("%w: no Content-Length", errFrame)
	}
	return size, nil
}

// line reads up to a line feed, of at most the given number of bytes.
func (f *frames) line(most int) (string, error) {
	var b []byte
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return string(b), err
		}
		if b = append(b, c); len(b) > most {
			return "", fmt.Errorf("%w: longer than %d bytes", errFrame, maxHeader)
		}
		if c == '\n' {
			return string(b), nil
		}
	}
}

// skip passes over a message that is too large.
func (f *frames) skip(size int) error {
	head := make([]byte, peekSize)
	if _, err := io.ReadFull(f.r, head); err != nil {
		return ended(err)
	}
	if _, err := io.CopyN(io.Discard, f.r, int64(size-peekSize)); err != nil {
		return ended(err)
	}
	return &oversizeError{size: size, head: head}
}

// ended is the error of a stream that stops inside of a message.
func ended(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// writeFrame writes one message.
func writeFrame(w io.Writer, content []byte) error {
	if _, err := fmt.Fprintf(w, "Content-Length: %d\r\n\r\n", len(content)); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}
