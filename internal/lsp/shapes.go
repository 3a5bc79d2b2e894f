package lsp

import (
	"slices"
	"strings"

	"acl/internal/job"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/lower"
)

// shapes are the sizes that a module's units have when it stands by itself: its
// graph, with the shapes that its data give where a plan has it. The names are those
// of the text that the graph was made from.
type shapes struct {
	root  *syntax.Module
	graph *ir.Graph
	index *index
	// inside is the module of each instance that has units of the library, by its
	// path; "" is the root's.
	inside map[string]*syntax.Module
}

// shapesOf elaborates the modules of a program without errors: those of plans as
// they are trained, and the others of the root where their text settles all.
func shapesOf(p *job.Program, x *index) []*shapes {
	var out []*shapes
	have := map[*check.Module]bool{}
	for _, plan := range p.Plans {
		if plan.Kind == "schedule" || plan.Bad || have[plan.Module] {
			continue
		}
		if m, _ := p.Lower(plan, "elaborate"); m.Graph() != nil {
			out = append(out, newShapes(plan.Module, m.Graph(), x))
			have[plan.Module] = true
		}
	}
	for _, m := range p.Modules {
		if m.Unit != p.Root || m.Bad || have[m] {
			continue
		}
		if g, _ := lower.Elaborate(p.Program, m, lower.ElaborateOptions{Partial: true}); g != nil {
			out = append(out, newShapes(m, g, x))
		}
	}
	return out
}

func newShapes(m *check.Module, g *ir.Graph, x *index) *shapes {
	s := &shapes{root: m.Decl, graph: g, index: x, inside: map[string]*syntax.Module{"": m.Decl}}
	for i := range g.Nodes {
		path := g.Nodes[i].Path
		if at := strings.LastIndexByte(path, '.'); at >= 0 && s.inside[path[:at]] == nil {
			s.inside[path[:at]] = x.moduleAt(g.Nodes[i].Origin)
		}
	}
	return s
}

// moduleAt is the module whose text a place lies in, or nil.
func (x *index) moduleAt(at source.Span) *syntax.Module {
	for _, u := range x.program.Units {
		if at.IsZero() || u.File.Source != at.File {
			continue
		}
		for _, d := range u.File.Decls {
			m, ok := d.(*syntax.Module)
			if ok && m.Span.Start.Offset <= at.Start.Offset && at.Start.Offset < m.Span.End.Offset {
				return m
			}
		}
	}
	return nil
}

// twin is the same module in the text that the graph was made from, or nil.
func (s *shapes) twin(m *syntax.Module) *syntax.Module {
	for _, u := range s.index.program.Units {
		if t := s.index.files[u].decls[m.Name.Text]; u.File.Source.Name == m.Name.Span.File.Name && t != nil {
			return t.module
		}
	}
	return nil
}

// hop is the shapes at one instance of a unit.
type hop struct {
	path   string
	in     []string // port and shape: x [1, 8, 8]
	out    []string
	params int64
	macs   int64
}

// hops finds every instance of a unit, or of one that is written in place, in the
// order of the data. name is the unit's in its module: c1, relu#2.
func (s *shapes) hops(of *syntax.Module, name string) []hop {
	twin := s.twin(of)
	if twin == nil {
		return nil
	}
	var out []hop
	seen := map[string]bool{}
	visit := func(path string) {
		for _, p := range s.instances(path, twin, name) {
			if !seen[p] {
				seen[p] = true
				out = append(out, s.hop(p))
			}
		}
	}
	for i := range s.graph.Nodes {
		visit(s.graph.Nodes[i].Path)
	}
	for _, e := range s.graph.Entries {
		visit(e.Path)
	}
	return out
}

