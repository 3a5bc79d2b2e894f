package job

import (
	"acl/fabric"
	"acl/fabric/ledger"
)

// Share is a part of the energy of training, for a reader.
type Share struct {
	Name   string
	Energy ledger.Amount
}

// Shares splits the energy of the training steps: what analog circuits took
// forward, backward and in updates, and over all three conversion, storage of
// intermediate values, control (with memory and digital arithmetic) and, where
// amplifiers are never off, their idling. Setup is not in it.
func (r *Result) Shares() []Share {
	list := []Share{
		{Name: "forward"}, {Name: "backward"}, {Name: "update"}, {Name: "conversion"}, {Name: "storage"}, {Name: "control"}, {Name: "idle"},
	}
	for i, phase := range []ledger.Phase{ledger.Forward, ledger.Backward, ledger.Update} {
		for part := range ledger.Parts {
			at := i
			switch part {
			case ledger.PartDAC, ledger.PartADC:
				at = 3
			case ledger.PartStorage:
				at = 4
			case ledger.PartControl, ledger.PartInput:
				at = 5
			case ledger.PartStatic:
				at = 6
			}
			list[at].Energy = list[at].Energy.Plus(r.Bill.Entry[phase][part])
		}
	}
	return list
}

// EnergyMap is Shares in joules, with the setup and the total.
func (r *Result) EnergyMap() map[string]float64 {
	out := map[string]float64{"setup": r.Bill.Phase(ledger.Setup).Value, "total": r.Bill.Training().Value}
	for _, s := range r.Shares() {
		out[s.Name] = s.Energy.Value
	}
	return out
}

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

// Area is the silicon of the tiles that the program uses, of one frame of the
// stack and of the control unit's memory.
func (r *Result) Area() ledger.Area { return AreaOf(r.Machine.Program(), r.Table) }

// AreaOf is Area of a program by a table of costs.
func AreaOf(f *fabric.Program, t *ledger.Table) ledger.Area {
	return ledger.AreaOf(&f.Chip, t, tilesUsed(f), f.Frame)
}

func tilesUsed(f *fabric.Program) int {
	n := f.Tiles + f.GradTiles
	for i := range f.Arrays {
		n += len(f.Arrays[i].Copy)
	}
	return n
}
