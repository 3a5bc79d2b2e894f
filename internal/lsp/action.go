package lsp

import "slices"

// quickFix is the kind of the actions that are offered.
const quickFix = "quickfix"

// actions are the fixes of the diagnostics that touch a range of a document, as it was
// last checked: a text that has changed since has none.
func (s *server) actions(p actionParams) (any, *rpcError) {
	d, bad := s.document(p.Document.URI)
	if bad != nil {
		return nil, bad
	}
	out := []codeAction{}
	if d.dirty || len(p.Context.Only) > 0 && !slices.Contains(p.Context.Only, quickFix) {
		return out, nil
	}
	for _, g := range s.told[d.uri] {
		if g.fix == nil || before(g.Range.End, p.Range.Start) || before(p.Range.End, g.Range.Start) {
			continue
		}
		out = append(out, codeAction{
			Title: g.title, Kind: quickFix, Diagnostics: []diagnostic{g}, Preferred: true, Edit: workspaceEdit{Changes: g.fix},
		})
	}
	return out, nil
}

// before reports whether a place lies before another one.
func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}
