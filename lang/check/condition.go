package check

import (
	"slices"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// A Fact is what a condition may ask about: a number, of a dimension, or one of
// some words.
type Fact struct {
	Name  string
	Dim   quantity.Dim
	Words []string
}

// Metrics are the facts of a stop condition.
func Metrics() []Fact {
	return []Fact{
		{Name: "loss"}, {Name: "accuracy"}, {Name: "top1"}, {Name: "top5"},
		{Name: "energy", Dim: quantity.Energy}, {Name: "latency", Dim: quantity.Time},
		{Name: "utilization"}, {Name: "reconfigurations"}, {Name: "wear"}, {Name: "repairs"},
	}
}

// Facts are those of a policy's rules; classes are the words of `op`.
func Facts(classes []string) []Fact {
	return []Fact{
		{Name: "op", Words: classes}, {Name: "stage", Words: []string{"warmup", "training", "evaluation"}},
		{Name: "epoch"}, {Name: "step"}, {Name: "elements"}, {Name: "rows"}, {Name: "columns"}, {Name: "range"}, {Name: "sparsity"},
	}
}

// A Clause compares a fact with a number, in SI units, or with a word.
type Clause struct {
	Metric string
	Cmp    string // == != < <= > >=
	Num    float64
	Word   string // in place of Num, where the fact has words
	Not    bool   // the comparison must not hold
}

// maxClauses bounds the size of a condition once it is multiplied out.
const maxClauses = 256

// ParseCondition reads a condition on facts as a disjunction of conjunctions.
func ParseCondition(e syntax.Expr, facts []Fact, env *Env) ([][]Clause, diag.List) {
	p := &conditionParser{facts: facts, env: env}
	anyOf := p.parse(e, false)
	if len(anyOf) > maxClauses && !p.diags.HasErrors() {
		p.diags.Add(diag.Errorf(codeBounds, e.Place(), "the condition has more than %d alternatives", maxClauses))
	}
	if p.diags.HasErrors() {
		return nil, p.diags
	}
	return anyOf, p.diags
}

type conditionParser struct {
	facts []Fact
	env   *Env
	diags diag.List
}

// parse returns the alternatives under which e holds, or under which it does not.
func (p *conditionParser) parse(e syntax.Expr, not bool) [][]Clause {
	switch e := e.(type) {
	case *syntax.Unary:
		if e.Op == "not" {
			return p.parse(e.X, !not)
		}
	case *syntax.Binary:
		switch e.Op {
		case "and", "or":
			x, y := p.parse(e.X, not), p.parse(e.Y, not)
			if (e.Op == "or") != not {
				return append(x, y...)
			}
			return multiply(x, y)
		case "==", "!=", "<", "<=", ">", ">=":
			return [][]Clause{{p.clause(e, not)}}
		}
	}
	p.diags.Add(mistyped(e.Place(), "want a condition such as `%s >= 1`", p.facts[0].Name))
	return nil
}

// multiply joins every alternative of x with every one of y; what is too long is
// cut just above the limit, and reported by the caller.
func multiply(x, y [][]Clause) [][]Clause {
	var out [][]Clause
	for _, a := range x {
		for _, b := range y {
			if len(out) > maxClauses {
				return out
			}
			out = append(out, append(slices.Clone(a), b...))
		}
	}
	return out
}

func (p *conditionParser) clause(e *syntax.Binary, not bool) Clause {
	left, right, op := e.X, e.Y, e.Op
	if _, ok := bareName(left); !ok {
		if _, ok := bareName(right); ok {
			left, right, op = right, left, mirrored(op)
		}
	}
	name, ok := bareName(left)
	if !ok {
		p.diags.Add(mistyped(left.Place(), "want one of %s", wordList(p.factNames())))
		return Clause{}
	}
	i := slices.IndexFunc(p.facts, func(f Fact) bool { return f.Name == name.Text })
	if i < 0 {
		d := unknown(codeUnknownWord, "metric", name.Text, name.Span, p.factNames())
		if d.Hint == "" {
			d = d.WithHint("a condition may ask for %s", wordList(p.factNames()))
		}
		p.diags.Add(d)
		return Clause{}
	}
	c := Clause{Metric: name.Text, Cmp: op, Not: not}
	if words := p.facts[i].Words; words != nil {
		c.Word = p.word(right, e, words)
	} else {
		c.Num = p.num(right, p.facts[i].Dim)
	}
	return c
}

func (p *conditionParser) factNames() []string {
	var list []string
	for _, f := range p.facts {
		list = append(list, f.Name)
	}
	return list
}

func (p *conditionParser) word(e syntax.Expr, cmp *syntax.Binary, words []string) string {
	if cmp.Op != "==" && cmp.Op != "!=" {
		p.diags.Add(mistyped(cmp.OpSpan, "words have no order: want == or !="))
		return ""
	}
	v, diags := p.env.typed(e, sig.Type{Kind: sig.KindWord, Words: words})
	p.diags.Add(diags...)
	w, _ := v.(sig.Word)
	return string(w)
}

func (p *conditionParser) num(e syntax.Expr, dim quantity.Dim) float64 {
	t := sig.Type{Kind: sig.KindNumber}
	if dim != quantity.None {
		t = sig.Type{Kind: sig.KindQuantity, Dim: dim}
	}
	v, diags := p.env.typed(e, t)
	p.diags.Add(diags...)
	if v == nil {
		return 0
	}
	q, _, _ := number(v)
	return q.Num
}

// mirrored is the comparison with its sides exchanged.
func mirrored(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}
