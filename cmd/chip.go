package cmd

import (
	"fmt"

	"acl/fabric"
	"acl/internal/evaluate"
	"acl/lang/source"
)

// chipFlags name the chip that a command measures.
type chipFlags struct {
	Chip string `default:"chips.fabric45" help:"The chip: a fabric of the library or of the program."`
	In   string `placeholder:"FILE" help:"A program whose fabrics --chip may name."`
}

// open returns a copy of the chip.
func (c *chipFlags) open(s *streams) (*fabric.Chip, error) {
	program, err := openProgram(s, c.In)
	if err != nil {
		return nil, err
	}
	v, diags := evaluate.New(program).Eval(source.NewFile("--chip", c.Chip))
	if err := s.report(diags); err != nil {
		return nil, err
	}
	named, ok := v.(evaluate.Chip)
	if !ok {
		return nil, fmt.Errorf("--chip %s is %s, not a chip", c.Chip, evaluate.Format(v))
	}
	chip := *named.Chip
	return &chip, nil
}
