package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// policy checks the rules of a policy: conditions on facts, and choices.
func (c *checker) policy(p *Policy) {
	env := c.p.Env(p.Unit, nil)
	s := &settler{p: c.p, u: p.Unit, env: env, blocks: []string{"policy"}}
	p.Settings = s.block(p.Decl.Body)
	if s.earlier["otherwise"] == nil && !p.Unit.broken {
		s.diags.Add(diag.Errorf(codeMissingKey, p.Decl.Name.Span, "the policy `%s` needs `otherwise`", p.Decl.Name.Text))
	}
	variants := c.variants()
	for _, it := range p.Settings.Items {
		if it.Subject != nil {
			_, diags := ParseCondition(it.Subject.Expr, Facts(env.classes()), env)
			s.diags.Add(diags...)
		}
		_, diags := choices(it.Expr, env, variants)
		s.diags.Add(diags...)
	}
	c.diags.Add(s.diags...)
	p.Bad = s.diags.HasErrors()
}

// variants are the names of all variants of the program's fabrics, sorted.
func (c *checker) variants() []string {
	var list []string
	for _, f := range c.p.Fabrics {
		for _, it := range f.Settings.Items {
			if it.Key.Subject == sig.VariantSubject && it.Subject != nil {
				list = append(list, it.Subject.Text)
			}
		}
	}
	return sorted(list)
}

// Choices reads what a rule chooses, in the order in which it is tried: sig.Name
// of a variant, or sig.Call of a heuristic.
func (p *Program) Choices(policy *Policy, it *Setting) ([]sig.Value, diag.List) {
	c := &checker{p: p}
	return choices(it.Expr, p.Env(policy.Unit, nil), c.variants())
}

func choices(e syntax.Expr, env *Env, variants []string) ([]sig.Value, diag.List) {
	list := []syntax.Expr{e}
	if lit, ok := e.(*syntax.ListLit); ok {
		list = lit.Items
	}
	if len(list) == 0 {
		return nil, diag.List{mistyped(e.Place(), "a choice names a variant or a heuristic")}
	}
	var out []sig.Value
	var diags diag.List
	for _, item := range list {
		if name, ok := bareName(item); ok {
			// Without any variant the fabric that a policy is written for is not here.
			if len(variants) > 0 && !contains(variants, name.Text) {
				diags.Add(unknown(codeUnknown, "variant", name.Text, name.Span, variants).
					WithLabel("no fabric has modules of this kind"))
			}
			out = append(out, sig.Name{Text: name.Text, Span: name.Span})
			continue
		}
		v, more := env.callFor(item, sig.Type{Kind: sig.KindCall, Group: "choose"})
		diags.Add(more...)
		if v != nil {
			out = append(out, v)
		}
	}
	return out, diags
}

// A Rule is what a policy does where its condition holds: nil for `otherwise`.
type Rule struct {
	When    [][]Clause
	Choices []sig.Value // as Choices has them
}

// Rules reads a policy that has been checked: its rules in their order, `otherwise` last.
func (p *Program) Rules(policy *Policy) []Rule {
	var list []Rule
	var rest *Rule
	env := p.Env(policy.Unit, nil)
	for _, it := range policy.Settings.Items {
		var r Rule
		r.Choices, _ = p.Choices(policy, it)
		if it.Subject == nil {
			rest = &r
			continue
		}
		r.When, _ = ParseCondition(it.Subject.Expr, Facts(env.classes()), env)
		list = append(list, r)
	}
	if rest != nil {
		list = append(list, *rest)
	}
	return list
}
