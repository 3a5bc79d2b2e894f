package cmd

import (
	"fmt"

	"acl/internal/evaluate"
)

type docCmd struct {
	Name    string `arg:"" help:"A unit, function, key, chip, module or form: nn.conv, opamp.noise, chips.fabric45, circuit.multiply; or circuit, cell, array, ledger."`
	Sources bool   `help:"With ledger: every figure of the table of costs, with its band and source."`
	Macros  bool   `help:"With ledger: the model beside published circuits."`
	Costs   string `default:"fabric45" placeholder:"TABLE" help:"With --sources and --macros: the table of costs."`
}

// Run prints the page of a name.
func (c *docCmd) Run(s *streams) error {
	if c.Sources || c.Macros {
		return c.costs(s)
	}
	text, near, ok := evaluate.New(nil).Page(c.Name)
	switch {
	case ok:
		_, err := fmt.Fprint(s.out, text)
		return err
	case near != "":
		return fmt.Errorf("nothing is called %q; did you mean %s?", c.Name, near)
	}
	return fmt.Errorf("nothing is called %q; `acl doc circuit`, cell, array and ledger list formulas, `acl doc nn` the units", c.Name)
}

// costs prints a table of costs, or published circuits beside it.
func (c *docCmd) costs(s *streams) error {
	if c.Name != "ledger" {
		return fmt.Errorf("--sources and --macros go with `acl doc ledger`, not with %q", c.Name)
	}
	for _, page := range []struct {
		asked bool
		of    func(string) (string, error)
	}{{c.Sources, evaluate.Sources}, {c.Macros, evaluate.Macros}} {
		if !page.asked {
			continue
		}
		text, err := page.of(c.Costs)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(s.out, text); err != nil {
			return err
		}
	}
	return nil
}
