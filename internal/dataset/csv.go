package dataset

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A matrix is a CSV file: cols numbers and a label a row.
type matrix struct {
	vals   []float32
	cols   int
	labels []int32
}

// readCSV reads comma-separated rows of numbers, the label last. A first row
// of names only is a header. Every other cell must be a finite number and
// every row as long as the first.
func readCSV(b *blob) (*matrix, error) {
	text := &io.LimitedReader{R: b, N: b.most + 1}
	in := bufio.NewReader(text)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		in.Discard(3) // the byte order mark that spreadsheets write
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord = -1 // counted below, to name the place
	c.ReuseRecord = true
	c.TrimLeadingSpace = true
	m := &matrix{cols: -1}
	for first := true; ; first = false {
		cells, err := c.Read()
		switch {
		case text.N <= 0:
			return nil, fault(b.name, "unpacks to more than %d bytes", b.most)
		case errors.Is(err, io.EOF):
			return m, m.notEmpty(b.name)
		case err != nil:
			return nil, csvFault(b, err)
		}
		if first && !slices.ContainsFunc(cells, isNumberOrEmpty) {
			m.cols = len(cells) - 1
			continue
		}
		if e := m.add(c, cells); e != nil {
			e.File = b.name
			return nil, e
		}
	}
}

func (m *matrix) notEmpty(name string) error {
	if len(m.labels) == 0 {
		return fault(name, "there are no rows")
	}
	return nil
}

func isNumberOrEmpty(cell string) bool {
	cell = strings.TrimSpace(cell)
	_, err := strconv.ParseFloat(cell, 64)
	return cell == "" || err == nil || errors.Is(err, strconv.ErrRange)
}

// add appends one row of cells that c has just read.
func (m *matrix) add(c *csv.Reader, cells []string) *Error {
	at := func(i int, hint, format string, args ...any) *Error {
		line, col := c.FieldPos(i)
		return &Error{Line: line, Col: col, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	if m.cols < 0 {
		m.cols = len(cells) - 1
	}
	switch {
	case len(cells) < 2:
		return at(0, "numbers separated by commas, the label last", "one cell in the row, want two or more")
	case len(cells) != m.cols+1:
		return at(min(len(cells)-1, m.cols+1), "", "%d cells in the row, the first row has %d", len(cells), m.cols+1)
	}
	for i, cell := range cells {
		v, why := number(strings.TrimSpace(cell))
		if why != "" {
			return at(i, "", "%s", why)
		}
		if i < m.cols {
			m.vals = append(m.vals, float32(v))
			continue
		}
		if why := notLabel(v); why != "" {
			return at(i, "the last column is the label: "+labelHint, "%s", why)
		}
		m.labels = append(m.labels, int32(v))
	}
	return nil
}

// number parses a cell, or says why it is not a number of single precision.
func number(cell string) (v float64, why string) {
	if cell == "" {
		return 0, "the cell is empty"
	}
	v, err := strconv.ParseFloat(cell, 32)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Sprintf("%s is too large for single precision", cell)
	case err != nil:
		return 0, fmt.Sprintf("%q is not a number", shortened(cell))
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Sprintf("%s is not a finite number", cell)
	}
	return v, ""
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 24 {
		return string(r[:24]) + ".."
	}
	return s
}

func csvFault(b *blob, err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return &Error{File: b.name, Line: pe.Line, Col: pe.Column, Msg: pe.Err.Error(), Err: err}
	}
	return b.damaged(err)
}

func loadCSV(r Request) (l *loaded, err error) {
	path, err := r.find(r.Paths[0])
	if err != nil {
		return nil, err
	}
	err = withFile(path, func(b *blob) error {
		m, err := readCSV(b)
		if err != nil {
			return err
		}
		l = &loaded{source: path, shape: []int{m.cols}, labels: m.labels, classes: classes(m.labels)}
		l.data = newFloats(m.vals, l.shape)
		l.train, l.test = fifths(len(m.labels))
		return nil
	})
	return l, err
}

// digitsFile holds 1,797 digits of 8×8 pixels from 0 to 16; see NOTICE.
//
//go:embed digits.csv.gz
var digitsFile []byte

func loadDigits() (*loaded, error) {
	b, err := newBlob(bytes.NewReader(digitsFile), int64(len(digitsFile)), "digits.csv.gz")
	if err != nil {
		return nil, err
	}
	m, err := readCSV(b)
	if err != nil {
		return nil, err
	}
	pix := make([]byte, len(m.vals))
	for i, v := range m.vals {
		pix[i] = byte(v)
	}
	l := &loaded{source: "embedded", shape: []int{1, 8, 8}, labels: m.labels, classes: classes(m.labels)}
	l.data = newPixels(cut(pix, len(m.labels), 8, 8), 16)
	l.train, l.test = fifths(len(m.labels))
	return l, nil
}
