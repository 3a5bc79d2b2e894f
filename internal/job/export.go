package job

import (
	"fmt"

	"acl/internal/safetensors"
)

// Weights are the logical weights of a finished run, and what else its network has
// learned or measured, in the names and layouts of PyTorch (see tensors).
func Weights(dir string) (*safetensors.File, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	m, err := Restore(dir, rec)
	if err != nil {
		return nil, err
	}
	return &safetensors.File{
		Meta: map[string]string{
			"model": rec.Model, "fabric": rec.Fabric, "seed": fmt.Sprint(rec.Seed), "program_sha256": rec.Hash,
		},
		Tensors: tensorsOf(m.Program(), "", m.Weights(), true),
	}, nil
}
