package cmd

import (
	"fmt"
	"io"
	"os"

	"acl/internal/checkpoint"
	"acl/lang/diag"
	"acl/lang/format"
	"acl/lang/source"
)

type fmtCmd struct {
	Files []string `arg:"" help:"Programs."`
	Write bool     `short:"w" help:"Replace each file that changes, whole."`
	List  bool     `short:"l" help:"Print the names of files that would change."`
	Diff  bool     `short:"d" help:"Print the lines that would change."`
}

// Run formats the files; without a flag the text goes to standard output.
func (c *fmtCmd) Run(s *streams) error {
	var bad error
	for _, name := range c.Files {
		if err := c.one(s, name); err != nil {
			bad = err
		}
	}
	return bad
}

func (c *fmtCmd) one(s *streams, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, diags := format.Source(source.NewFile(name, string(data)))
	if diags.HasErrors() {
		return s.report(diags)
	}
	changed := text != string(data)
	switch {
	case c.List && changed:
		fmt.Fprintln(s.out, name)
	case c.Diff && changed:
		printDiff(s.out, name, string(data), text)
	case !c.List && !c.Diff && !c.Write:
		fmt.Fprint(s.out, text)
	}
	if c.Write && changed {
		return checkpoint.WriteFile(name, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	}
	return nil
}

type explainCmd struct {
	Code string `arg:"" help:"A code, such as E0203."`
}

// Run prints what a code means and a program that triggers it.
func (c *explainCmd) Run(s *streams) error {
	e, ok := diag.Lookup(diag.Code(c.Code))
	if !ok {
		return fmt.Errorf("no diagnostic has the code %q", c.Code)
	}
	fmt.Fprintf(s.out, "%s: %s\n\n%s\n\nFor example:\n\n%s", e.Code, e.Title, e.Explain, e.Example)
	return nil
}
