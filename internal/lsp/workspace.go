package lsp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/lower"
	"acl/stdlib"
)

// document is a text that a client has open. The client's text is the truth, not
// the file's.
type document struct {
	uri     string
	version int
	file    *source.File
	// lost is the size of a message about the document that was too large to read;
	// 0: none was. What the client has is not known then.
	lost int
	// dirty: what the client was told of it is older than its text.
	dirty bool
	view  *view
	// shapes are those of the last text that had no errors.
	shapes []*shapes
}

// readable reports whether a program can be this large.
func (d *document) readable() bool { return d.lost == 0 && len(d.file.Text) <= syntax.MaxBytes }

// view is what one reading of a document and all that it uses has found.
type view struct {
	program *job.Program
	diags   diag.List // all, those of lowering included
	index   *index
	lines   *lines
	tokens  []syntax.Token
}

// names are the names of the document's own file.
func (v *view) names() *fileNames { return v.index.files[v.program.Root] }

// workspace is the open documents. Only the goroutine that answers uses it.
type workspace struct {
	docs map[string]*document // by address
}

// open returns the documents in the order of their addresses.
func (w *workspace) open() []*document {
	list := make([]*document, 0, len(w.docs))
	for _, d := range w.docs {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *document) int { return strings.Compare(a.uri, b.uri) })
	return list
}

// named is the open document of a file, or nil.
func (w *workspace) named(name string) *document {
	for _, d := range w.open() {
		if d.file.Name == name {
			return d
		}
	}
	return nil
}

// touch forgets what was read of the documents that a change of a file concerns:
// those that use it, and those that looked for a file that was not there.
func (w *workspace) touch(name string) {
	for _, d := range w.docs {
		if d.file.Name == name || d.view == nil || !d.view.complete() || d.view.uses(name) {
			d.view, d.dirty = nil, true
		}
	}
}

// touchAll forgets what was read of every document.
func (w *workspace) touchAll() {
	for _, d := range w.docs {
		d.view, d.dirty = nil, true
	}
}

func (v *view) uses(name string) bool {
	return slices.ContainsFunc(v.program.Files, func(f *source.File) bool { return f.Name == name })
}

// complete reports whether every file that is used could be read.
func (v *view) complete() bool {
	for _, u := range v.program.Units {
		for _, i := range u.Imports {
			if i.Unit == nil {
				return false
			}
		}
	}
	return true
}

// view reads a document, unless it has been read since the last change.
func (w *workspace) view(d *document) *view {
	if d.view == nil {
		d.view = w.read(d.file, nil)
		if !d.view.diags.HasErrors() {
			d.shapes = shapesOf(d.view.program, d.view.index)
		}
	}
	return d.view
}

// read checks a program from its root file. texts stand for files by name, and
// after them the open documents.
func (w *workspace) read(root *source.File, texts map[string]*source.File) *view {
	p := &job.Program{Path: root.Name, Files: []*source.File{root}}
	o := check.Options{Library: stdlib.File, Libraries: stdlib.Libraries()}
	o.Load = func(from *source.File, dotted string) (*source.File, error) { return w.load(p, texts, from, dotted) }
	p.Program, p.Diags = check.Check(root, stdlib.Table(), o)
	if !p.Diags.HasErrors() {
		p.Diags.Add(lower.CheckModules(p.Program)...)
	}
	p.Diags.Sort()
	v := &view{program: p, index: newIndex(p.Program), lines: newLines(root.Text), tokens: syntax.Tokens(root)}
	_, v.diags = p.Models()
	return v
}

// load finds a used file beside the one that uses it.
func (w *workspace) load(p *job.Program, texts map[string]*source.File, from *source.File, dotted string) (*source.File, error) {
	if !strings.Contains(from.Name, "/") || strings.Contains(from.Name, "://") {
		return nil, errors.New("the document has no folder; save it first")
	}
	name := path.Join(path.Dir(from.Name), strings.ReplaceAll(dotted, ".", "/")+".acl")
	if strings.HasPrefix(from.Name, "//") {
		name = "/" + name
	}
	for _, f := range p.Files {
		if f.Name == name {
			return f, nil
		}
	}
	f := texts[name]
	if f == nil {
		if d := w.named(name); d != nil && d.readable() {
			f = d.file
		}
	}
	if f == nil {
		text, err := readFile(name)
		if err != nil {
			return nil, err
		}
		f = source.NewFile(name, text)
	}
	p.Files = append(p.Files, f)
	return f, nil
}

// readFile reads a source file, and one byte more than a program may have: enough
// to be refused by the check.
func readFile(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", plain(err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", plain(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, syntax.MaxBytes+1))
	if err != nil {
		return "", plain(err)
	}
	return string(data), nil
}

// plain is an error of the file system in the form "path: reason".
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}
