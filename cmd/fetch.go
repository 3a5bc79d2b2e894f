package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"acl/internal/dataset"
	"acl/lang/spell"
)

// folders are the places of data sets that a command is told.
type folders struct {
	Data []string `placeholder:"DIR" help:"More folders where data sets are looked for."`
}

// searched are those folders and, last, the one that `acl data fetch` fills.
func (f folders) searched() []string {
	out := append([]string(nil), f.Data...)
	if fetched, err := fetchedFolder(); err == nil {
		out = append(out, fetched)
	}
	return out
}

// fetchedFolder is the user's data folder: in the cache, since whatever is in it can
// be fetched again.
func fetchedFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no data folder of yours is known, name one with --data DIR: %w", err)
	}
	return filepath.Join(cache, "acl", "data"), nil
}

type dataFetch struct {
	Name string `arg:"" help:"cifar10 or mnist10k."`
	Data string `placeholder:"DIR" help:"Data folder to put it in; without it the one that every command looks in."`
}

// Run brings a data set from where its authors publish it, unless it is there.
func (c *dataFetch) Run(ctx context.Context, s *streams) error {
	kind := dataset.Kind(c.Name)
	if kind == dataset.Digits {
		_, err := fmt.Fprintln(s.out, "digits is embedded: there is nothing to fetch")
		return err
	}
	if err := c.known(); err != nil {
		return err
	}
	dir := c.Data
	if dir == "" {
		var err error
		if dir, err = fetchedFolder(); err != nil {
			return err
		}
	}
	if set, err := dataset.Open(ctx, dataset.Request{Kind: kind, SearchDirs: []string{dir}}); err == nil {
		_, err := fmt.Fprintf(s.out, "%s is there already: %s\n", kind, set.Source)
		return err
	}
	show := newProgress(s)
	start := time.Now()
	place, err := dataset.Fetch{Kind: kind, Dir: dir, Progress: func(done, total int64) {
		const mega = 1e6
		show.draw(float64(done)/float64(total), fmt.Sprintf("%s  %.1f of %.1f MB  %.1f MB/s",
			kind, float64(done)/mega, float64(total)/mega, float64(done)/mega/time.Since(start).Seconds()))
	}}.Run(ctx)
	show.clear()
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s was not fetched: interrupted", kind)
	case err != nil:
		return hinted(fmt.Errorf("%s was not fetched: %w", kind, err))
	}
	_, err = fmt.Fprintf(s.out, "%s is in %s\n", kind, place)
	return err
}

// known refuses a name that nothing can be fetched under.
func (c *dataFetch) known() error {
	var names []string
	for _, k := range dataset.Fetched() {
		if string(k) == c.Name {
			return nil
		}
		names = append(names, string(k))
	}
	if near, ok := spell.Nearest(c.Name, append(names, string(dataset.Digits))); ok {
		return fmt.Errorf("no data set is called %q; did you mean %s?", c.Name, near)
	}
	return fmt.Errorf("no data set is called %q; these can be fetched: %s", c.Name, strings.Join(names, ", "))
}

// hinted is an error with the hint that it carries.
func hinted(err error) error {
	var e *dataset.Error
	if errors.As(err, &e) && e.Hint != "" {
		return fmt.Errorf("%w; %s", err, e.Hint)
	}
	return err
}
