package job

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/internal/checkpoint"
	"acl/lang/diag"
	"acl/lang/sig"
)

// weights are the start values of a block's arrays, rows by columns with the bias
// row last; nil without the setting.
func (p *Program) weights(m *Model, f *fabric.Program) ([][]float32, diag.List) {
	it := m.Plan.Settings.Get("weights")
	if it == nil {
		return nil, nil
	}
	path := string(it.Value.(sig.String))
	w, err := loadWeights(path, f)
	if err != nil {
		return nil, diag.List{diag.Errorf("E0614", it.Span, "%v", err).
			WithHint("`weights` takes the folder of a finished run, or a .safetensors file, from the working folder")}
	}
	return w, nil
}

func loadWeights(path string, f *fabric.Program) ([][]float32, error) {
	if strings.HasSuffix(path, ".safetensors") {
		return tensorWeights(path, f)
	}
	rec, err := ReadRecord(path)
	if err != nil {
		return nil, err
	}
	m, err := Restore(path, rec)
	if err != nil {
		return nil, err
	}
	return matchArrays(m.Program(), m.Weights(), f, path)
}

// matchArrays brings the weights of one program to the arrays of another, by
// path and size.
func matchArrays(from *fabric.Program, w [][]float32, to *fabric.Program, path string) ([][]float32, error) {
	out := make([][]float32, len(to.Arrays))
	for i := range to.Arrays {
		a := &to.Arrays[i]
		for j := range from.Arrays {
			b := &from.Arrays[j]
			if b.Path == a.Path && b.Rows == a.Rows && b.Cols == a.Cols && b.Bias == a.Bias {
				out[i] = w[j]
			}
		}
		if out[i] == nil {
			return nil, fmt.Errorf("%s has no weights for %s of %d x %d", path, a.Path, a.Rows, a.Cols)
		}
	}
	return out, nil
}

// ReadRecord reads the record of a finished run.
func ReadRecord(dir string) (*Record, error) {
	text, err := os.ReadFile(filepath.Join(dir, "record.json"))
	if err != nil {
		return nil, fmt.Errorf("%s is no run record: %w", dir, plain(err))
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "record.json"), err)
	}
	if r.Version != Version {
		return nil, fmt.Errorf("%s: record version %d, this program reads %d", dir, r.Version, Version)
	}
	return &r, nil
}

// Reopen compiles the program that a record was made of, and checks that its text
// is the one that ran.
func Reopen(dir string, rec *Record) (*Program, *Model, error) {
	if strings.Contains(rec.Root, "..") || filepath.IsAbs(rec.Root) {
		return nil, nil, fmt.Errorf("%s: root %q leaves the record", dir, rec.Root)
	}
	p, err := Open(filepath.Join(dir, "program", rec.Root), rec.Sets)
	if err != nil {
		return nil, nil, err
	}
	if p.Diags.HasErrors() {
		return nil, nil, fmt.Errorf("%s: %w", dir, p.Diags.Errors()[0])
	}
	if p.Hash() != rec.Hash {
		return nil, nil, fmt.Errorf("%s: the program in the record is not the one that ran: its hash differs", dir)
	}
	if rec.Trial != nil {
		t, err := p.trial(rec.Trial, rec.Seed)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", dir, err)
		}
		m, diags := p.Lowered(t)
		if diags.HasErrors() {
			return nil, nil, fmt.Errorf("%s: %w", dir, diags.Errors()[0])
		}
		return p, m, nil
	}
	for _, plan := range p.Plans {
		if plan.Kind != "train" || plan.Bad || plan.Module.Name != rec.Model {
			continue
		}
		m, diags := p.Lower(plan, "")
		if diags.HasErrors() {
			return nil, nil, fmt.Errorf("%s: %w", dir, diags.Errors()[0])
		}
		if m.Fabric().Chip.Name == rec.Fabric {
			return p, m, nil
		}
	}
	return nil, nil, fmt.Errorf("%s: its program does not train %s on %s", dir, rec.Model, rec.Fabric)
}

// Restore brings back the machine of a run as its last checkpoint left it.
func Restore(dir string, rec *Record) (*dcu.Machine, error) { return restored(dir, rec, nil) }

