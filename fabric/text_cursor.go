package fabric

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"acl/lang/source"
)

// cursor reads the parts of one line. After the first error it reads nothing more
// and returns zero values.
type cursor struct {
	text  string
	at    int
	err   error
	files map[string]*source.File
}

func (c *cursor) fail(want string) {
	if c.err != nil {
		return
	}
	rest := c.text[c.at:]
	if len(rest) > 24 {
		rest = rest[:24] + ".."
	}
	c.err = fmt.Errorf("found %q, want %s", rest, want)
}

// peek skips blanks and returns the next byte, 0 at the end.
func (c *cursor) peek() byte {
	for c.at < len(c.text) && c.text[c.at] == ' ' {
		c.at++
	}
	if c.err != nil || c.at == len(c.text) {
		return 0
	}
	return c.text[c.at]
}

func (c *cursor) done() bool { return c.peek() == 0 && c.at == len(c.text) }

// accept takes the given text if it is next. A word is taken whole only.
func (c *cursor) accept(text string) bool {
	c.peek()
	if c.err != nil || !strings.HasPrefix(c.text[c.at:], text) {
		return false
	}
	end := c.at + len(text)
	if isWordByte(text[len(text)-1]) && end < len(c.text) && isWordByte(c.text[end]) {
		return false
	}
	c.at = end
	return true
}

func (c *cursor) expect(text string) {
	if !c.accept(text) {
		c.fail(strconv.Quote(text))
	}
}

// run returns the longest text at the cursor of which every byte fits.
func (c *cursor) run(fits func(byte) bool) string {
	c.peek()
	start := c.at
	for c.err == nil && c.at < len(c.text) && fits(c.text[c.at]) {
		c.at++
	}
	return c.text[start:c.at]
}

// word reads letters, digits and underscores.
func (c *cursor) word() string {
	w := c.run(isWordByte)
	if w == "" {
		c.fail("a word")
	}
	return w
}

func (c *cursor) path() string {
	switch b := c.peek(); {
	case b == '"':
		return c.quoted()
	case !isLetter(b):
		c.fail("a name")
		return ""
	}
	return c.run(isPathByte)
}

func (c *cursor) quoted() string {
	prefix, err := strconv.QuotedPrefix(c.text[c.at:])
	if err != nil {
		c.fail("a quoted text")
		return ""
	}
	s, err := strconv.Unquote(prefix)
	if err != nil {
		c.fail("a quoted text")
		return ""
	}
	c.at += len(prefix)
	return s
}

func (c *cursor) int64() int64 {
	n, err := strconv.ParseInt(c.run(func(b byte) bool { return isDigit(b) || b == '-' }), 10, 64)
	if err != nil {
		c.fail("a whole number")
		return 0
	}
	return n
}

func (c *cursor) int() int { return int(c.int64()) }

func (c *cursor) uint64() uint64 {
	n, err := strconv.ParseUint(c.run(isDigit), 10, 64)
	if err != nil {
		c.fail("a whole number from 0")
		return 0
	}
	return n
}

func isNumberByte(b byte) bool { return isWordByte(b) || b == '.' || b == '-' || b == '+' || b == '/' }

// number reads a plain number.
func (c *cursor) number() float64 { return c.quantity("") }

func (c *cursor) quantity(unit string) float64 {
	start := c.at
	v, err := parseQuantity(c.run(isNumberByte), unit)
	if err != nil {
		c.at = start
		c.fail("a number" + mark(" in "+unit, unit != ""))
		return 0
	}
	return v
}

// listOf reads [a, b, ..]; an empty list is nil.
func listOf[T any](c *cursor, element func() T) []T {
	c.expect("[")
	if c.accept("]") {
		return nil
	}
	var list []T
	for c.err == nil {
		list = append(list, element())
		if !c.accept(",") {
			break
		}
	}
	c.expect("]")
	return list
}

func (c *cursor) ints() []int { return listOf(c, c.int) }

// maxPlaces bounds the modules that one unit may name: far above any chip.
const maxPlaces = 1 << 16

// places reads what placesText writes.
func (c *cursor) places() []int {
	var list []int
	listOf(c, func() int {
		first := c.int()
		last := first
		if c.accept("..") {
			last = c.int()
		}
		if c.err == nil && (first < -maxPlaces || last > maxPlaces || last-first+len(list) > maxPlaces) {
			c.fail("fewer modules")
		}
		for m := first; m <= last && c.err == nil; m++ {
			list = append(list, m)
		}
		return first
	})
	return list
}

func (c *cursor) numbers() []float64 { return listOf(c, c.number) }

// value reads %3, or - for no value.
func (c *cursor) value() ValueID {
	if c.accept("-") {
		return NoValue
	}
	c.expect("%")
	n := c.int64()
	if n < 0 || n > math.MaxInt32 {
		c.fail("a value's index")
		return NoValue
	}
	return ValueID(n)
}

// values reads %1 %2 .. as far as they go.
func (c *cursor) values() []ValueID {
	var list []ValueID
	for b := c.peek(); b == '%' || b == '-'; b = c.peek() {
		list = append(list, c.value())
	}
	return list
}

// flow reads what flowText writes.
func (c *cursor) flow() (out ValueID, args []ValueID) {
	out = c.value()
	if c.accept("<-") {
		args = c.values()
	}
	return out, args
}

// numbered reads the index of an entry, which counts up from 0: a3.
func (c *cursor) numbered(letter string, next int) {
	want := letter + strconv.Itoa(next)
	if !c.accept(want) {
		c.fail(want + ", the next one")
	}
}

// keys reads key=value for each of the given keys that is there, in any order,
// and words that stand alone. It stops at anything else.
func (c *cursor) keys(read map[string]func()) {
	for c.err == nil {
		start := c.at
		if !isLetter(c.peek()) {
			return
		}
		name := c.run(isWordByte)
		f := read[name+"="]
		if f != nil && c.accept("=") {
			f()
			continue
		}
		if f = read[name]; f == nil {
			c.at = start
			c.fail("another key")
			return
		}
		f()
	}
}

// origin reads the rest of the line.
func (c *cursor) origin() source.Span {
	c.expect("@")
	if c.err != nil {
		return source.Span{}
	}
	text := c.text[c.at:]
	if strings.HasPrefix(text, `"`) {
		q, err := strconv.Unquote(text)
		if err != nil {
			c.fail("a quoted origin")
			return source.Span{}
		}
		text = q
	}
	span, err := source.ParseOrigin(text, c.files)
	if err != nil {
		c.err = err
		return source.Span{}
	}
	c.at = len(c.text)
	return span
}
