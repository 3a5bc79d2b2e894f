package ledger

import (
	"fmt"
	"math"
	"slices"

	"acl/fabric"
)

// Line is a row of the book: whose events it holds. Lines are told apart by all
// their fields.
type Line struct {
	Unit string    // instance path, or the name of a part of the chip
	Op   fabric.Op // the instruction
	Bits int       // of the converters; 0: the chip's
	Copy bool      // a redundant copy, a checksum or a scan
}

// Book counts events. The zero value is an empty book. It is used by one goroutine
// at a time.
type Book struct {
	lines  []Line
	index  map[Line]int
	counts []int64 // lines × Phases × Kinds
	packed []int64 // lines, as a checkpoint keeps them
	stale  bool    // packed may have been read from a checkpoint since
}

// Open returns the index of a line, which it adds where the book has none like it.
// Indices hold until a checkpoint is read.
func (b *Book) Open(l Line) int {
	b.unpack()
	if i, ok := b.index[l]; ok {
		return i
	}
	b.enter(l)
	if need := len(b.lines) * lineSize; len(b.counts) < need {
		b.counts = append(b.counts, make([]int64, need-len(b.counts))...)
	}
	return len(b.lines) - 1
}

func (b *Book) enter(l Line) {
	if b.index == nil {
		b.index = map[Line]int{}
	}
	b.index[l] = len(b.lines)
	b.lines = append(b.lines, l)
}

const lineSize = int(Phases) * int(Kinds)

func (b *Book) at(line int, p Phase, k Kind) *int64 {
	return &b.counts[line*lineSize+int(p)*int(Kinds)+int(k)]
}

// Add counts n events of a kind that is no sum. line is an index that Open
// returned.
func (b *Book) Add(line int, p Phase, k Kind, n int64) {
	if k.isSum() {
		panic("ledger: " + k.String() + " is a sum")
	}
	*b.at(line, p, k) += n
}

// AddSum adds v, in the kind's own unit, to a sum, rounded to 1/SumUnit of it.
// Negative and boundless amounts panic.
func (b *Book) AddSum(line int, p Phase, k Kind, v float64) {
	if !k.isSum() || !(v >= 0 && v < math.MaxInt64/SumUnit) {
		panic(fmt.Sprintf("ledger: %s += %g", k, v))
	}
	*b.at(line, p, k) += int64(math.Round(v * SumUnit))
}

// Get returns the count of a line, or the sum in its own unit.
func (b *Book) Get(line int, p Phase, k Kind) float64 {
	b.unpack()
	return inUnit(k, *b.at(line, p, k))
}

// Total is Get over all lines.
func (b *Book) Total(p Phase, k Kind) float64 {
	var n int64
	for line := range b.Lines() {
		n += *b.at(line, p, k)
	}
	return inUnit(k, n)
}

func inUnit(k Kind, n int64) float64 {
	if k.isSum() {
		return float64(n) / SumUnit
	}
	return float64(n)
}

// Lines returns the lines in their order. The caller must not change them.
func (b *Book) Lines() []Line {
	b.unpack()
	return b.lines
}

// Clone returns a copy that later events do not reach.
func (b *Book) Clone() *Book {
	c := &Book{}
	for _, l := range b.Lines() {
		c.enter(l)
	}
	c.counts = slices.Clone(b.counts)
	return c
}

// State lists what a checkpoint keeps: the counts and the lines. Lines are opened
// as a run meets them, so those of a run that goes on may have another order. A
// checkpoint refuses slices of another length, so it is read into an empty book.
func (b *Book) State() []fabric.Field {
	b.unpack()
	b.packed = b.packed[:0]
	for i := range b.lines {
		b.packed = pack(b.packed, &b.lines[i])
	}
	b.stale = true
	return []fabric.Field{{Name: "counts", Ptr: &b.counts}, {Name: "lines", Ptr: &b.packed}}
}

// packedSize is the numbers of a packed line before the bytes of its unit's name.
const packedSize = 4

func pack(to []int64, l *Line) []int64 {
	duplicate := int64(0)
	if l.Copy {
		duplicate = 1
	}
	to = append(to, int64(l.Op), int64(l.Bits), duplicate, int64(len(l.Unit)))
	for i := range len(l.Unit) {
		to = append(to, int64(l.Unit[i]))
	}
	return to
}

// unpack takes over the lines of a checkpoint that may have been read through the
// pointers that State gave away.
func (b *Book) unpack() {
	if !b.stale {
		return
	}
	b.stale, b.lines, b.index = false, nil, nil
	for p := b.packed; len(p) > 0; {
		if len(p) < packedSize || p[packedSize-1] < 0 || p[packedSize-1] > int64(len(p)-packedSize) {
			panic("ledger: a checkpoint's lines are cut short")
		}
		name := make([]byte, p[packedSize-1])
		for i := range name {
			name[i] = byte(p[packedSize+i])
		}
		b.enter(Line{Unit: string(name), Op: fabric.Op(p[0]), Bits: int(p[1]), Copy: p[2] != 0})
		p = p[packedSize+len(name):]
	}
	if len(b.counts) != len(b.lines)*lineSize {
		panic(fmt.Sprintf("ledger: a checkpoint has %d counts for %d lines", len(b.counts), len(b.lines)))
	}
}
