package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// OverrideFile is the name of the source that an assignment of a command line is.
const OverrideFile = "--set"

// Override sets a key over the program's own settings, as a command line does:
// noise.weight=2%. A key of a fabric becomes one more layer of every planned
// fabric, one of a block replaces what the blocks that know it say. In an experiment
// it goes over what holds for all cells, and its own keys; what it varies and its
// cases go over it. Messages point into the assignment, which is a source of its own.
func (p *Program) Override(assignment string) diag.List {
	file := source.NewFile(OverrideFile, assignment)
	path, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return diag.List{diag.Errorf(codeUnknownKey, file.Span(0, len(assignment)), "`%s` sets nothing", assignment).
			WithHint("write KEY=VALUE: noise.weight=2%%")}
	}
	key := strings.TrimSpace(path)
	text := source.NewFile(OverrideFile, "fabric Set { "+key+": "+strings.TrimSpace(value)+"; }")
	tree, diags := syntax.ParseFragment(text)
	if diags.HasErrors() || len(tree.Decls) != 1 {
		return diags
	}
	body := tree.Decls[0].(*syntax.Fabric).Body
	used := false
	for _, kind := range []string{"fabric", "schedule", "train", "infer"} {
		if !p.knows(kind, key) {
			continue
		}
		used = true
		diags.Add(p.overrideIn(kind, body)...)
	}
	used = p.overrideExperiments(key, body) || used
	if !used {
		s := &settler{p: p, u: p.Root, env: p.Env(p.Root, nil), blocks: []string{"fabric", "schedule", "train", "infer"}}
		s.block(body)
		diags.Add(s.diags...)
	}
	return diags
}

// knows reports whether a block has a key.
func (p *Program) knows(block, path string) bool {
	return p.Table.Key(block, path) != nil
}

// overrideIn puts the settings of body over all blocks of a kind.
func (p *Program) overrideIn(kind string, body *syntax.Block) diag.List {
	var diags diag.List
	layers := map[*Fabric]*Fabric{}
	for _, plan := range p.Plans {
		if plan.Bad || kind != "fabric" && plan.Kind != kind {
			continue
		}
		env := p.Env(p.Root, nil)
		env.module = plan.Module
		s := &settler{p: p, u: p.Root, env: env, blocks: []string{kind}}
		settings := s.block(body)
		if s.diags.HasErrors() {
			return s.diags
		}
		if kind != "fabric" {
			plan.Settings = &Settings{Items: Overlay(plan.Settings.Items, settings.Items), Span: plan.Settings.Span}
			continue
		}
		layer := layers[plan.Fabric]
		if layer == nil {
			layer = &Fabric{
				Name: plan.Fabric.Name, Unit: p.Root, Decl: plan.Fabric.Decl, Base: plan.Fabric, Settings: settings,
			}
			layers[plan.Fabric] = layer
		}
		plan.Fabric = layer
	}
	return diags
}

// overrideExperiments puts the settings of body over what the program's experiments
// say for all of their cells, and reports whether there is one that knows the key.
// A value of a wrong type has been reported where the blocks took it; only keys of
// experiments themselves have no other block.
func (p *Program) overrideExperiments(path string, body *syntax.Block) bool {
	used := false
	for _, e := range p.Experiments {
		env := p.Env(p.Root, nil)
		env.module = e.Module
		s := &settler{p: p, u: p.Root, env: env, blocks: []string{"experiment", "fabric", "schedule", "train"}}
		if e.Bad || s.key(path) == nil || path == "vary" || path == "case" {
			continue
		}
		settings := s.block(body)
		if s.diags.HasErrors() {
			continue
		}
		used = true
		var own, rest []*Setting
		for _, it := range e.Settings.Items {
			if it.Case == nil && it.Path != "vary" && it.Path != "case" {
				own = append(own, it)
			} else {
				rest = append(rest, it)
			}
		}
		e.Settings = &Settings{Items: append(Overlay(own, settings.Items), rest...), Span: e.Settings.Span}
	}
	return used
}
