package ledger

import (
	"encoding/json"
	"fmt"

	"acl/fabric"
)

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
	list := make([]record, len(b.Lines()))
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
