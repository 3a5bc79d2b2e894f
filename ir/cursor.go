package ir

import (
	"fmt"
	"strconv"
	"strings"

	"acl/lang/quantity"
	"acl/lang/sig"
)

// cursor reads the parts of one line. After the first error it reads nothing
// more and returns zero values.
type cursor struct {
	text  string
	at    int
	depth int // of nested values
	err   error
}

// maxDepth bounds nested values, so that no text can exhaust the stack.
const maxDepth = 64

func (c *cursor) fail(want string) {
	if c.err != nil {
		return
	}
	rest := c.text[c.at:]
	if len(rest) > 20 {
		rest = rest[:20] + ".."
	}
	c.err = fmt.Errorf("found %q, want %s", rest, want)
}

// peek skips blanks and returns the next byte, 0 at the end.
func (c *cursor) peek() byte {
	for c.at < len(c.text) && (c.text[c.at] == ' ' || c.text[c.at] == '\t') {
		c.at++
	}
	if c.err != nil || c.at == len(c.text) {
		return 0
	}
	return c.text[c.at]
}

func (c *cursor) done() bool { return c.peek() == 0 && c.at == len(c.text) }

func (c *cursor) accept(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.at++
	return true
}

func (c *cursor) expect(b byte) {
	if !c.accept(b) {
		c.fail(strconv.Quote(string(rune(b))))
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

func isIdentByte(b byte) bool { return isLetter(b) || isDigit(b) }

func (c *cursor) ident() string {
	if !isLetter(c.peek()) {
		c.fail("a word")
		return ""
	}
	return c.run(isIdentByte)
}

// word takes the given word if it is next.
func (c *cursor) word(w string) bool {
	if !isLetter(c.peek()) {
		return false
	}
	start := c.at
	if c.run(isIdentByte) == w {
		return true
	}
	c.at = start
	return false
}

func (c *cursor) path() string {
	if c.peek() == '"' {
		return c.quoted()
	}
	if !isLetter(c.peek()) {
		c.fail("a name")
		return ""
	}
	return c.run(isPathByte)
}

func (c *cursor) quoted() string {
	c.peek()
	prefix, err := strconv.QuotedPrefix(c.text[c.at:])
	if err != nil || c.err != nil || prefix[0] != '"' {
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

// id reads %3.
func (c *cursor) id() NodeID {
	c.expect('%')
	if !isDigit(c.peek()) {
		c.fail("a node's index")
		return None
	}
	n, err := strconv.ParseInt(c.run(isDigit), 10, 32)
	if err != nil {
		c.fail("a node's index")
		return None
	}
	return NodeID(n)
}

func (c *cursor) int() int {
	v, ok := c.number().(sig.Int)
	if !ok {
		c.fail("a whole number")
	}
	return int(v)
}

func (c *cursor) float() float64 {
	v, ok := c.number().(sig.Float)
	if !ok {
		c.fail("a number with a point or an exponent")
	}
	return float64(v)
}

// shape reads [16, 8, ?].
func (c *cursor) shape() sig.Shape {
	c.expect('[')
	var s sig.Shape
	if c.accept(']') {
		return s
	}
	for c.err == nil {
		if c.accept('?') {
			s = append(s, sig.Unknown)
		} else {
			d := c.int()
			if d < 0 {
				c.fail("a dimension")
			}
			s = append(s, d)
		}
		if !c.accept(',') {
			break
		}
	}
	c.expect(']')
	return s
}

// number reads an int, a float, a size or a quantity.
func (c *cursor) number() sig.Value {
	c.peek()
	start := c.at
	c.accept('-')
	if !isDigit(c.peek()) {
		c.fail("a number")
		return nil
	}
	c.run(isDigit)
	whole := true
	if c.has('.') && !strings.HasPrefix(c.text[c.at:], "..") {
		whole = false
		c.at++
		c.run(isDigit)
	}
	if c.has('e') {
		whole = false
		c.at++
		if c.has('+') || c.has('-') {
			c.at++
		}
		c.run(isDigit)
	}
	text := c.text[start:c.at]
	if !whole {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			c.fail("a number")
		}
		return c.dimension(f)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		c.fail("a number")
	}
	if c.has('x') {
		c.at++
		return c.size(n)
	}
	return sig.Int(n)
}

// has reports whether the very next byte is b, without skipping blanks.
func (c *cursor) has(b byte) bool {
	return c.err == nil && c.at < len(c.text) && c.text[c.at] == b
}

func (c *cursor) size(h int64) sig.Value {
	start := c.at
	if c.has('-') {
		c.at++
	}
	c.run(isDigit)
	w, err := strconv.Atoi(c.text[start:c.at])
	if err != nil {
		c.fail("a width")
	}
	return sig.Size{H: int(h), W: w}
}

// dimension reads the exponents behind a quantity's number, if there are any.
func (c *cursor) dimension(f float64) sig.Value {
	if !c.has('<') {
		return sig.Float(f)
	}
	c.at++
	var e [6]int8
	for i := range e {
		if i > 0 {
			c.expect(',')
		}
		n := c.int()
		if n < -128 || n > 127 {
			c.fail("an exponent")
		}
		e[i] = int8(n)
	}
	c.expect('>')
	return sig.Quantity(quantity.Value{Num: f, Dim: quantity.Dim{M: e[0], Kg: e[1], S: e[2], A: e[3], K: e[4], Bit: e[5]}})
}

// value reads what ValueText writes.
func (c *cursor) value() sig.Value {
	if c.depth++; c.depth > maxDepth {
		c.fail("values nested less deeply")
	}
	defer func() { c.depth-- }()
	v := c.operand()
	if c.peek() == '.' && strings.HasPrefix(c.text[c.at:], "..") {
		c.at += 2
		return sig.Range{Low: v, High: c.operand()}
	}
	return v
}

func (c *cursor) operand() sig.Value {
	switch b := c.peek(); {
	case b == '"':
		return sig.String(c.quoted())
	case b == '[':
		c.at++
		if c.accept(']') {
			return sig.List(nil)
		}
		list := sig.List(c.values())
		c.expect(']')
		return list
	case isLetter(b):
		return c.named()
	}
	return c.number()
}

func (c *cursor) values() []sig.Value {
	var list []sig.Value
	for c.err == nil {
		list = append(list, c.value())
		if !c.accept(',') {
			break
		}
	}
	return list
}

// named reads a value that begins with a word.
func (c *cursor) named() sig.Value {
	switch w := c.ident(); {
	case w == "_":
		return nil
	case w == "true" || w == "false":
		return sig.Bool(w == "true")
	case !c.has('('):
		return sig.Word(w)
	default:
		c.at++
		v := c.tagged(w)
		c.expect(')')
		return v
	}
}

func (c *cursor) tagged(tag string) sig.Value {
	text := c.quoted()
	switch tag {
	case "word":
		return sig.Word(text)
	case "module":
		return sig.Module{Name: text}
	case "name":
		return sig.Name{Text: text}
	case "call":
		call := sig.Call{Func: &sig.Func{Name: text}}
		if c.accept(',') {
			call.Args = c.values()
		}
		return call
	}
	c.fail("word, module, name or call")
	return nil
}
