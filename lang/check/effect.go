package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
)

// A setting that does nothing where it stands is a warning: it was written for a
// reason. An experiment may switch on what it waits for, so a pair that has one is
// left alone.

// dependent is a setting that works only where another one has been given.
type dependent struct {
	path, on string
	// works reports whether the other setting's value lets it work; nil: any does.
	works func(sig.Value) bool
	want  string
	or    *dependent // what lets it work as well, nil without
}

func dependents() []dependent {
	copies := func(v sig.Value) bool { n, ok := v.(sig.Int); return ok && n > 1 }
	checksum := func(v sig.Value) bool { return v == sig.Value(sig.Bool(true)) }
	return []dependent{
		{path: "protect.vote", on: "protect.copies", works: copies, want: "copies: 2;"},
		{path: "protect.rewrite", on: "protect.copies", works: copies, want: "copies: 2;",
			or: &dependent{on: "protect.checksum", works: checksum}},
		{path: "protect.vote_backward", on: "protect.copies", works: copies, want: "copies: 2;"},
		{path: "protect.threshold", on: "protect.checksum", works: checksum, want: "checksum: true;"},
		{path: "protect.repair", on: "protect.checksum", works: checksum, want: "checksum: true;"},
		{path: "checkpoint.keep", on: "checkpoint.every", want: "every: 1;"},
	}
}

// effects warns of the settings of a plan that have none.
func (c *checker) effects(p *Plan) {
	for _, e := range c.p.Experiments {
		if e.Module == p.Module && e.Fabric == p.Fabric {
			return
		}
	}
	for _, d := range dependents() {
		for _, it := range p.Settings.All(d.path) {
			if !d.enabled(p.Settings, it) {
				c.diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`%s` does nothing without `%s`", d.path, d.on).
					WithHint("write `%s` beside it", d.want))
			}
		}
	}
}

// prunes warns of an experiment that gives up nothing: it has one cell, or no training
// is left when a spread between seeds, which takes two trainings, is known.
func (c *checker) prunes(e *Experiment) {
	it := e.Settings.Get("prune")
	if it == nil || it.Value != sig.Value(sig.Bool(true)) {
		return
	}
	count := func(key string) int {
		if it := e.Settings.Get(key); it != nil {
			if n, ok := it.Value.(sig.Int); ok {
				return int(n)
			}
		}
		return 1
	}
	cells := max(len(e.Settings.All("case")), 1)
	for _, v := range e.Settings.All("vary") {
		if list, ok := v.Value.(sig.List); ok {
			cells *= max(len(list), 1)
		}
	}
	seeds, dies := count("seeds"), count("dies")
	switch {
	case cells < 2:
		c.diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "an experiment of one cell gives up none"))
	case seeds < 2 || seeds == 2 && dies < 2:
		c.diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`prune` compares seeds, and after %d no training is left to be spared", seeds).
			WithHint("write `seeds: 3;`, or leave it out"))
	}
}

// enabled looks for the other setting at the same subject, or for all subjects.
func (d dependent) enabled(s *Settings, it *Setting) bool {
	for _, other := range s.All(d.on) {
		if other.Subject != nil && it.Subject != nil && !same(other.Subject, it.Subject) {
			continue
		}
		if d.works == nil || d.works(other.Value) {
			return true
		}
	}
	return d.or != nil && d.or.enabled(s, it)
}
