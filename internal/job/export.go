package job

import (
	"fmt"

	"acl/fabric"
	"acl/internal/safetensors"
)

// Weights are the logical weights of a finished run as safetensors: PATH.w, rows
// by columns, and PATH.b where the unit has a bias.
func Weights(dir string) (*safetensors.File, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	m, err := Restore(dir, rec)
	if err != nil {
		return nil, err
	}
	out := &safetensors.File{Meta: map[string]string{
		"model": rec.Model, "fabric": rec.Fabric, "seed": fmt.Sprint(rec.Seed), "program_sha256": rec.Hash,
	}}
	for i, w := range m.Weights() {
		a := &m.Program().Arrays[i]
		out.Tensors = append(out.Tensors, tensorsOf(a, w)...)
	}
	return out, nil
}

func tensorsOf(a *fabric.Array, w []float32) []safetensors.Tensor {
	rows := a.Rows
	if a.Bias {
		rows--
	}
	list := []safetensors.Tensor{{Name: a.Path + ".w", Shape: []int{rows, a.Cols}, Data: w[:rows*a.Cols]}}
	if a.Bias {
		list = append(list, safetensors.Tensor{Name: a.Path + ".b", Shape: []int{a.Cols}, Data: w[rows*a.Cols:]})
	}
	return list
}
