package lsp

import (
	"regexp"
	"slices"
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// A rename changes every place that names one thing, in the document, in the other
// open ones, and in what they use. It is tried before it is answered: each program
// is read with the new name, and the rename is refused where that adds an error, or
// where the name would come to mean something else.

// prepared says what would be renamed.
type prepared struct {
	Range       textRange `json:"range"`
	Placeholder string    `json:"placeholder"`
}

func (s *server) prepareRename(d *document, at int) (any, *rpcError) {
	v := s.ws.view(d)
	o, bad := renamed(v, at)
	if bad != nil {
		return nil, bad
	}
	return prepared{v.lines.span(o.span), o.sym.name}, nil
}

// renamed is the occurrence at a place, if it is of something that a program names.
func renamed(v *view, at int) (*occurrence, *rpcError) {
	o := v.names().at(at)
	if o == nil {
		return nil, failed(codeRequestFailed, "no name stands here")
	}
	switch o.sym.kind {
	case moduleName, fabricName, policyName, experimentName, paramName, portName, unitName, dimName, repeatName:
	case importName:
		return nil, failed(codeRequestFailed, "an import has the name of its file")
	default:
		return nil, failed(codeRequestFailed, "`%s` is a name of the language", o.sym.name)
	}
	if o.sym.unit.Library {
		return nil, failed(codeRequestFailed, "`%s` is declared in the library", o.sym.name)
	}
	return o, nil
}

var nameText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (s *server) rename(p renameParams) (any, *rpcError) {
	d, bad := s.document(p.Document.URI)
	if bad != nil {
		return nil, bad
	}
	if !d.readable() {
		return nil, failed(codeRequestFailed, "the document is too large")
	}
	v := s.ws.view(d)
	o, bad := renamed(v, v.lines.offset(p.Position))
	switch {
	case bad != nil:
		return nil, bad
	case !nameText.MatchString(p.NewName):
		return nil, failed(codeInvalidParams, "`%s` is no name: letters, digits and _, no digit first", p.NewName)
	case slices.Contains(syntax.Keywords, p.NewName):
		return nil, failed(codeInvalidParams, "`%s` is a reserved word", p.NewName)
	}
	r := &renaming{s: s, sym: o.sym, name: p.NewName, places: map[string][]source.Span{}}
	r.collect()
	if bad := r.try(); bad != nil {
		return nil, bad
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	for name, spans := range r.places {
		uri, _ := s.uriOf(name)
		l := newLines(spans[0].File.Text)
		for _, span := range spans {
			edit.Changes[uri] = append(edit.Changes[uri], textEdit{l.span(span), p.NewName})
		}
	}
	return edit, nil
}

// renaming is one rename on its way.
type renaming struct {
	s      *server
	sym    *symbol
	name   string
	places map[string][]source.Span // by file, in the order of the text
}

// collect finds every place, in all that is open and what that uses.
func (r *renaming) collect() {
	for _, d := range r.s.ws.open() {
		if !d.readable() {
			continue
		}
		for _, span := range named(r.s.ws.view(d).index, r.sym) {
			f := span.File.Name
			if !slices.ContainsFunc(r.places[f], func(o source.Span) bool { return o.Start.Offset == span.Start.Offset }) {
				r.places[f] = append(r.places[f], span)
			}
		}
	}
	for _, spans := range r.places {
		slices.SortFunc(spans, source.Span.Compare)
	}
}

// named lists the places of a program that name a symbol.
func named(x *index, sym *symbol) []source.Span {
	var out []source.Span
	for _, u := range x.program.Units {
		for _, o := range x.files[u].places {
			if o.sym.sameAs(sym) {
				out = append(out, o.span)
			}
		}
	}
	return out
}

// try reads every open program with the new name.
func (r *renaming) try() *rpcError {
	texts := map[string]*source.File{}
	for name, spans := range r.places {
		texts[name] = source.NewFile(name, r.edited(spans))
	}
	after := r.moved()
	for _, d := range r.s.ws.open() {
		if !d.readable() {
			continue
		}
		before := r.s.ws.view(d)
		n := len(named(before.index, r.sym))
		if n == 0 {
			continue
		}
		root := texts[d.file.Name]
		if root == nil {
			root = d.file
		}
		v := r.s.ws.read(root, texts)
		if e := added(before.diags, v.diags); e != nil {
			return failed(codeRequestFailed, "`%s` does not fit: %s", r.name, e.Message)
		}
		if len(named(v.index, after)) != n {
			return failed(codeRequestFailed, "`%s` means something else in %s", r.name, d.file.Name)
		}
	}
	return nil
}

// edited is the text of a file with the new name at the given places.
func (r *renaming) edited(spans []source.Span) string {
	var b strings.Builder
	text, at := spans[0].File.Text, 0
	for _, span := range spans {
		b.WriteString(text[at:span.Start.Offset] + r.name)
		at = span.End.Offset
	}
	return b.String() + text[at:]
}

// moved is the symbol where the edited text declares it.
func (r *renaming) moved() *symbol {
	first := r.sym.at[0]
	shift := 0
	for _, span := range r.places[first.File.Name] {
		if span.Start.Offset < first.Start.Offset {
			shift += len(r.name) - (span.End.Offset - span.Start.Offset)
		}
	}
	sym := *r.sym
	at := first
	at.Start.Offset += shift
	sym.at = []source.Span{at}
	return &sym
}

// added is an error that was not there before, or nil.
func added(before, after diag.List) *diag.Diag {
	count := map[diag.Code]int{}
	for _, d := range before.Errors() {
		count[d.Code]++
	}
	errs := after.Errors()
	for i := range errs {
		if count[errs[i].Code]--; count[errs[i].Code] < 0 {
			return &errs[i]
		}
	}
	return nil
}
