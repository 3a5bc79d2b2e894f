package syntax

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
)

// Fragment is an entry of an interactive session: imports and declarations, or
// one expression.
type Fragment struct {
	Uses  []*Use
	Decls []Decl
	Expr  Expr
}

// ParseExpr reads a text that is one expression.
func ParseExpr(file *source.File) (Expr, diag.List) {
	if strings.TrimSpace(file.Text) == "" {
		return nil, diag.List{diag.Errorf("E0101", file.Span(0, 0), "there is nothing where an expression is expected")}
	}
	if bad := scan(file); bad != nil {
		return nil, bad
	}
	p := newParser(file)
	tree, bad := run(exprParser, p.tokens)
	if bad != nil {
		p.list.Add(p.unexpected(bad, p.tokens, false))
		return nil, p.list
	}
	e := p.expr(tree)
	return e, p.list
}

// ParseFragment reads an entry: it begins with `use` or the keyword of a
// declaration, or is an expression. A leading `acl 1;` is allowed.
func ParseFragment(file *source.File) (*Fragment, diag.List) {
	if bad := scan(file); bad != nil {
		return &Fragment{}, bad
	}
	p := newParser(file)
	out := &File{Source: file}
	if len(p.tokens) > 0 && p.tokens[0].Value == "acl" {
		p.head(out)
	}
	if p.at < len(p.tokens) && !declWords[p.tokens[p.at].Value] && p.tokens[p.at].Value != "use" {
		tree, bad := run(exprParser, p.tokens[p.at:])
		if bad != nil {
			p.list.Add(p.unexpected(bad, p.tokens, false))
			return &Fragment{}, p.list
		}
		return &Fragment{Expr: p.expr(tree)}, p.list
	}
	for p.at < len(p.tokens) {
		if p.tokens[p.at].Value == "use" {
			p.uses(out)
			continue
		}
		p.declaration(out)
	}
	p.list.Sort()
	return &Fragment{Uses: out.Uses, Decls: out.Decls}, p.list
}

// Incomplete reports whether more lines could still make a text valid: a bracket
// is open, or an import lacks its semicolon.
func Incomplete(text string) bool {
	tokens := significant(lexAll(source.NewFile("", text)))
	if len(tokens) == 0 {
		return false
	}
	if len(unclosed(tokens)) > 0 {
		return true
	}
	first, last := tokens[0].Value, tokens[len(tokens)-1].Value
	switch {
	case first == "use" || first == "acl":
		return last != ";"
	case declWords[first]:
		return last != "}"
	}
	return last == "->" || strings.ContainsAny(last, "+*=,<>") || last == ".."
}
