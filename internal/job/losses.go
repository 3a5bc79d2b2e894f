package job

import (
	"fmt"
	"strings"

	"acl/fabric"
	"acl/internal/dataset"
	"acl/lang/diag"
	"acl/lang/sig"
)

// recordedLosses is the loss by which the run was trained that an infer block's
// weights are of, in the block's own values. Where there is none, or it does not fit
// the block's data, nothing is said unless its report names the loss.
func (p *Program) recordedLosses(m *Model, set dataset.Info) ([]fabric.LossTerm, diag.List) {
	it := m.Plan.Settings.Get("weights")
	path := string(it.Value.(sig.String))
	losses, err := runLosses(path, m.Fabric())
	if err == nil {
		err = fitLosses(set, m.Fabric(), losses)
	}
	if err == nil {
		return losses, nil
	}
	if report := m.Plan.Settings.Get("report"); report == nil || !m.Reported("loss") {
		return nil, nil
	}
	return nil, diag.List{diag.Errorf("E0614", it.Span, "the report asks for a loss: %v", err).
		WithHint("the loss is that of the run which the weights are of")}
}

// runLosses are the terms of a run's loss, with the values that they compare looked
// up among to's outputs and inputs by name.
func runLosses(path string, to *fabric.Program) ([]fabric.LossTerm, error) {
	if strings.HasSuffix(path, ".safetensors") {
		return nil, fmt.Errorf("%s holds weights alone", path)
	}
	rec, err := ReadRecord(path)
	if err != nil {
		return nil, err
	}
	_, m, err := Reopen(path, rec)
	if err != nil {
		return nil, err
	}
	from := m.Fabric()
	var out []fabric.LossTerm
	for _, t := range from.Learn.Losses {
		name := portName(from, t.Pred)
		t.Pred = portValue(to, name)
		if t.TargetValue != fabric.NoValue {
			name = portName(from, t.TargetValue)
			t.TargetValue = portValue(to, name)
			if t.TargetValue == fabric.NoValue {
				t.Pred = fabric.NoValue
			}
		}
		if t.Pred == fabric.NoValue {
			return nil, fmt.Errorf("%s was trained by `%s`, which %s does not have", path, name, to.Name)
		}
		out = append(out, t)
	}
	return out, nil
}

// portName is the name of the port that a value leaves or enters by; empty for none.
func portName(p *fabric.Program, v fabric.ValueID) string {
	for _, port := range append(p.Outputs[:len(p.Outputs):len(p.Outputs)], p.Inputs...) {
		if port.Value == v {
			return port.Name
		}
	}
	return ""
}

func portValue(p *fabric.Program, name string) fabric.ValueID {
	for _, port := range append(p.Outputs[:len(p.Outputs):len(p.Outputs)], p.Inputs...) {
		if port.Name == name {
			return port.Value
		}
	}
	return fabric.NoValue
}