// instances are those beginnings of an instance path that are the named unit of a
// module. The module of an instance without units of the library is told from how
// it is declared.
func (s *shapes) instances(path string, of *syntax.Module, name string) []string {
	var out []string
	around := []*syntax.Module{s.root}
	end := 0
	for part := range strings.SplitSeq(path, ".") {
		if end > 0 {
			if m := s.inside[path[:end]]; m != nil {
				around = []*syntax.Module{m}
			}
			end++
		}
		end += len(part)
		base, _, _ := strings.Cut(part, "[")
		if base == name && slices.Contains(around, of) {
			out = append(out, path[:end])
		}
		around = s.index.modulesOf(around, base)
	}
	return out
}

// modulesOf are the modules that a unit of one of the given modules may be.
func (x *index) modulesOf(in []*syntax.Module, unit string) []*syntax.Module {
	var out []*syntax.Module
	for _, m := range in {
		names := x.modules[m]
		if names == nil {
			continue
		}
		if s := names.names[unit]; s != nil {
			for _, t := range x.instantiates(s) {
				if t.kind == moduleName {
					out = append(out, t.module)
				}
			}
		} else if ref := inPlace(m)[unit]; ref != nil {
			if t := x.called(names, ref); t != nil && t.kind == moduleName {
				out = append(out, t.module)
			}
		}
	}
	return out
}

// inPlace are the units that are written in a module's routes, by the names that
// instance paths give them: the called name and its number in the text.
func inPlace(m *syntax.Module) map[string]*syntax.Ref {
	out := map[string]*syntax.Ref{}
	for ref, name := range syntax.InPlaceNames(m.Items) {
		out[name] = ref
	}
	return out
}

// hop gathers what enters and leaves an instance, and what it stores. An instance
// of a module has no node of its own: its nodes carry its path.
func (s *shapes) hop(path string) hop {
	h := hop{path: path}
	inside := map[ir.NodeID]bool{}
	tensors := map[ir.ParamID]bool{}
	for i := range s.graph.Nodes {
		n := &s.graph.Nodes[i]
		if n.Path != path && !strings.HasPrefix(n.Path, path+".") {
			continue
		}
		inside[ir.NodeID(i)] = true
		h.macs += n.MACs
		for _, t := range n.Params {
			if !tensors[t] {
				tensors[t] = true
				h.params += int64(s.graph.Params[t].Elements())
			}
		}
		if n.Path == path {
			for k, a := range n.Args {
				h.in = append(h.in, s.input(n, k, a))
			}
		}
	}
	for _, e := range s.graph.Entries {
		if port, ok := strings.CutPrefix(e.Path, path+"."); ok && !strings.Contains(port, ".") && len(e.To) > 0 {
			to := e.To[0]
			h.in = append(h.in, port+" "+ir.ShapeText(s.graph.Node(s.graph.Node(to.Node).Args[to.Index]).Shape))
		}
	}
	h.out = s.leaving(inside)
	return h
}

// input is a shape at one input of a primitive.
func (s *shapes) input(n *ir.Node, k int, from ir.NodeID) string {
	shape := ir.ShapeText(s.graph.Node(from).Shape)
	if len(n.Args) == 1 {
		return shape
	}
	return sigPort(n.Op, k) + " " + shape
}

// leaving are the shapes of nodes that something outside reads.
func (s *shapes) leaving(inside map[ir.NodeID]bool) []string {
	leaves := map[ir.NodeID]bool{}
	for i := range s.graph.Nodes {
		if inside[ir.NodeID(i)] {
			continue
		}
		for _, a := range s.graph.Nodes[i].Args {
			leaves[a] = leaves[a] || inside[a]
		}
	}
	for _, p := range s.graph.Outputs {
		leaves[p.Node] = leaves[p.Node] || inside[p.Node]
	}
	var out []string
	for i := range s.graph.Nodes {
		if leaves[ir.NodeID(i)] {
			out = append(out, ir.ShapeText(s.graph.Nodes[i].Shape))
		}
	}
	return out
}

// portShape is the shape of a port of the module itself.
func portShape(g *ir.Graph, name string) (sig.Shape, bool) {
	for _, list := range [][]ir.Port{g.Inputs, g.Outputs} {
		for _, p := range list {
			if p.Name == name {
				return p.Shape, true
			}
		}
	}
	return nil, false
}
