package cmd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"acl/internal/evaluate"
	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/source"
)

type evalCmd struct {
	Expr string `arg:"" help:"An expression, such as 'circuit.multiply(x = 0.1V, w = 0.5)'."`
	In   string `placeholder:"FILE" help:"A program whose fabrics the expression may read."`
	JSON bool   `help:"Print {\"value\": .., \"unit\": ..} in SI units."`
}

// expressionLast moves an expression that begins with a minus, which would be read as
// a flag, to the end of the command line, behind --.
func expressionLast(args []string) []string {
	if len(args) == 0 || args[0] != "eval" {
		return args
	}
	for i, a := range args {
		if a == "--" {
			break
		}
		if len(a) > 1 && a[0] == '-' && strings.ContainsRune("0123456789( ", rune(a[1])) {
			out := append(slices.Clone(args[:i]), args[i+1:]...)
			return append(out, "--", a)
		}
	}
	return args
}

// Run computes the expression and prints its value with the unit.
func (c *evalCmd) Run(s *streams) error {
	program, err := openProgram(s, c.In)
	if err != nil {
		return err
	}
	v, diags := evaluate.New(program).Eval(source.NewFile("expression", c.Expr))
	f := programFlags{JSON: c.JSON}
	if err := f.report(s, diags); err != nil || v == nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintln(s.out, evaluate.Format(v))
		return nil
	}
	out, err := json.Marshal(evaluate.JSON(v))
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, string(out))
	return nil
}

// openProgram is the one that an expression may read, nil without a path.
func openProgram(s *streams, path string) (*check.Program, error) {
	if path == "" {
		return nil, nil
	}
	p, err := job.Open(path, nil)
	if err != nil {
		return nil, err
	}
	if p.Diags.HasErrors() {
		return nil, s.report(p.Diags)
	}
	return p.Program, nil
}
