package cmd

import (
	"fmt"
	"os"

	"acl/internal/conformance"
)

type conformanceCmd struct {
	Dir string `arg:"" help:"The folder: every file below it that ends in .txtar is a case."`
}

// Run runs the cases of the language and prints what fails, a table by chapter and
// the counts. A folder without cases proves nothing, and is an error.
func (c *conformanceCmd) Run(s *streams) error {
	if info, err := os.Stat(c.Dir); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is no folder: the cases lie below one", c.Dir)
	}
	r, err := conformance.Run(os.DirFS(c.Dir), conformance.Options{})
	if err != nil {
		return err
	}
	if len(r.Results) == 0 {
		return fmt.Errorf("no case, CHAPTER/name.txtar, lies below %s", c.Dir)
	}
	if err := r.Write(s.out); err != nil {
		return err
	}
	if r.Failed() > 0 {
		return errWrong
	}
	return nil
}
