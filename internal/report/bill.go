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
	fmt.Fprintln(w, "  by unit:")
	for _, u := range byEnergy(b) {
		amount(w, unitName(u), u.Total())
	}
}

// byEnergy are the units that took any, the most first.
func byEnergy(b *ledger.Bill) []*ledger.UnitBill {
	var units []*ledger.UnitBill
	for i := range b.Units {
		if b.Units[i].Total().Value > 0 {
			units = append(units, &b.Units[i])
		}
	}
	sort.SliceStable(units, func(i, j int) bool { return units[i].Total().Value > units[j].Total().Value })
	return units
}

func unitName(u *ledger.UnitBill) string {
	if u.Unit == "" {
		return "control unit"
	}
	return u.Unit
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
