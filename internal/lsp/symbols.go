package lsp

import (
	"acl/lang/source"
	"acl/lang/syntax"
)

// symbols outlines a document: its declarations, with the params, ports and units
// of modules.
func (s *server) symbols(p documentParams) (any, *rpcError) {
	d, bad := s.document(p.Document.URI)
	if bad != nil || !d.readable() {
		return nil, bad
	}
	v := s.ws.view(d)
	tree := v.names().unit.File
	list := []documentSymbol{}
	for _, decl := range tree.Decls {
		list = append(list, outline(v.lines, decl))
	}
	if s.client.Capabilities.TextDocument.DocumentSymbol.Hierarchical {
		return list, nil
	}
	return flat(d.uri, "", list), nil
}

// flat is the outline for clients that know no tree.
func flat(uri, container string, list []documentSymbol) []symbolInformation {
	out := []symbolInformation{}
	for _, sym := range list {
		out = append(out, symbolInformation{sym.Name, sym.Kind, location{uri, sym.Range}, container})
		out = append(out, flat(uri, sym.Name, sym.Children)...)
	}
	return out
}

func outline(l *lines, d syntax.Decl) documentSymbol {
	sym := func(name syntax.Name, kind int, detail string) documentSymbol {
		return documentSymbol{Name: name.Text, Detail: detail, Kind: kind, Range: l.span(d.Place()), Selection: l.span(name.Span)}
	}
	switch d := d.(type) {
	case *syntax.Module:
		m := sym(d.Name, symbolClass, "module")
		m.Children = outlineItems(l, d.Items)
		return m
	case *syntax.Fabric:
		detail := "fabric"
		if d.Base != nil {
			detail += " : " + d.Base.String()
		}
		return sym(d.Name, symbolStruct, detail)
	case *syntax.Plan:
		plan := sym(d.Kind, symbolEvent, "")
		plan.Name = d.Kind.Text + " " + d.Module.String() + " on " + d.Fabric.String()
		return plan
	case *syntax.Policy:
		return sym(d.Name, symbolFunction, "policy")
	case *syntax.Experiment:
		return sym(d.Name, symbolEvent, "experiment of "+d.Module.String()+" on "+d.Fabric.String())
	}
	panic("lsp: unknown kind of declaration")
}

func outlineItems(l *lines, items []syntax.Item) []documentSymbol {
	var out []documentSymbol
	add := func(name syntax.Name, span source.Span, kind int, detail string) {
		out = append(out, documentSymbol{Name: name.Text, Detail: detail, Kind: kind, Range: l.span(span), Selection: l.span(name.Span)})
	}
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Param:
			add(it.Name, it.Span, symbolParam, it.Type.Text)
		case *syntax.Port:
			detail := "in"
			if it.Out {
				detail = "out"
			}
			add(it.Name, it.Span, symbolField, detail)
		case *syntax.Unit:
			add(it.Name, it.Span, symbolVariable, it.Ref.String())
		case *syntax.If:
			out = append(out, outlineItems(l, it.Then)...)
			out = append(out, outlineItems(l, it.Else)...)
		case *syntax.Repeat:
			out = append(out, outlineItems(l, it.Items)...)
		case *syntax.Route:
		}
	}
	return out
}
