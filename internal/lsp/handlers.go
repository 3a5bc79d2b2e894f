package lsp

import (
	"encoding/json"
	"unicode/utf8"

	"acl/lang/format"
	"acl/lang/source"
	"acl/stdlib"
)

// requests are the methods that are answered.
var requests = map[string]func(*server, json.RawMessage) (any, *rpcError){
	"initialize":                  asking((*server).initialize),
	"shutdown":                    asking((*server).end),
	"textDocument/hover":          placed((*server).hover),
	"textDocument/definition":     placed((*server).definition),
	"textDocument/completion":     placed((*server).completion),
	"textDocument/prepareRename":  placed((*server).prepareRename),
	"textDocument/rename":         asking((*server).rename),
	"textDocument/formatting":     asking((*server).formatting),
	"textDocument/documentSymbol": asking((*server).symbols),
	"textDocument/codeAction":     asking((*server).actions),
	"acl/text":                    asking((*server).text),
}

// notices are the methods that nobody waits for.
var notices = map[string]func(*server, json.RawMessage) *rpcError{
	"textDocument/didOpen":            telling((*server).didOpen),
	"textDocument/didChange":          telling((*server).didChange),
	"textDocument/didClose":           telling((*server).didClose),
	"textDocument/didSave":            telling((*server).onDiskChanged),
	"workspace/didChangeWatchedFiles": telling((*server).onDiskChanged),
}

// decode reads the parameters of a method; a method may have none.
func decode[P any](raw json.RawMessage) (P, *rpcError) {
	var p P
	if len(raw) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, failed(codeInvalidParams, "%v", err)
	}
	return p, nil
}

func asking[P any](h func(*server, P) (any, *rpcError)) func(*server, json.RawMessage) (any, *rpcError) {
	return func(s *server, raw json.RawMessage) (any, *rpcError) {
		p, bad := decode[P](raw)
		if bad != nil {
			return nil, bad
		}
		return h(s, p)
	}
}

func telling[P any](h func(*server, P) *rpcError) func(*server, json.RawMessage) *rpcError {
	return func(s *server, raw json.RawMessage) *rpcError {
		p, bad := decode[P](raw)
		if bad != nil {
			return bad
		}
		return h(s, p)
	}
}

// placed is a method about a place in a document that can be read; at is the byte
// offset. About others there is nothing to say.
func placed(h func(s *server, d *document, at int) (any, *rpcError)) func(*server, json.RawMessage) (any, *rpcError) {
	return asking(func(s *server, p placeParams) (any, *rpcError) {
		d, bad := s.document(p.Document.URI)
		if bad != nil || !d.readable() {
			return nil, bad
		}
		return h(s, d, s.ws.view(d).lines.offset(p.Position))
	})
}

func (s *server) document(uri string) (*document, *rpcError) {
	if d := s.ws.docs[uri]; d != nil {
		return d, nil
	}
	return nil, failed(codeInvalidParams, "the document %s is not open", uri)
}

func (s *server) initialize(p initializeParams) (any, *rpcError) {
	s.initialized, s.client = true, p
	var r initializeResult
	r.ServerInfo.Name = "acl"
	c := &r.Capabilities
	c.PositionEncoding = "utf-16"
	c.Sync.OpenClose, c.Sync.Change, c.Sync.Save = true, 2, true
	c.Hover, c.Definition, c.Symbols, c.Formatting = true, true, true, true
	c.Completion.Triggers = []string{".", "(", ":", ">"}
	c.Rename.Prepare = true
	c.Actions.Kinds = []string{quickFix}
	return r, nil
}

func (s *server) end(struct{}) (any, *rpcError) {
	s.shutdown = true
	return nil, nil
}

func (s *server) didOpen(p openParams) *rpcError {
	uri := p.Document.URI
	s.ws.docs[uri] = &document{
		uri: uri, version: p.Document.Version, file: source.NewFile(fileOf(uri), p.Document.Text), dirty: true,
	}
	s.ws.touch(fileOf(uri))
	return nil
}

func (s *server) didChange(p changeParams) *rpcError {
	d, bad := s.document(p.Document.URI)
	if bad != nil {
		return bad
	}
	text := d.file.Text
	for _, c := range p.Changes {
		switch {
		case c.Range == nil:
			text, d.lost = c.Text, 0
		case d.lost == 0:
			l := newLines(text)
			start, end := l.offset(c.Range.Start), l.offset(c.Range.End)
			text = text[:start] + c.Text + text[max(start, end):]
		}
	}
	d.version = p.Document.Version
	d.file = source.NewFile(d.file.Name, text)
	s.ws.touch(d.file.Name)
	return nil
}

func (s *server) didClose(p documentParams) *rpcError {
	d, bad := s.document(p.Document.URI)
	if bad != nil {
		return bad
	}
	delete(s.ws.docs, d.uri)
	delete(s.byRoot, d.uri)
	s.ws.touch(d.file.Name)
	s.publish()
	return nil
}

func (s *server) onDiskChanged(struct{}) *rpcError {
	s.ws.touchAll()
	return nil
}

// passOver takes note of a message that was too large to read.
func (s *server) passOver(e *oversizeError) {
	id, uri := envelope(e.head)
	if id != nil {
		s.reply(id, nil, failed(codeInvalidRequest, "%v", e))
		return
	}
	if !s.initialized || s.shutdown {
		return
	}
	if uri == "" {
		s.show(severityError, e.Error())
		return
	}
	d := s.ws.docs[uri]
	if d == nil {
		d = &document{uri: uri}
		s.ws.docs[uri] = d
	}
	d.file, d.lost = source.NewFile(fileOf(uri), ""), e.size
	s.ws.touch(d.file.Name)
}

// formatting lays the whole document out. A text that does not parse is left as
// it is; its diagnostics say why.
func (s *server) formatting(p documentParams) (any, *rpcError) {
	d, bad := s.document(p.Document.URI)
	if bad != nil || !d.readable() {
		return nil, bad
	}
	text, diags := format.Source(d.file)
	if diags.HasErrors() {
		return nil, nil
	}
	if text == d.file.Text {
		return []textEdit{}, nil
	}
	return []textEdit{smallest(d.file.Text, text)}, nil
}

// smallest is the edit between two texts without what they have in common at both
// ends, so that cursors stay where they are.
func smallest(before, after string) textEdit {
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	for start > 0 && start < len(before) && !utf8.RuneStart(before[start]) {
		start--
	}
	tail := 0
	for tail < len(before)-start && tail < len(after)-start && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	for tail > 0 && !utf8.RuneStart(before[len(before)-tail]) {
		tail--
	}
	return textEdit{newLines(before).between(start, len(before)-tail), after[start : len(after)-tail]}
}

// text answers a client that shows the library's texts by itself.
func (s *server) text(p textParams) (any, *rpcError) {
	if f := libraryFile(fileOf(p.URI)); f != nil {
		return textResult{f.Text}, nil
	}
	return nil, failed(codeInvalidParams, "the library has no %s; it has %v", p.URI, stdlib.Libraries())
}
