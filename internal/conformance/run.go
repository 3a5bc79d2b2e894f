package conformance

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"text/tabwriter"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/stdlib"

	"golang.org/x/tools/txtar"
)

// Options of a run.
type Options struct {
	// Update is given the new text of each case whose goldens are not what came,
	// which then counts as passed; nil: they are compared.
	Update func(name string, data []byte) error
	// Table is what programs may name; nil: that of the library.
	Table *sig.Table
	// Mute is a code whose messages count as not given; empty: none.
	Mute diag.Code
	// First ends the run with the first case that fails.
	First bool
}

// Result is what came of one case.
type Result struct {
	Name    string // route/two_drivers
	Chapter string // route
	Rules   []string
	// Refuses: the program has a fault, and the case asks for its messages.
	Refuses  bool
	Problems []string // empty: passed
}

// Report is what came of all cases, in the order of their names.
type Report struct{ Results []Result }

// Run runs all cases below a folder: every file that ends in .txtar. The error is
// for a folder or file that cannot be read; what is wrong with a case is a problem
// of its result.
func Run(dir fs.FS, o Options) (Report, error) {
	var r Report
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".txtar" {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		r.Results = append(r.Results, runCase(name, data, o))
		if o.First && len(r.Results[len(r.Results)-1].Problems) > 0 {
			return fs.SkipAll
		}
		return nil
	})
	sort.SliceStable(r.Results, func(i, j int) bool { return r.Results[i].Name < r.Results[j].Name })
	return r, err
}

func (o *Options) table() *sig.Table {
	if o.Table != nil {
		return o.Table
	}
	return stdlib.Table()
}

// heard are the messages without the muted ones.
func (o *Options) heard(list diag.List) diag.List {
	return slices.DeleteFunc(list, func(d diag.Diag) bool { return d.Code == o.Mute })
}

// runCase runs one case. A panic of the compiler is a fault of the compiler, and
// of this case only.
func runCase(name string, data []byte, o Options) (r Result) {
	r = Result{Name: strings.TrimSuffix(name, ".txtar"), Chapter: path.Dir(name)}
	defer func() {
		if fault := recover(); fault != nil {
			r.Problems = append(r.Problems, fmt.Sprintf("the compiler panics: %v", fault))
		}
	}()
	c, err := parseCase(name, data)
	r.Rules, r.Chapter = c.rules, c.chapter()
	if err != nil {
		r.Problems = []string{err.Error()}
		return r
	}
	got := compile(c, o.table())
	want, err := announcements(got.files)
	if err != nil {
		r.Problems = []string{err.Error()}
		return r
	}
	r.Refuses = len(want) > 0
	r.Problems = compare(o.heard(got.diags), want)
	if len(r.Problems) == 0 {
		r.Problems = c.compareGoldens(got, o)
	}
	return r
}

func announcements(files []*source.File) ([]*expectation, error) {
	var all []*expectation
	for _, f := range files {
		list, err := expectations(f)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// compareGoldens holds the golden sections to what came, or writes them anew.
func (c *testCase) compareGoldens(got *compiled, o Options) []string {
	var problems []string
	changed := false
	for _, name := range goldens {
		section := c.section(name)
		if section == nil {
			continue
		}
		text, err := got.golden(name)
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		case text == string(section.Data):
		case o.Update != nil:
			section.Data, changed = []byte(text), true
		default:
			problems = append(problems, fmt.Sprintf("%s: %s", name, firstDifference(string(section.Data), text)))
		}
	}
	if changed {
		if err := o.Update(c.path, txtar.Format(c.archive)); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}

// firstDifference names the first line in which two texts differ.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			now := "the end"
			if i < len(g) {
				now = fmt.Sprintf("%q", g[i])
			}
			return fmt.Sprintf("line %d: got %s, want %q", i+1, now, w[i])
		}
	}
	return fmt.Sprintf("line %d: got %q, want the end", len(w)+1, g[len(w)])
}

// Passed counts the cases without problems.
func (r Report) Passed() int { return len(r.Results) - r.Failed() }

// Failed counts the cases with problems.
func (r Report) Failed() int {
	n := 0
	for i := range r.Results {
		if len(r.Results[i].Problems) > 0 {
			n++
		}
	}
	return n
}

// tally is the counts of one chapter.
type tally struct {
	name                      string
	rules                     map[string]bool
	accepted, refused, failed int
}

// chapters are the counts of all chapters, in the order of their names.
func (r Report) chapters() []*tally {
	byName := map[string]*tally{}
	var list []*tally
	for _, res := range r.Results {
		n := byName[res.Chapter]
		if n == nil {
			n = &tally{name: res.Chapter, rules: map[string]bool{}}
			byName[res.Chapter] = n
			list = append(list, n)
		}
		for _, id := range res.Rules {
			n.rules[id] = true
		}
		switch {
		case len(res.Problems) > 0:
			n.failed++
		case res.Refuses:
			n.refused++
		default:
			n.accepted++
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// Write prints the problems, a table by chapter, and last the line
// `N passed, N failed`.
func (r Report) Write(w io.Writer) error {
	for _, res := range r.Results {
		for _, p := range res.Problems {
			if _, err := fmt.Fprintf(w, "%s: %s\n", res.Name, p); err != nil {
				return err
			}
		}
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "chapter\trules\taccepted\trefused\tfailed")
	for _, n := range r.chapters() {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", n.name, len(n.rules), n.accepted, n.refused, n.failed)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d passed, %d failed\n", r.Passed(), r.Failed())
	return err
}
