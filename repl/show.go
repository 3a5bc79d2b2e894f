package repl

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"acl/fabric/array"
	"acl/internal/job"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
	"acl/lower"
)

// elaborated is the graph of a module, of a block where one is lowered; nil without
// messages where parameters or shapes are still open.
func (s *Session) elaborated(m *check.Module) (*ir.Graph, diag.List) {
	for _, b := range s.models {
		if b.Plan.Module == m && b.Graph() != nil {
			b, diags := s.prog.Lower(b.Plan, "elaborate")
			return b.Graph(), diags.Errors()
		}
	}
	return lower.Elaborate(s.prog.Program, m, lower.ElaborateOptions{Partial: true})
}

// typeOf is a module's ports with their shapes.
func (s *Session) typeOf(name string, span source.Span) (Result, diag.List) {
	m := s.module(name)
	g, diags := s.elaborated(m)
	if diags.HasErrors() {
		return Result{}, diags
	}
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n", name)
	if g != nil {
		for _, p := range g.Inputs {
			fmt.Fprintf(&b, "  in  %s: %s\n", p.Name, ir.ShapeText(p.Shape))
		}
		for _, p := range g.Outputs {
			fmt.Fprintf(&b, "  out %s: %s\n", p.Name, ir.ShapeText(p.Shape))
		}
		fmt.Fprintf(&b, "  %d parameters, %d multiply-accumulates a sample\n", g.ParamCount(), g.MACs())
		return Result{Text: b.String()}, nil
	}
	text, _, ok := s.scope.Page(name)
	if !ok {
		return Result{}, diag.List{diag.Errorf(codeUnknown, span, "`%s` has no ports to show", name)}
	}
	return Result{Text: text}, nil
}

func (s *Session) graph(_ context.Context, c call) (Result, diag.List) {
	var list []*check.Module
	if c.arg != "" {
		m, diags := s.moduleNamed(c)
		if m == nil {
			return Result{}, diags
		}
		list = append(list, m)
	} else {
		for _, m := range s.prog.Modules {
			if m.Unit == s.prog.Root {
				list = append(list, m)
			}
		}
	}
	var b strings.Builder
	for _, m := range list {
		g, diags := s.elaborated(m)
		if diags.HasErrors() {
			return Result{}, diags
		}
		if g == nil {
			fmt.Fprintf(&b, "%s has parameters or shapes that only an instance settles\n", m.Decl.Name.Text)
			continue
		}
		b.WriteString(ir.Print(g))
	}
	return Result{Text: b.String()}, nil
}

// lower prints a form of every block.
func (s *Session) lower(_ context.Context, c call) (Result, diag.List) {
	blocks, diags := s.blocks(call{span: c.span})
	if diags.HasErrors() {
		return Result{}, diags
	}
	last, ok := passOf(c.arg)
	if !ok {
		return Result{}, diag.List{diag.Errorf(codeUnknown, c.span, "unknown form `%s`", c.arg).
			WithHint("`ir`, `fabric`, or `after:` and one of %s", strings.Join(passNames(), ", "))}
	}
	var b strings.Builder
	for _, m := range blocks {
		low, diags := s.prog.Lower(m.Plan, last)
		if diags.HasErrors() {
			return Result{}, diags
		}
		b.WriteString(low.State.Text())
	}
	return Result{Text: b.String()}, nil
}

// passOf is the pass behind which a form stands; empty for the last.
func passOf(form string) (string, bool) {
	name, after := strings.CutPrefix(form, "after:")
	switch {
	case form == "ir":
		return "differentiate", true
	case form == "fabric" || form == "":
		return "", true
	}
	return name, after && slices.Contains(passNames(), name)
}

func passNames() []string {
	names := make([]string, len(lower.Passes))
	for i, p := range lower.Passes {
		names[i] = p.Name
	}
	return names
}

// eachBlock prints something of every block under its name.
func (s *Session) eachBlock(c call, print func(w *tabwriter.Writer, m *job.Model)) (Result, diag.List) {
	blocks, diags := s.blocks(c)
	if diags.HasErrors() {
		return Result{}, diags
	}
	var b strings.Builder
	for _, m := range blocks {
		fmt.Fprintf(&b, "%s %s on %s\n", m.Plan.Kind, m.Fabric().Name, m.Fabric().Chip.Name)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		print(w, m)
		w.Flush()
	}
	return Result{Text: b.String()}, nil
}

func seconds(v float64) string { return quantity.Value{Num: v, Dim: quantity.Time}.Digits(4) }

func (s *Session) schedule(_ context.Context, c call) (Result, diag.List) {
	return s.eachBlock(c, func(w *tabwriter.Writer, m *job.Model) {
		f := m.Fabric()
		list := f.Train
		if f.Learn == nil {
			list = f.Eval
		}
		fmt.Fprintln(w, "  start\ttakes\tinstruction")
		for i := range list {
			in := &list[i]
			fmt.Fprintf(w, "  %s\t%s\t%s\n", seconds(in.Start), seconds(in.Time), strings.TrimSpace(f.ActText(in)))
		}
		if f.Learn != nil {
			fmt.Fprintf(w, "  a sample takes %s forward and %s back, an update %s, a step %s\n",
				seconds(f.Timing.Forward), seconds(f.Timing.Backward), seconds(f.Timing.Update), seconds(f.Timing.Step))
			return
		}
		fmt.Fprintf(w, "  an answer takes %s\n", seconds(f.Timing.Sample))
	})
}

func (s *Session) ranges(_ context.Context, c call) (Result, diag.List) {
	return s.eachBlock(c, func(w *tabwriter.Writer, m *job.Model) {
		fmt.Fprintln(w, "  unit\trows\tsignal\tbound\tnoise\tdB\t")
		for _, r := range m.State.Ranges {
			note := ""
			if r.Saturates {
				note = "saturates"
			}
			fmt.Fprintf(w, "  %s\t%d\t%.3g\t%g\t%.3g\t%.1f\t%s\n", r.Path, r.Rows, r.Signal, r.Bound, r.Noise, r.Decibels, note)
		}
	})
}

// noise lists the sources of a block's chip, then the statistics of a read-out for
// every array, by the rows and the range that it has.
func (s *Session) noise(_ context.Context, c call) (Result, diag.List) {
	return s.eachBlock(c, func(w *tabwriter.Writer, m *job.Model) {
		f := m.Fabric()
		chip := &f.Chip
		for _, k := range chip.Keys() {
			if name, ok := strings.CutPrefix(k.Path, "noise."); ok {
				fmt.Fprintf(w, "  %s\t%s\n", name, chip.Format(k.Path))
			}
		}
		w.Flush()
		fmt.Fprintln(w, "  unit\trows\tgain\toffset\tread\tmismatch\tcolumn\twrite")
		for _, r := range m.State.Ranges {
			st := array.StatsOf(chip, r.Rows, r.Bound)
			fmt.Fprintf(w, "  %s\t%d\t%.4g\t%.3g\t%.3g\t%.3g\t%.3g\t%.3g\n",
				r.Path, r.Rows, st.Gain, st.Offset, st.Read, st.Mismatch, st.Column, st.Write)
		}
	})
}
