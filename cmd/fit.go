package cmd

import (
	"fmt"
	"os"

	"acl/internal/fitting"
	"acl/lang/source"
)

type fitCmd struct {
	File string `arg:"" help:"A CSV file of rows pulse, direction, weight: the index of the pulse, up or down, the weight behind it. Full weight is 1; a header may name the third column conductance, which is scaled to it."`
	JSON bool   `help:"Print a JSON line."`
}

// largestCurve is the size in bytes up to which a curve is read: millions of pulses.
const largestCurve = 1 << 28

// Run prints the cell block that fits the curve best.
func (c *fitCmd) Run(s *streams) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	if info.IsDir() || info.Size() > largestCurve {
		return fmt.Errorf("%s is no pulse curve: it is a folder, or larger than %d bytes", c.File, largestCurve)
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	file := source.NewFile(c.File, string(text))
	curve, diags := fitting.ReadCurve(file)
	if err := s.report(diags); err != nil {
		return err
	}
	fit, diags := fitting.Of(curve, file)
	if err := s.report(diags); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, fitMap(fit))
	}
	return fit.Text(s.out)
}

func fitMap(f *fitting.Fit) map[string]any {
	step, asymmetry, cycle := f.Cell()
	return map[string]any{
		"step": step, "asymmetry": asymmetry, "cycle": cycle, "up": sideMap(f.Up), "down": sideMap(f.Down),
		"rms": f.RMS, "worst": f.Worst, "worst_at": f.WorstAt, "beyond": beyondMap(f.Curve.Beyond),
	}
}

// beyondMap is null where every weight is within -1 .. 1.
func beyondMap(b fitting.Beyond) map[string]any {
	if b.Rows == 0 {
		return nil
	}
	return map[string]any{"rows": b.Rows, "line": b.Line, "largest": b.Largest}
}

// sideMap is null for a sign without a law; a bound that was not reached is null too.
func sideMap(s *fitting.Side) map[string]any {
	if s == nil {
		return nil
	}
	m := map[string]any{"pulses": s.Pulses, "step": s.Step, "asymmetry": s.Asymmetry(), "cycle": s.Cycle, "bound": nil}
	if s.Reached {
		m["bound"] = s.Bound
	}
	return m
}
