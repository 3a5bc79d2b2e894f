package fabric

import "slices"

// comparisons are the relations of a stop condition, each before those that begin
// like it.
var comparisons = []string{"==", "!=", "<=", ">=", "<", ">"}

func (r *reader) learn() {
	l := &Learn{}
	r.p.Learn = l
	r.keys(map[string]func(){
		"batch=":      func() { l.Batch = r.int() },
		"epochs=":     func() { l.Epochs = r.int() },
		"steps=":      func() { l.Steps = r.int() },
		"seed=":       func() { l.Seed = r.uint64() },
		"warmup=":     func() { l.Warmup = r.int() },
		"test_every=": func() { l.TestEvery = r.int() },
		"test_batch=": func() { l.TestBatch = r.int() },
	})
	r.entry = func() { r.learnLine(l) }
}

func (r *reader) learnLine(l *Learn) {
	switch r.word() {
	case "loss":
		l.Losses = append(l.Losses, r.loss())
	case "optimizer":
		r.optimizer(&l.Optimizer)
	case "rate":
		r.course(&l.Optimizer.Rate)
	case "momentum":
		if r.course(&l.Optimizer.Momentum); l.Optimizer.Momentum.Kind == "" {
			r.fail("a momentum wants a course")
		}
	case "stop":
		if l.Stop != nil {
			r.fail("one stop only")
			return
		}
		l.Stop = r.stop()
	case "report":
		l.Report = append(l.Report, r.path())
	default:
		r.fail("loss, optimizer, rate, momentum, stop or report before this")
	}
}

func (r *reader) loss() LossTerm {
	t := LossTerm{Op: r.path(), Pred: NoValue, TargetValue: NoValue, Error: NoValue, TargetError: NoValue}
	r.keys(map[string]func(){
		"weight=":       func() { t.Weight = r.number() },
		"smoothing=":    func() { t.Smoothing = r.number() },
		"pred=":         func() { t.Pred = r.value() },
		"error=":        func() { t.Error = r.value() },
		"target_error=": func() { t.TargetError = r.value() },
		"target=": func() {
			if r.peek() == '%' {
				t.TargetValue = r.value()
			} else {
				t.Target = r.path()
			}
		},
	})
	return t
}

func (r *reader) optimizer(o *Optimizer) {
	o.Kind = r.path()
	r.keys(map[string]func(){
		"beta1=":    func() { o.Beta1 = r.number() },
		"beta2=":    func() { o.Beta2 = r.number() },
		"decay=":    func() { o.Decay = r.number() },
		"transfer=": func() { o.Transfer = r.int() },
	})
}

func (r *reader) course(c *Course) {
	c.Kind = r.path()
	r.keys(map[string]func(){
		"value=":  func() { c.Value = r.number() },
		"from=":   func() { c.From = r.number() },
		"to=":     func() { c.To = r.number() },
		"factor=": func() { c.Factor = r.number() },
		"warmup=": func() { c.Warmup = r.number() },
		"at=":     func() { c.At = r.ints() },
	})
}

func (r *reader) stop() *Stop {
	s := &Stop{}
	r.expect("patience=")
	s.Patience = r.int()
	r.expect("when")
	s.AnyOf = r.condition()
	return s
}

// condition reads a disjunction of conjunctions.
func (r *reader) condition() (anyOf [][]Clause) {
	for r.err == nil {
		all := []Clause{r.clause()}
		for r.accept("and") {
			all = append(all, r.clause())
		}
		anyOf = append(anyOf, all)
		if !r.accept("or") {
			break
		}
	}
	return anyOf
}

func (r *reader) clause() Clause {
	c := Clause{Not: r.accept("not"), Metric: r.path()}
	i := slices.IndexFunc(comparisons, r.accept)
	if i < 0 {
		r.fail("a comparison")
		return c
	}
	c.Cmp = comparisons[i]
	if isLetter(r.peek()) {
		c.Word = r.path()
		return c
	}
	c.Num = r.number()
	return c
}
