package repl

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/ir"
	"acl/lang/diag"
	"acl/lang/sig"
)

// mostSteps is how many instructions one entry may ask for.
const mostSteps = 1 << 20

// step runs instructions of the control unit: of the step that is under way, or of
// the next one. The name of a module sets its chip up anew.
func (s *Session) step(ctx context.Context, c call) (Result, diag.List) {
	count := 1
	if n, err := strconv.Atoi(c.arg); err == nil {
		if n < 1 || n > mostSteps {
			return Result{}, diag.List{diag.Errorf(codeRange, c.span, "`:step` takes 1 to %d instructions", mostSteps)}
		}
		count, c.arg = n, ""
	}
	var b strings.Builder
	if s.walk == nil || c.arg != "" {
		if diags := s.beginWalk(ctx, &b, c); diags.HasErrors() {
			return Result{}, diags
		}
	}
	for range count {
		if ctx.Err() != nil {
			b.WriteString("stopped\n")
			break
		}
		if err := s.oneStep(&b); err != nil {
			s.walk = nil
			return Result{Text: b.String()}, diag.List{diag.Errorf(codeRun, c.span, "%v", err)}
		}
	}
	return Result{Text: b.String()}, nil
}

// beginWalk sets a chip up: of the first train block of those that a command names,
// or of the first block where there is none.
func (s *Session) beginWalk(ctx context.Context, b *strings.Builder, c call) diag.List {
	blocks, diags := s.blocks(c)
	if diags.HasErrors() {
		return diags
	}
	at := max(slices.IndexFunc(blocks, func(m *job.Model) bool { return m.Fabric().Learn != nil }), 0)
	if refused := s.prog.Refused(blocks[at : at+1]); refused.HasErrors() {
		return refused
	}
	// Nobody closes the pool of a step that is left as it stands: it has no workers.
	w, diags, err := s.prog.Walk(ctx, blocks[at], job.Options{Data: s.o.Data, Pool: kernel.NewPool(1)})
	if err != nil {
		diags.Add(diag.Errorf(codeRun, c.span, "%v", err))
	}
	if diags.HasErrors() {
		return diags
	}
	s.walk = w
	fmt.Fprintf(b, "%s %s on %s: the chip is set up, %s of its time have passed\n", w.Model.Plan.Kind, w.Model.Fabric().Name,
		w.Model.Fabric().Chip.Name, seconds(w.Machine.Memory.Clock))
	return nil
}

// oneStep runs one instruction and says what it did.
func (s *Session) oneStep(b *strings.Builder) error {
	w := s.walk
	if w.Now.Done() {
		if err := w.Begin(); err != nil {
			return err
		}
	}
	if w.Now.At() == 0 {
		fmt.Fprintf(b, "step %d, %d samples, %d instructions\n", w.Machine.Memory.Step+1, w.Now.Samples(), w.Now.Len())
	}
	in, err := w.Now.Next()
	if err != nil {
		return err
	}
	f := w.Model.Fabric()
	wide := len(strconv.Itoa(w.Now.Len()))
	fmt.Fprintf(b, "  %*d  %8s  %s\n", wide, w.Now.At(), seconds(in.Start), strings.TrimSpace(f.ActText(in)))
	if note := effect(f, w.Now, in); note != "" {
		fmt.Fprintf(b, "  %*s  %8s  %s\n", wide, "", "", note)
	}
	if w.Now.Done() {
		b.WriteString(ended(w))
	}
	return nil
}

// effect says what an instruction has left: what is on the wire that it wrote, or on
// the stack.
func effect(f *fabric.Program, w *dcu.Walk, in *fabric.Instr) string {
	switch in.Op {
	case fabric.OpFire, fabric.OpGrad:
		u := &f.Units[in.Unit]
		if u.Out == fabric.NoValue {
			return ""
		}
		v := w.Wire(u.Out)
		return fmt.Sprintf("%s %s: %.3g rms, at most %.3g, full scale %g", u.Path, ir.ShapeText(sig.Shape(f.Values[u.Out].Shape)),
			v.RMS, v.Largest, pow2(v.Exp))
	case fabric.OpPush, fabric.OpPop, fabric.OpFree:
		used := 0
		for _, h := range w.Held() {
			used += h.Size
		}
		return fmt.Sprintf("%d of %d capacitors of a sample hold values", used, f.Frame)
	}
	return ""
}

func pow2(exp int) float64 {
	if exp < 0 {
		return 1 / pow2(-exp)
	}
	return float64(uint64(1) << min(exp, 62))
}

// ended says what a step has come to.
func ended(w *job.Walk) string {
	clock := seconds(w.Machine.Memory.Clock)
	if w.Model.Fabric().Learn == nil {
		return fmt.Sprintf("answered %d samples, %s of the chip\n", w.Now.Samples(), clock)
	}
	return fmt.Sprintf("step %d is done: loss %.4g, %s of the chip\n", w.Machine.Memory.Step, w.Now.Loss(), clock)
}

// stack prints what a sample has on its stack in the step under way; without one, what
// it will have there.
func (s *Session) stack(_ context.Context, c call) (Result, diag.List) {
	if s.walk != nil && c.arg == "" {
		var b strings.Builder
		f := s.walk.Model.Fabric()
		fmt.Fprintf(&b, "%s %s on %s, behind instruction %d of %d\n", s.walk.Model.Plan.Kind, f.Name, f.Chip.Name,
			s.walk.Now.At(), s.walk.Now.Len())
		held := s.walk.Now.Held()
		if len(held) == 0 {
			b.WriteString("  the stack is empty\n")
			return Result{Text: b.String()}, nil
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "  value\tcapacitors")
		for _, h := range slices.Backward(held) {
			fmt.Fprintf(w, "  %s\t%d .. %d\n", h.Layer, h.Offset, h.Offset+h.Size-1)
		}
		w.Flush()
		return Result{Text: b.String()}, nil
	}
	return s.eachBlock(c, func(w *tabwriter.Writer, m *job.Model) { stackPlan(w, m.Fabric()) })
}

// stackPlan lists the values that a step pushes, and how long each waits at most.
func stackPlan(w *tabwriter.Writer, f *fabric.Program) {
	list := f.Train
	if f.Learn == nil {
		list = f.Eval
	}
	holds := map[fabric.ValueID]float64{}
	for i := range list {
		if in := &list[i]; in.Op == fabric.OpPop || in.Op == fabric.OpPeek {
			holds[in.Value] = max(holds[in.Value], in.Hold)
		}
	}
	if len(holds) == 0 {
		fmt.Fprintln(w, "  nothing waits on the stack")
		return
	}
	fmt.Fprintln(w, "  value\tcapacitors\twaits")
	for i := range list {
		if in := &list[i]; in.Op == fabric.OpPush {
			fmt.Fprintf(w, "  %s\t%d .. %d\t%s\n", f.Values[in.Value].Name, in.Offset, in.Offset+in.Size-1, seconds(holds[in.Value]))
		}
	}
	fmt.Fprintf(w, "  a sample fills %d capacitors, and the chip has %d\n", f.Frame, f.Chip.Stack.Depth)
}
