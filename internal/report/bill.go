package report

import (
	"fmt"
	"io"
	"sort"

	"acl/fabric/ledger"
)

// Bill prints a priced book: phases by parts, then the units that took most.
func Bill(w io.Writer, b *ledger.Bill) {
	for p := range ledger.Phases {
		if b.Phase(p).Value == 0 {
			continue
		}
		amount(w, p.String(), b.Phase(p))
		for part := range ledger.Parts {
			if a := b.Entry[p][part]; a.Value > 0 {
				fmt.Fprintf(w, "      %-11s %9s   (%s .. %s)\n", part, joules(a.Value), joules(a.Low), joules(a.High))
			}
		}
	}
	amount(w, "total", b.Total())
	units := append([]ledger.UnitBill(nil), b.Units...)
	sort.SliceStable(units, func(i, j int) bool { return units[i].Total().Value > units[j].Total().Value })
	fmt.Fprintln(w, "  by unit:")
	for i := range units {
		name := units[i].Unit
		if name == "" {
			name = "control unit"
		}
		if units[i].Total().Value > 0 {
			amount(w, name, units[i].Total())
		}
	}
}

// BillMap is a priced book as JSON has it: joules by phase, part and unit.
func BillMap(b *ledger.Bill) map[string]any {
	phases, units := map[string]map[string]float64{}, map[string]float64{}
	for p := range ledger.Phases {
		parts := map[string]float64{}
		for part := range ledger.Parts {
			if v := b.Entry[p][part].Value; v > 0 {
				parts[part.String()] = v
			}
		}
		if len(parts) > 0 {
			phases[p.String()] = parts
		}
	}
	for i := range b.Units {
		units[b.Units[i].Unit] = b.Units[i].Total().Value
	}
	t := b.Total()
	return map[string]any{
		"event": "bill", "table": b.Table, "energy_j": phases, "units_j": units,
		"total_j": t.Value, "low_j": t.Low, "high_j": t.High,
	}
}
