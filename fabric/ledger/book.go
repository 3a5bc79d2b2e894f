package ledger

import (
	"encoding/json"
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

// Book counts events. The zero value is an empty book. Lines follow from the
// program, in the order in which they are opened; the counts are the state. It is
// used by one goroutine at a time.
type Book struct {
	lines  []Line
	index  map[Line]int
	counts []int64 // lines × Phases × Kinds
}

// NewBook returns a book with a line for what each of the names fires.
func NewBook(names []string) *Book {
	b := &Book{}
	for _, name := range names {
		b.Open(Line{Unit: name, Op: fabric.OpFire})
	}
	return b
}

// Open returns the index of a line, which it adds where the book has none like it.
func (b *Book) Open(l Line) int {
	if i, ok := b.index[l]; ok {
		return i
	}
	if b.index == nil {
		b.index = map[Line]int{}
	}
	i := len(b.lines)
	b.index[l] = i
	b.lines = append(b.lines, l)
	if need := len(b.lines) * lineSize; len(b.counts) < need {
		b.counts = append(b.counts, make([]int64, need-len(b.counts))...)
	}
	return i
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
func (b *Book) Get(line int, p Phase, k Kind) float64 { return inUnit(k, *b.at(line, p, k)) }

// Total is Get over all lines.
func (b *Book) Total(p Phase, k Kind) float64 {
	var n int64
	for line := range b.lines {
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
func (b *Book) Lines() []Line { return b.lines }

// Clone returns a copy that later events do not reach.
func (b *Book) Clone() *Book {
	c := &Book{}
	for _, l := range b.lines {
		c.Open(l)
	}
	c.counts = slices.Clone(b.counts)
	return c
}

// State lists what a checkpoint keeps: the counts. A machine of the same program
// opens the same lines in the same order.
func (b *Book) State() []fabric.Field {
	return []fabric.Field{{Name: "counts", Ptr: &b.counts}}
}

// record is a line in JSON.
type record struct {
	Unit   string                      `json:"unit"`
	Op     string                      `json:"op"`
	Bits   int                         `json:"bits,omitempty"`
	Copy   bool                        `json:"copy,omitempty"`
	Counts map[string]map[string]int64 `json:"counts"` // by phase and kind; zeros are left out
}

// MarshalJSON writes the lines in their order, with the counts that are not zero
// as integers; sums are in 1/SumUnit.
func (b *Book) MarshalJSON() ([]byte, error) {
	list := make([]record, len(b.lines))
	for i, l := range b.lines {
		list[i] = record{Unit: l.Unit, Op: l.Op.String(), Bits: l.Bits, Copy: l.Copy, Counts: b.countsOf(i)}
	}
	return json.Marshal(list)
}

func (b *Book) countsOf(line int) map[string]map[string]int64 {
	out := map[string]map[string]int64{}
	for p := range Phases {
		for k := range Kinds {
			n := *b.at(line, p, k)
			if n == 0 {
				continue
			}
			if out[p.String()] == nil {
				out[p.String()] = map[string]int64{}
			}
			out[p.String()][k.String()] = n
		}
	}
	return out
}

// UnmarshalJSON reads what MarshalJSON wrote, in place of what the book holds.
// Unknown phases, kinds and instructions are errors.
func (b *Book) UnmarshalJSON(text []byte) error {
	var list []record
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	var n Book
	for _, r := range list {
		if err := n.read(r); err != nil {
			return err
		}
	}
	*b = n
	return nil
}

func (b *Book) read(r record) error {
	op, err := opOf(r.Op)
	if err != nil {
		return err
	}
	line := b.Open(Line{Unit: r.Unit, Op: op, Bits: r.Bits, Copy: r.Copy})
	for phase, kinds := range r.Counts {
		p, err := find(phaseNames[:], phase, "phase")
		if err != nil {
			return err
		}
		for kind, n := range kinds {
			k, err := find(kindNames[:], kind, "kind")
			if err != nil {
				return err
			}
			*b.at(line, Phase(p), Kind(k)) += n
		}
	}
	return nil
}

func opOf(word string) (fabric.Op, error) {
	for op := fabric.OpConfig; op <= fabric.OpHalt; op++ {
		if op.String() == word {
			return op, nil
		}
	}
	return 0, fmt.Errorf("ledger: no instruction is called %q", word)
}
