package experiment

import (
	"fmt"
	"path/filepath"

	"acl/internal/job"
)

// Collect makes the table of what an experiment's folder holds, finished or not.
// Cells that were given up are found again by the same rule.
func Collect(dir string) (*Table, error) {
	h, err := readHead(dir)
	if err != nil {
		return nil, err
	}
	p, err := job.Open(filepath.Join(dir, "program", h.Root), h.Sets)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Diags.HasErrors():
		return nil, fmt.Errorf("%s: %w", dir, p.Diags.Errors()[0])
	case p.Hash() != h.Hash:
		return nil, fmt.Errorf("%s: the program in the folder is not the one that ran: its hash differs", dir)
	}
	g, err := p.Grid(h.Name)
	if err != nil {
		return nil, err
	}
	r := &runner{p: p, g: g}
	dropped := map[int]int{}
	for _, round := range rounds(g, p.Trials(g)) {
		for _, t := range keep(round, dropped) {
			if out, ok := finished(folderOf(dir, t), t); ok {
				r.found = append(r.found, out)
			}
		}
		if g.Prunes() {
			r.prune(dropped)
		}
	}
	return tabulate(p, g, r.found, dropped), nil
}
