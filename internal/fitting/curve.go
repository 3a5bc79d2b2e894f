package fitting

import (
	"math"
	"strconv"
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
)

// A Curve is what was measured: the weight at the start, then behind each train of
// pulses of one sign.
type Curve struct {
	Start  float64
	Trains []Train
	// Scaled tells that the file held conductances, which were mapped linearly so that
	// the range Low .. High became weights of -1 .. 1.
	Scaled    bool
	Low, High float64
	Beyond    Beyond
}

// Beyond counts the rows whose weight is above 1 in magnitude, full weight. A cell's
// bounds are 1 before they spread (physics.md §3.2), so that some go on to 1.1 or 1.2.
type Beyond struct {
	Rows    int
	Line    int     // of the file, of the first of them
	Largest float64 // with its sign
}

// A Train is a number of pulses, all up or all down, and the weight behind them.
type Train struct {
	Pulses int // below 0: down
	Weight float64
	Index  int // of the last pulse, as the file has it
}

// codeFile is the code of a data file that is not what it should be.
const codeFile diag.Code = "E0612"

// maxPulses is the largest distance of two pulse indices.
const maxPulses = 1_000_000

// largest is the magnitude up to which the squares of values are finite.
const largest = 1e100

// farthest is the magnitude of a weight that no spread of bounds about 1 explains: its
// numbers are of another unit, and so would be the step that is fitted to them.
const farthest = 2

// Words for the directions of pulses.
var directions = map[string]int{
	"up": 1, "+": 1, "1": 1, "+1": 1, "pot": 1, "potentiation": 1, "set": 1,
	"down": -1, "-": -1, "-1": -1, "dep": -1, "depression": -1, "reset": -1,
}

// ReadCurve reads rows `pulse, direction, weight`: the index of the pulse, its
// direction (up, down, +, -, 1, -1), the weight behind it. The first row gives the
// weight to begin with, and its direction counts for nothing. An index that goes on
// by n is n pulses. A header may name the third column conductance, or g, which is
// scaled to weights; other numbers are weights, 1 full weight, and an error from
// twice that on. Empty lines and lines that begin with # are left out. Every row that
// cannot be used is in the list.
func ReadCurve(f *source.File) (*Curve, diag.List) {
	r := reader{file: f}
	text := f.Text
	if bare, ok := strings.CutPrefix(text, byteOrderMark); ok {
		text, r.offset = bare, len(byteOrderMark)
	}
	for line := range strings.Lines(text) {
		r.line(strings.TrimRight(line, "\r\n"))
		r.offset += len(line)
	}
	if !r.diags.HasErrors() {
		r.finish()
	}
	if r.diags.HasErrors() {
		return nil, r.diags
	}
	return &r.curve, r.diags
}

// byteOrderMark is what spreadsheets put in front of a text.
const byteOrderMark = "\ufeff"

// reader goes through the lines of a file.
type reader struct {
	file   *source.File
	offset int // of the line at hand
	diags  diag.List
	curve  Curve
	rows   int
	begun  bool // a header or a row has been seen
	index  int  // of the last row
}

// bad adds an error about a field.
func (r *reader) bad(f field, hint, format string, args ...any) {
	d := diag.Errorf(codeFile, r.file.Span(r.offset+f.at, r.offset+f.at+len(f.text)), format, args...)
	if hint != "" {
		d = d.WithHint("%s", hint)
	}
	r.diags.Add(d)
}

// field is a cell of the table without the space about it, and where in its line it
// begins.
type field struct {
	text string
	at   int
}

func split(line string) []field {
	var out []field
	at := 0
	for _, part := range strings.Split(line, ",") {
		text := strings.TrimSpace(part)
		out = append(out, field{text, at + strings.Index(part, text)})
		at += len(part) + 1
	}
	return out
}

func (r *reader) line(line string) {
	if text := strings.TrimSpace(line); text == "" || strings.HasPrefix(text, "#") {
		return
	}
	fields := split(line)
	if len(fields) != 3 {
		whole := field{strings.TrimSpace(line), strings.Index(line, strings.TrimSpace(line))}
		r.bad(whole, "the columns are pulse, direction, weight", "a row of a pulse curve has 3 fields, and this one has %d", len(fields))
		return
	}
	first := !r.begun
	r.begun = true
	if _, err := strconv.ParseFloat(fields[0].text, 64); err != nil && first {
		r.header(fields)
		return
	}
	r.row(fields)
}

