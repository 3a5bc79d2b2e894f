package lsp

import "acl/lang/source"

// definition answers where a name is declared: an import at the beginning of its
// file, what the machine itself knows at that of its library's. Keys and words are
// declared nowhere.
func (s *server) definition(d *document, at int) (any, *rpcError) {
	o := s.ws.view(d).names().at(at)
	if o == nil {
		return nil, nil
	}
	sym := o.sym
	spans := sym.at
	if sym.kind == importName || len(spans) == 0 {
		if sym.unit == nil {
			return nil, nil
		}
		spans = []source.Span{sym.unit.File.Source.Span(0, 0)}
	}
	list := []location{}
	for _, span := range spans {
		if uri, ok := s.uriOf(span.File.Name); ok {
			list = append(list, location{uri, newLines(span.File.Text).span(span)})
		}
	}
	return list, nil
}