// restored is Restore with a pool to compute on; nil: one thread.
func restored(dir string, rec *Record, pool *kernel.Pool) (*dcu.Machine, error) {
	_, m, err := Reopen(dir, rec)
	if err != nil {
		return nil, err
	}
	machine, err := dcu.New(dcu.Config{Program: m.Fabric(), Pool: pool, Seed: rec.Seed})
	if err != nil {
		return nil, err
	}
	return machine, restore(dir, rec, machine, &dcu.Place{})
}

// restore brings machine and place back as the last checkpoint has them.
func restore(dir string, rec *Record, machine *dcu.Machine, place *dcu.Place) error {
	fields := append(machine.State(), fabric.Fields(place)...)
	if err := checkpoint.Load(lastCheckpoint(dir), rec.Hash, nil, fields); err != nil {
		return err
	}
	machine.Resume()
	return nil
}

// lastCheckpoint is the newest state in a record: the one at the end, or, where a
// run was cut off, the last of those in between.
func lastCheckpoint(dir string) string {
	end := filepath.Join(dir, "checkpoint.bin")
	if _, err := os.Stat(end); err == nil {
		return end
	}
	between, err := filepath.Glob(filepath.Join(dir, "checkpoint-*.bin"))
	if err != nil || len(between) == 0 {
		return end
	}
	return slices.Max(between)
}

// Map is the result as the line of `acl run --json` has it. Metrics that do not
// apply are absent.
func (r *Result) Map() map[string]any {
	f := r.Machine.Program()
	out := Finite(map[string]any{
		"event": "result", "model": f.Name, "seed": r.Seed, "loss": r.Score.Loss, "top1": r.Score.Top1,
		"top5": r.Score.Top5, "top1_clean": r.Clean.Top1, "top5_clean": r.Clean.Top5,
		"latency_s": r.Clock, "setup_s": r.Machine.Memory.Spans[ledger.Setup], "area_mm2": r.Area().Total() * 1e6, "clipped": r.Clipped(), "digest": r.Digest,
	})
	out["utilization"] = ledger.UtilizationOf(f).Tiles
	out["reconfigurations"], out["wear"] = r.Machine.Memory.Configured, r.Wear()
	out["repairs"] = r.Machine.Repairs()
	if rules := f.Plan.Rules; len(rules) > 0 {
		var list []any
		for i := range rules {
			list = append(list, map[string]any{"rule": rules[i].String(), "choices": r.Machine.Memory.Ruled[i]})
		}
		out["rules"] = list
	}
	if list := r.modules(); len(list) > 0 {
		out["modules"] = list
	}
	if list := r.protection(); len(list) > 0 {
		out["protection"] = list
	}
	out["energy_j"] = r.EnergyMap()
	out["baseline_j"] = r.BaselineMap()
	return out
}

// modules is how often each module was taken, where the plan or the chip gives a choice that
// means something.
func (r *Result) modules() map[string]any {
	f := r.Machine.Program()
	if f.Plan.Choose != "adaptive" && len(f.Plan.Rules) == 0 {
		return nil
	}
	out := map[string]any{}
	for i := range f.Modules {
		out[f.Modules[i].Name()] = r.Machine.Memory.Fired[i]
	}
	return out
}

// Wear is how often the physical module that was used most has fired.
func (r *Result) Wear() int64 {
	var most int64
	for _, n := range r.Machine.Memory.Fired {
		most = max(most, n)
	}
	return most
}

// protection is what guards and scans of each array saw and did.
func (r *Result) protection() []any {
	var list []any
	for i := range r.Machine.Memory.Tallies {
		a, t := &r.Machine.Program().Arrays[i], &r.Machine.Memory.Tallies[i]
		if a.Protect == nil && t.Scans == 0 {
			continue
		}
		list = append(list, map[string]any{
			"array": a.Path, "voted": t.Voted, "differed": t.Differed, "rewrites": t.Rewrites, "scans": t.Scans, "checked": t.Checked, "alarms": t.Alarms,
			"confirmed": t.Confirmed, "located": t.Located, "stuck": t.Stuck,
			"spared": t.Spared, "moved": t.Moved, "unrepaired": t.Unrepaired,
		})
	}
	return list
}

// Clipped is the number of values that met a rail in training.
func (r *Result) Clipped() int64 {
	var n int64
	for _, c := range r.Machine.Memory.Clipped {
		n += c
	}
	return n
}
