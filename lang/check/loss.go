package check

import (
	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// Loss is one term of a loss.
type Loss struct {
	Op     string  // nn.cross_entropy, nn.mse
	Weight float64 // above 0
	Pred   string  // an output of the module
	Target string
	// TargetPort: the target is a port of the module, else a field of the data.
	TargetPort bool
	Smoothing  float64
	Span       source.Span
}

// Losses reads the loss of a train block: terms that are added and weighted. It
// warns of labels that are compared as numbers.
func (p *Program) Losses(plan *Plan) ([]Loss, diag.List) {
	it := plan.Settings.Get("loss")
	if it == nil || plan.Module == nil {
		return nil, nil
	}
	l := &lossReader{p: p, plan: plan, env: p.Env(plan.Unit, nil)}
	l.sum(it.Expr, 1)
	if l.diags.HasErrors() {
		return nil, l.diags
	}
	return l.terms, l.diags
}

type lossReader struct {
	p     *Program
	plan  *Plan
	env   *Env
	terms []Loss
	diags diag.List
}

// sum reads e, weighted.
func (l *lossReader) sum(e syntax.Expr, weight float64) {
	switch e := e.(type) {
	case *syntax.Binary:
		switch e.Op {
		case "+":
			l.sum(e.X, weight)
			l.sum(e.Y, weight)
			return
		case "*":
			if l.isLoss(e.X) {
				l.sum(e.X, weight*l.weight(e.Y))
			} else {
				w := l.weight(e.X)
				l.sum(e.Y, weight*w)
			}
			return
		case "/":
			l.sum(e.X, weight/l.weight(e.Y))
			return
		}
	case *syntax.Ref:
		l.term(e, weight)
		return
	}
	l.diags.Add(mistyped(e.Place(), "a loss is a sum of weighted losses such as `nn.mse(y, target)`"))
}

// isLoss reports whether an expression is a loss as it is written, not a number.
func (l *lossReader) isLoss(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Ref:
		return true
	case *syntax.Binary:
		return l.isLoss(e.X) || l.isLoss(e.Y)
	}
	return false
}

// weight is a positive number; 1 after an error.
func (l *lossReader) weight(e syntax.Expr) float64 {
	v, diags := Eval(e, l.env)
	l.diags.Add(diags...)
	if v == nil {
		return 1
	}
	q, _, ok := number(v)
	switch {
	case !ok || q.Dim != quantity.None:
		l.diags.Add(mistyped(e.Place(), "a loss is weighted by a number, got %s", describe(v)))
	case q.Num <= 0:
		l.diags.Add(diag.Errorf(codeBounds, e.Place(), "got %g, want a weight above 0", q.Num))
	default:
		return q.Num
	}
	return 1
}

func (l *lossReader) term(r *syntax.Ref, weight float64) {
	decl, diags := l.p.find(l.plan.Unit, r, l.plan.Unit.names)
	l.diags.Add(diags...)
	if decl == nil {
		return
	}
	f, ok := decl.(*sig.Func)
	if !ok || f.Group != "loss" || !r.Call {
		l.diags.Add(mistyped(r.NameSpan(), "`%s` is %s, want a loss such as `nn.mse(y, target)`", r, kindOf(decl)))
		return
	}
	args, _, diags := BindArgs(f.Params, r.Args, l.env, r.NameSpan())
	l.diags.Add(diags...)
	if diags.HasErrors() {
		return
	}
	pred, target := args[0].(sig.Name), args[1].(sig.Name)
	term := Loss{Op: f.Name, Weight: weight, Pred: pred.Text, Target: target.Text, Span: r.Span}
	if len(args) > 2 {
		smoothing, _, _ := number(args[2])
		term.Smoothing = smoothing.Num
	}
	if l.swapped(r, pred, target) {
		return
	}
	if out := l.plan.Module.port(pred.Text); out == nil || !out.Out {
		l.diags.Add(unknown(codeUnknown, "output", pred.Text, pred.Span, l.plan.Module.portList(true)))
	}
	term.TargetPort = l.target(f, target)
	l.terms = append(l.terms, term)
}

// swapped reports a field before a port: one fault, whatever else either would be.
func (l *lossReader) swapped(r *syntax.Ref, pred, target sig.Name) bool {
	out, data := l.plan.Module.port(target.Text), l.plan.data()
	if l.plan.Module.port(pred.Text) != nil || out == nil || !out.Out || data == nil || !contains(fieldsOf(data), pred.Text) {
		return false
	}
	d := diag.Errorf(codeField, pred.Span, "`%s` is a field of the data, and the port `%s` comes before it", pred.Text, target.Text).
		WithHint("`%s(%s, %s)`", r, target.Text, pred.Text)
	if r.Args[0].Name == nil && r.Args[1].Name == nil {
		d = d.WithFix(pred.Span.To(target.Span), target.Text+", "+pred.Text)
	}
	l.diags.Add(d)
	return true
}

// target checks what an output is compared with, and reports whether it is a port.
func (l *lossReader) target(f *sig.Func, name sig.Name) bool {
	label := f.Name == "nn.cross_entropy"
	if l.plan.Module.port(name.Text) != nil {
		if label {
			l.diags.Add(diag.Errorf(codeField, name.Span, "cross entropy takes labels, and `%s` is a port of the module", name.Text))
		}
		return true
	}
	diags := noField(l.plan.data(), name)
	l.diags.Add(diags...)
	switch {
	case diags.HasErrors():
	case label && name.Text != "label":
		l.diags.Add(diag.Errorf(codeField, name.Span, "cross entropy takes labels, and `%s` holds numbers", name.Text))
	case !label && name.Text == "label":
		l.diags.Add(diag.Warnf(codeLabelMSE, name.Span, "labels are compared as numbers").
			WithHint("`nn.cross_entropy(.., label)` takes them as classes"))
	}
	return false
}

// noField is the error for a field that a data set does not have; nothing where
// the set is not known.
func noField(data *sig.Call, name sig.Name) diag.List {
	if data == nil {
		return nil
	}
	fields := fieldsOf(data)
	if contains(fields, name.Text) {
		return nil
	}
	d := unknown(codeField, "field", name.Text, name.Span, fields).WithLabel("`%s` has no such field", data.Func.Name)
	if d.Hint == "" {
		d = d.WithHint("its fields are %s", wordList(fields))
	}
	return diag.List{d}
}

// fieldsOf lists the fields of a data set. A field whose rows are an argument is
// there only if that is.
func fieldsOf(data *sig.Call) []string {
	var list []string
	for _, field := range data.Func.Fields {
		given := true
		for i, p := range data.Func.Params {
			if p.Name == field && p.Type.Kind == sig.KindList {
				given = data.Args[i] != nil
			}
		}
		if given {
			list = append(list, field)
		}
	}
	return list
}
