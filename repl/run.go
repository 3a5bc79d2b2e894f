package repl

import (
	"context"
	"errors"
	"strings"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/internal/report"
	"acl/lang/diag"
)

// run trains, then answers. What ends ctx stops it at a step boundary; the result
// says how far it came, and the session goes on.
func (s *Session) run(ctx context.Context, c call) (Result, diag.List) {
	blocks, diags := s.blocks(c)
	if diags.HasErrors() {
		return Result{}, diags
	}
	if refused := s.prog.Refused(blocks); refused.HasErrors() {
		return Result{}, refused
	}
	pool := kernel.NewPool(0)
	defer pool.Close()
	o := job.Options{Data: s.o.Data, Pool: pool, Progress: s.o.Progress}
	if s.o.Out != nil {
		o.Evaluated = func(m *job.Model, e dcu.Epoch) { report.Epoch(s.o.Out, m, e) }
	}
	var b strings.Builder
	for _, m := range blocks {
		diags, err := s.block(ctx, &b, m, o)
		switch {
		case errors.Is(err, context.Canceled):
			b.WriteString("stopped\n")
			return Result{Text: b.String()}, nil
		case err != nil:
			diags.Add(diag.Errorf(codeRun, c.span, "%s: %v", m.Fabric().Name, err))
		}
		if diags.HasErrors() {
			return Result{Text: b.String()}, diags
		}
	}
	return Result{Text: b.String()}, nil
}

// block runs one block and writes what it came to.
func (s *Session) block(ctx context.Context, b *strings.Builder, m *job.Model, o job.Options) (diag.List, error) {
	if m.Plan.Kind == "infer" {
		answers, diags, err := s.prog.Infer(ctx, m, o)
		for i := range answers {
			report.Answer(b, m, &answers[i])
		}
		if len(answers) > 0 {
			report.Answers(b, m, answers)
		}
		return diags, err
	}
	r, diags, err := s.prog.Train(ctx, m, o)
	if r != nil {
		s.last = r
		report.Result(b, r)
	}
	return diags, err
}

// ledger prints the bill of the last training.
func (s *Session) ledger(_ context.Context, c call) (Result, diag.List) {
	if s.last == nil {
		return Result{}, diag.List{diag.Errorf(codeRun, c.span, "nothing has been trained yet").WithHint("`:run` trains")}
	}
	var b strings.Builder
	b.WriteString(s.last.Model.Fabric().Name + ", priced by " + s.last.Table.Name + "\n")
	report.Bill(&b, s.last.Bill)
	return Result{Text: b.String()}, nil
}
