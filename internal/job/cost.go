package job

import (
	"acl/fabric"
	"acl/fabric/ledger"
)

// EnergyMap is the energy of the training by part, J, with its total.
func (r *Result) EnergyMap() map[string]float64 {
	out := map[string]float64{}
	for p := range ledger.Parts {
		var a ledger.Amount
		for _, phase := range trainingPhases {
			a = a.Plus(r.Bill.Entry[phase][p])
		}
		if a.Value > 0 {
			out[p.String()] = a.Value
		}
	}
	out["total"] = r.Bill.Training().Value
	return out
}

var trainingPhases = []ledger.Phase{ledger.Setup, ledger.Forward, ledger.Backward, ledger.Update}

// Work is what the network asks of a digital machine, a sample.
func (r *Result) Work() ledger.Work { return ledger.WorkOf(r.Machine.Program()) }

// BaselineMap is the energy of the same training on a digital machine, J, by
// precision.
func (r *Result) BaselineMap() map[string]float64 {
	out := map[string]float64{}
	for _, p := range ledger.Precisions {
		out[p.Name] = float64(r.Samples) * p.TrainStep(r.Work(), ledger.DefaultReuse)
	}
	return out
}

// Area is the silicon of the tiles that the program uses, and of one frame of the
// stack, m².
func (r *Result) Area() ledger.Area {
	f := r.Machine.Program()
	return ledger.AreaOf(&f.Chip, tilesUsed(f), f.Frame)
}

func tilesUsed(f *fabric.Program) int {
	n := f.Tiles + f.GradTiles
	for i := range f.Arrays {
		n += len(f.Arrays[i].Copy)
	}
	return n
}
