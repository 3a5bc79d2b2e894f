package report

import (
	"fmt"

	"acl/fabric/ledger"
)

// protection says what each protection and each scan cost and bought: nothing where
// the program has none.
func (r *Run) protection() []section {
	mem, f := &r.Machine.Memory, r.Model.Fabric()
	votes := grid{Caption: "copies that vote", Head: []string{"array", "copies", "vote", "outputs", "a copy differed", "share", "rewrites to the vote"}}
	checks := grid{Caption: "checksums", Head: []string{"array", "columns a tile", "reads", "alarms", "share", "confirmed by a second read", "located"}}
	scans := grid{Caption: "scans", Head: []string{"array", "scans", "stuck cells found", "columns on spares", "moves", "repairs with nothing left"}}
	for i := range f.Arrays {
		a, t := &f.Arrays[i], &mem.Tallies[i]
		if g := a.Protect; g != nil && g.Copies > 1 {
			row := figures(a.Path, fmt.Sprint(g.Copies), "", Group(t.Voted), Group(t.Differed), share(t.Differed, t.Voted), Group(t.Rewrites))
			row[2] = cell{Text: g.Vote}
			votes.Rows = append(votes.Rows, row)
		}
		if g := a.Protect; g != nil && g.Checks > 0 {
			checks.Rows = append(checks.Rows, figures(a.Path, fmt.Sprint(g.Checks), Group(t.Checked), Group(t.Alarms), share(t.Alarms, t.Checked),
				Group(t.Confirmed), Group(t.Located)))
		}
		if t.Scans > 0 {
			scans.Rows = append(scans.Rows, figures(a.Path, Group(t.Scans), Group(t.Stuck), Group(t.Spared), Group(t.Moved), Group(t.Unrepaired)))
		}
	}
	s := section{ID: "protection", Name: "Protection"}
	for _, g := range []grid{votes, checks, scans} {
		if len(g.Rows) > 0 {
			s.Tables = append(s.Tables, g)
		}
	}
	if mem.Rerouted > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("Units left modules that had failed %s times.", Group(mem.Rerouted)))
	}
	if len(s.Tables)+len(s.Notes) == 0 {
		return nil
	}
	cost, all := r.Bill.Part(ledger.PartRedundancy), r.Bill.Total()
	s.Notes = append(s.Notes, fmt.Sprintf("All of it took %s, %s of the energy of the run.", joules(cost.Value), percent(cost.Value/all.Value)))
	return []section{s}
}

// share is n of all, in percent.
func share(n, all int64) string {
	if all == 0 {
		return "-"
	}
	return percent(float64(n) / float64(all))
}
