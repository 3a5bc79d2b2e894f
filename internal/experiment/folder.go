package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"acl/internal/checkpoint"
	"acl/internal/job"
	"acl/lang/check"
)

// An experiment's folder:
//
//	experiment.json  which experiment of which program it holds
//	program/…        the exact files, without the library
//	cells/…          a run record for each trial, named after cell, seed and die
//	trials.csv       a line for each finished trial
//	table.csv .json  mean and spread of each cell
//	METRIC.svg       a plot for each metric of the report

// head is experiment.json.
type head struct {
	Version int      `json:"version"`
	Name    string   `json:"experiment"`
	Root    string   `json:"root"` // of program/
	Hash    string   `json:"program_sha256"`
	Sets    []string `json:"set,omitempty"`
}

const version = 1

// prepare makes a folder ready for an experiment's trials, or finds that it holds
// those of the same one. Another one's are left alone.
func prepare(dir string, p *job.Program, g *job.Grid) error {
	want := head{Version: version, Name: g.Experiment.Name, Root: p.RootName(), Hash: p.Hash(), Sets: p.Sets}
	have, err := readHead(dir)
	switch {
	case err == nil && have.Name == want.Name && have.Hash == want.Hash && slices.Equal(have.Sets, want.Sets):
		return nil
	case err == nil:
		return fmt.Errorf("%s holds trainings of another experiment, program or --set: choose another folder", dir)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if old, err := os.ReadDir(dir); err == nil && len(old) > 0 {
		return fmt.Errorf("%s holds files that are no experiment: nothing is overwritten", dir)
	}
	if err := p.Save(filepath.Join(dir, "program")); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "experiment.json"), want)
}

func readHead(dir string) (*head, error) {
	path := filepath.Join(dir, "experiment.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s is no experiment: %w", dir, err)
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if h.Version != version {
		return nil, fmt.Errorf("%s: version %d, this program reads %d", path, h.Version, version)
	}
	return &h, nil
}

// folderOf is where a trial's record lies, in the folder of its experiment.
func folderOf(dir string, t *job.Trial) string {
	name := fmt.Sprintf("%03d", t.Cell.Number)
	if label := Label(t.Cell, ","); label != "" {
		name += "_" + strings.Map(safe, label)
	}
	return filepath.Join(dir, "cells", fmt.Sprintf("%.120s_seed%d_die%d", name, t.Seed, t.Die))
}

// safe keeps what any file system takes in a name.
func safe(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._-,=%", r):
		return r
	}
	return '_'
}

// Label names a cell by its case and its values: empty for the one cell of an
// experiment that varies nothing.
func Label(c *check.Cell, sep string) string {
	var parts []string
	if c.Case != "" {
		parts = append(parts, c.Case)
	}
	for _, v := range c.Values {
		parts = append(parts, v.Path+"="+v.Text)
	}
	return strings.Join(parts, sep)
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

func write(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return checkpoint.WriteFile(path, fill)
}
