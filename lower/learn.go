package lower

import (
	"strconv"
	"strings"

	"acl/fabric"
	"acl/fabric/module"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
)

// learn reads the train block.
func (s *State) learn() *fabric.Learn {
	if s.Train == nil {
		return nil
	}
	set := s.Train.Settings
	l := &fabric.Learn{
		Batch: whole(set, "batch", 32), Epochs: whole(set, "epochs", 1), Steps: whole(set, "steps", 0),
		Seed: uint64(whole(set, "seed", 1)), Warmup: whole(set, "warmup", 0), TestEvery: whole(set, "test.every", 1),
	}
	if l.Steps > 0 {
		l.Epochs = 0
	}
	l.TestBatch = whole(set, "test.batch", l.Batch)
	if it := set.Get("test"); it != nil && it.Value == sig.Word("off") {
		l.TestEvery = 0
	}
	l.Optimizer = s.optimizer(set.Get("optimizer"))
	l.Losses = s.lossTerms()
	l.Stop = s.stop(set)
	if it := set.Get("report"); it != nil {
		l.Report = append(l.Report, sig.Words(it.Value)...)
	}
	return l
}

// whole is a setting that is a whole number.
func whole(set *check.Settings, key string, def int) int {
	if it := set.Get(key); it != nil {
		if v, ok := it.Value.(sig.Int); ok {
			return int(v)
		}
	}
	return def
}

func (s *State) optimizer(it *check.Setting) fabric.Optimizer {
	if it == nil {
		return fabric.Optimizer{Kind: "sgd", Rate: constant(0.05), Momentum: constant(0)}
	}
	call := it.Value.(sig.Call)
	arg := map[string]sig.Value{}
	for i, p := range call.Func.Params {
		arg[p.Name] = call.Args[i]
	}
	o := fabric.Optimizer{Kind: "sgd", Rate: course(arg["rate"]), Decay: numberOr(arg["decay"], 0)}
	switch call.Func.Name {
	case "nn.sgd":
		o.Momentum = course(arg["momentum"])
	case "nn.adam":
		o.Kind, o.Beta1, o.Beta2 = "adam", number(arg["beta1"]), number(arg["beta2"])
	case "nn.two_array":
		o.Kind, o.Transfer = "two_array", int(number(arg["transfer_every"]))
	}
	return o
}

func constant(v float64) fabric.Course { return fabric.Course{Kind: "constant", Value: v} }

// course reads a learning rate or a momentum: a number or a course of it.
func course(v sig.Value) fabric.Course {
	call, ok := v.(sig.Call)
	if !ok {
		return constant(number(v))
	}
	c := fabric.Course{Kind: strings.TrimPrefix(call.Func.Name, "nn.")}
	for i, p := range call.Func.Params {
		v := call.Args[i]
		switch p.Name {
		case "rate", "peak":
			c.Value = number(v)
		case "from":
			c.From = numberOr(v, c.Value/25)
		case "to":
			c.To = numberOr(v, c.Value/250000)
		case "factor":
			c.Factor = number(v)
		case "warmup":
			c.Warmup = number(v)
		case "at":
			for _, e := range v.(sig.List) {
				c.At = append(c.At, int(number(e)))
			}
		}
	}
	if c.Kind == "cosine" {
		c.Value, c.From = c.From, 0
	}
	return c
}

// numberOr is a number, or what stands for one that is not given.
func numberOr(v sig.Value, other float64) float64 {
	if v == nil {
		return other
	}
	return number(v)
}

// lossTerms ties the graph's loss nodes to values.
func (s *State) lossTerms() []fabric.LossTerm {
	var out []fabric.LossTerm
	for _, id := range s.Graph.Losses {
		n := s.Graph.Node(id)
		t := fabric.LossTerm{
			Op: n.Op, Weight: 1, Pred: s.value[n.Args[0]], TargetValue: fabric.NoValue,
			Error: fabric.NoValue, TargetError: fabric.NoValue,
		}
		if v := n.Attr(ir.AttrWeight); v != nil {
			t.Weight = number(v)
		}
		if v := n.Attr(ir.AttrSmoothing); v != nil {
			t.Smoothing = number(v)
		}
		if v, ok := n.Attr(ir.AttrTarget).(sig.Word); ok {
			t.Target = string(v)
		}
		if len(n.Args) > 1 {
			t.TargetValue = s.value[n.Args[1]]
		}
		for i := range s.Graph.Nodes {
			g := s.Graph.Node(ir.NodeID(i))
			if g.Role != ir.LossGrad || g.Of != id {
				continue
			}
			if g.Operand == 0 {
				t.Error = s.value[i]
			} else {
				t.TargetError = s.value[i]
			}
		}
		out = append(out, t)
	}
	return out
}