// header takes the names of the columns.
func (r *reader) header(fields []field) {
	for i, names := range [3][]string{{"pulse", "index", "n"}, {"direction", "sign"}, {"weight", "w", "conductance", "g"}} {
		name := strings.ToLower(fields[i].text)
		known := false
		for _, n := range names {
			known = known || n == name
		}
		if !known {
			r.bad(fields[i], "", "column %d of a pulse curve is %s, not %q", i+1, strings.Join(names, " or "), fields[i].text)
		}
	}
	switch strings.ToLower(fields[2].text) {
	case "conductance", "g":
		r.curve.Scaled = true
	}
}

func (r *reader) row(fields []field) {
	index, err := strconv.Atoi(fields[0].text)
	if err != nil {
		r.bad(fields[0], "", "the index of a pulse is a whole number, not %q", fields[0].text)
		return
	}
	sign, ok := directions[strings.ToLower(fields[1].text)]
	if !ok && r.rows > 0 {
		r.bad(fields[1], "write up or down, + or -, 1 or -1", "%q is no direction of a pulse", fields[1].text)
		return
	}
	weight, err := strconv.ParseFloat(fields[2].text, 64)
	if err != nil || !(math.Abs(weight) <= largest) {
		r.bad(fields[2], "", "a measured value is a number of at most %g, not %q", largest, fields[2].text)
		return
	}
	if r.curve.Scaled && weight < 0 {
		r.bad(fields[2], "", "a conductance of %s: it cannot be negative", fields[2].text)
		return
	}
	if !r.curve.Scaled && !r.bounded(fields[2], weight) {
		return
	}
	if r.rows > 0 {
		if index <= r.index || index-r.index > maxPulses {
			r.bad(fields[0], "", "pulse %d cannot follow pulse %d: indices rise, by at most %d", index, r.index, maxPulses)
			return
		}
		r.curve.Trains = append(r.curve.Trains, Train{Pulses: sign * (index - r.index), Weight: weight, Index: index})
	} else {
		r.curve.Start = weight
	}
	r.index = index
	r.rows++
}

// bounded refuses a weight that is none, and counts those beyond full weight.
func (r *reader) bounded(f field, weight float64) bool {
	size := math.Abs(weight)
	if size >= farthest {
		r.bad(f, "head the column `conductance` to have it scaled", "a weight of %s: full weight is 1, and the bounds of cells spread about it", f.text)
		return false
	}
	if size > 1 {
		b := &r.curve.Beyond
		if b.Rows == 0 {
			b.Line = 1 + strings.Count(r.file.Text[:r.offset], "\n")
		}
		if size > math.Abs(b.Largest) {
			b.Largest = weight
		}
		b.Rows++
	}
	return true
}

// finish refuses a curve that nothing can be fitted to, and scales conductances.
func (r *reader) finish() {
	whole := r.file.Span(0, 0)
	c := &r.curve
	if len(c.Trains) == 0 {
		r.diags.Add(diag.Errorf(codeFile, whole, "a pulse curve has a row to begin with and one for each pulse, and this file has %d", r.rows))
		return
	}
	c.Low, c.High = c.Start, c.Start
	for _, t := range c.Trains {
		c.Low, c.High = min(c.Low, t.Weight), max(c.High, t.Weight)
	}
	if c.Low == c.High {
		r.diags.Add(diag.Errorf(codeFile, whole, "the measured value is %g in every row: no pulse did anything", c.Low))
		return
	}
	if c.Scaled {
		c.Start = c.weight(c.Start)
		for i := range c.Trains {
			c.Trains[i].Weight = c.weight(c.Trains[i].Weight)
		}
	}
}

// weight maps a conductance.
func (c *Curve) weight(g float64) float64 { return 2*(g-c.Low)/(c.High-c.Low) - 1 }
