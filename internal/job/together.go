package job

import "acl/fabric/ledger"

// Together is what models that trained side by side on one fabric came to. Each ends with
// the bits that it would have alone in the same places; what they share shows in the time.
type Together struct {
	Fabric   string
	Results  []*Result
	Makespan float64 // s of the chip until the last has ended
	Serial   float64 // s, one after the other
	Issue    float64 // s that the control unit takes to issue all instructions
	Energy   float64 // J
	Tiles    int
	// Utilization is the share of the chip's tiles that they take together.
	Utilization float64
}

// Join gathers the results of models that trained on the same fabric. Modules and buses are
// the models' own: the last one ends when it would alone, or where that is later when the
// control unit has issued the instructions of all, one a cycle.
func Join(results []*Result) *Together {
	chip := &results[0].Machine.Program().Chip
	t := &Together{Fabric: chip.Name, Results: results}
	words := 0.0
	for _, r := range results {
		f := r.Machine.Program()
		t.Makespan = max(t.Makespan, r.Clock)
		t.Serial += r.Clock
		t.Energy += r.Bill.Training().Value
		t.Tiles += tilesUsed(f)
		for phase := range ledger.Phases {
			words += r.Machine.Memory.Book.Total(phase, ledger.Microword)
		}
	}
	t.Issue = words / chip.DCU.Clock
	t.Makespan = max(t.Makespan, t.Issue)
	t.Utilization = float64(t.Tiles) / float64(chip.Tiles.Count)
	return t
}

// Map is the line of `acl run --json`.
func (t *Together) Map() map[string]any {
	var names []string
	for _, r := range t.Results {
		names = append(names, r.Machine.Program().Name)
	}
	return map[string]any{
		"event": "together", "fabric": t.Fabric, "models": names, "latency_s": t.Makespan, "serial_s": t.Serial,
		"issue_s": t.Issue, "energy_j": t.Energy, "tiles": t.Tiles, "utilization": t.Utilization,
	}
}
