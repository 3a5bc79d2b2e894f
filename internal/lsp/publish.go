package lsp

import (
	"maps"
	"reflect"
	"slices"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// report is what the check of one document found: diagnostics by the address of
// the file that they stand in.
type report map[string][]diagnostic

// check checks one document whose text has changed and tells the client; false
// means that there was none.
func (s *server) check() bool {
	if s.shutdown {
		return false
	}
	for _, d := range s.ws.open() {
		if !d.dirty {
			continue
		}
		d.dirty = false
		func() {
			defer s.recovered("the check of "+d.uri, func(why string) { s.show(severityError, why) })
			s.byRoot[d.uri] = s.report(d)
		}()
		delete(s.told, d.uri) // so that each version of a text gets an answer
		s.publish()
		return true
	}
	return false
}

func (s *server) report(d *document) report {
	r := report{d.uri: {}}
	if d.lost > 0 {
		list := diag.List{diag.Errorf("E0108", d.file.Span(0, 0), "the document came in a message of %d bytes, and a program has %d at most", d.lost, syntax.MaxBytes).
			WithHint("split it into files and `use` them; then close this one and open it again")}
		r[d.uri] = append(r[d.uri], s.diagnostic(&list[0], linesOf{}))
		return r
	}
	if libraryFile(d.file.Name) != nil {
		return r // read-only, and right
	}
	known := linesOf{}
	var list diag.List
	if d.readable() {
		list = s.ws.view(d).diags
	} else {
		_, list = syntax.Parse(d.file)
	}
	for i := range list {
		here := atHome(list[i], d.file)
		uri, ok := s.uriOf(here.Span.File.Name)
		if !ok {
			continue
		}
		r[uri] = append(r[uri], s.diagnostic(&here, known))
	}
	return r
}

// atHome moves a message about the library to the place of the program that led
// there, and one without a place to the file's beginning.
func atHome(d diag.Diag, root *source.File) diag.Diag {
	if d.Span.IsZero() {
		d.Span = root.Span(0, 0)
		return d
	}
	if libraryFile(d.Span.File.Name) == nil {
		return d
	}
	there := diag.Label{Span: d.Span, Text: "in the library"}
	d.Span = root.Span(0, 0)
	for _, r := range slices.Backward(d.Related) {
		if !r.Span.IsZero() && libraryFile(r.Span.File.Name) == nil {
			d.Span = r.Span
			break
		}
	}
	d.Related = append(slices.Clone(d.Related), there)
	return d
}

// linesOf are the lines of the files that a report names.
type linesOf map[*source.File]*lines

func (l linesOf) span(s source.Span) textRange {
	if l[s.File] == nil {
		l[s.File] = newLines(s.File.Text)
	}
	return l[s.File].span(s)
}

// diagnostic is a message in the protocol's form.
func (s *server) diagnostic(d *diag.Diag, l linesOf) diagnostic {
	out := diagnostic{Range: l.span(d.Span), Severity: severityError, Code: string(d.Code), Source: "acl", Message: d.Message}
	if d.Severity == diag.Warning {
		out.Severity = severityWarning
	}
	if d.Label != "" {
		out.Message += "\n" + d.Label
	}
	if d.Hint != "" {
		out.Message += "\nhint: " + d.Hint
	}
	for _, e := range d.Fix {
		if uri, ok := s.uriOf(e.Span.File.Name); ok {
			if out.fix == nil {
				out.fix, out.title = map[string][]textEdit{}, d.Hint
			}
			out.fix[uri] = append(out.fix[uri], textEdit{l.span(e.Span), e.Text})
		}
	}
	for _, r := range d.Related {
		if r.Span.IsZero() {
			continue
		}
		uri, ok := s.uriOf(r.Span.File.Name)
		if ok && s.client.Capabilities.TextDocument.Diagnostics.Related {
			out.Related = append(out.Related, related{location{uri, l.span(r.Span)}, r.Text})
		} else {
			out.Message += "\n" + r.Span.String() + ": " + r.Text
		}
	}
	return out
}

// uriOf is the address of a file: the client's own where it has the file open. ok
// is false for a text of the library that could not be written.
func (s *server) uriOf(name string) (uri string, ok bool) {
	if d := s.ws.named(name); d != nil {
		return d.uri, true
	}
	if libraryFile(name) == nil {
		return fileURI(name), true
	}
	if s.client.Options.Library == "acl" {
		return libraryScheme + name, true
	}
	path, err := s.lib.path(name)
	return fileURI(path), err == nil
}

// publish tells the client what has changed since it was last told. A file that
// several documents use shows what each of them found, once.
func (s *server) publish() {
	now := map[string][]diagnostic{}
	for _, root := range slices.Sorted(maps.Keys(s.byRoot)) {
		for uri, list := range s.byRoot[root] {
			if now[uri] == nil {
				now[uri] = []diagnostic{}
			}
			for _, d := range list {
				if !slices.ContainsFunc(now[uri], func(o diagnostic) bool { return o.Range == d.Range && o.Code == d.Code && o.Message == d.Message }) {
					now[uri] = append(now[uri], d)
				}
			}
		}
	}
	for uri, list := range s.told {
		if len(list) > 0 && now[uri] == nil {
			now[uri] = []diagnostic{}
		}
	}
	for _, uri := range slices.Sorted(maps.Keys(now)) {
		old, known := s.told[uri]
		if known && reflect.DeepEqual(old, now[uri]) {
			continue
		}
		p := publishParams{URI: uri, Diagnostics: now[uri]}
		if d := s.ws.docs[uri]; d != nil {
			p.Version = &d.version
		}
		s.notify("textDocument/publishDiagnostics", p)
	}
	s.told = now
}