func (s *State) stop(set *check.Settings) *fabric.Stop {
	when := set.Get("stop.when")
	if when == nil {
		return nil
	}
	clauses, diags := check.ParseCondition(when.Expr, check.Metrics(), s.Program.Env(s.Train.Unit, nil))
	s.Diags.Add(diags...)
	out := &fabric.Stop{Patience: whole(set, "stop.patience", 1)}
	for _, all := range clauses {
		var list []fabric.Clause
		for _, c := range all {
			switch c.Metric {
			case "loss", "accuracy", "top1", "top5", "energy", "latency":
			default:
				s.refuse(when, "a run does not stop by `%s`", c.Metric)
			}
			list = append(list, fabric.Clause{Metric: c.Metric, Cmp: c.Cmp, Num: c.Num, Not: c.Not})
		}
		out.AnyOf = append(out.AnyOf, list)
	}
	return out
}

// ports ties the module's ports to values, and inputs to fields of the data.
func (s *State) ports() {
	f := s.Fab
	set := s.plans()
	for _, in := range s.Graph.Inputs {
		p := fabric.ValuePort{Name: in.Name, Value: s.value[in.Node], Field: "input"}
		if it := set.Get("feed." + in.Name); it != nil {
			if n, ok := it.Value.(sig.Name); ok {
				p.Field = n.Text
			} else if w, ok := it.Value.(sig.Word); ok {
				p.Field = string(w)
			}
		} else if len(s.Graph.Inputs) > 1 && set != nil {
			s.Diags.Add(diag.Errorf("E0602", in.Origin, "nothing says which field of the data the port %s gets", in.Name).
				WithHint("`feed { %s: input; }` in the block that runs it", in.Name))
		}
		f.Inputs = append(f.Inputs, p)
	}
	for _, out := range s.Graph.Outputs {
		f.Outputs = append(f.Outputs, fabric.ValuePort{Name: out.Name, Value: s.value[out.Node]})
	}
}

// supported refuses units that the machine has no modules for.
func (s *State) supported() {
	seen := map[string]bool{}
	for i := range s.Graph.Nodes {
		n := s.Graph.Node(ir.NodeID(i))
		if n.Role != ir.Forward || n.Op == ir.OpInput || module.Supported(n.Op) || seen[n.Op] {
			continue
		}
		seen[n.Op] = true
		s.Refused.Add(diag.Errorf("E0590", n.Origin, "the machine has no module for %s", n.Op).
			WithHint("%s", "this version runs "+strings.Join(module.Names(), ", ")))
	}
}

// tile settles the resources and cuts the parameters.
func tile(s *State) {
	s.supported()
	chip, diags := Chip(s.Fabric)
	s.Diags.Add(diags...)
	f := &fabric.Program{Name: s.Module.Name, Chip: chip, Params: s.Graph.ParamCount(), MACs: s.Graph.MACs()}
	s.Fab = f
	f.Plan = s.plan()
	if f.Plan.Fidelity == "ideal" {
		f.Chip.Idealize()
	}
	f.Values, s.value = values(s.Graph)
	var spans []source.Span
	f.Arrays, s.array, spans = arrays(s.Graph)
	f.Units = units(s.Graph, s.Program.Table, s.array, s.value, s.running())
	s.ports()
	f.Learn = s.learn()
	if s.uncut = s.Diags.HasErrors(); s.uncut {
		return
	}
	s.protections()
	if s.uncut = s.Diags.HasErrors(); s.uncut {
		return
	}
	need, diags := s.cutAll(spans, s.keySpan("tiles.count"))
	for _, d := range diags {
		s.Diags.Add(s.chipFix(d, "tiles.count", strconv.Itoa(need)))
	}
}

// keySpan is where the program's own fabric sets a key, or no place.
func (s *State) keySpan(key string) source.Span {
	if it := s.Fabric.Settings.Get(key); it != nil && !s.Fabric.Unit.Library {
		return it.KeySpan
	}
	return source.Span{}
}
