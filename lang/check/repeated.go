package check

import (
	"acl/lang/diag"
	"acl/lang/source"
)

// repeated joins the messages about one name that is not there, in one declaration:
// what is missing is missing once. An import that is missing is so in the whole file.
func (c *checker) repeated() {
	type cause struct {
		message string
		file    *source.File
		decl    source.Span
	}
	first := map[cause]int{}
	out := c.diags[:0]
	for _, d := range c.diags {
		if d.Code == codeUnknown {
			k := cause{message: d.Message, file: d.Span.File}
			if !c.missingImport(d) {
				k.decl = c.declAround(d.Span)
			}
			if i, ok := first[k]; ok {
				out[i] = out[i].WithRelated(d.Span, "and here")
				continue
			}
			first[k] = len(out)
		}
		out = append(out, d)
	}
	c.diags = out
}

// missingImport reports whether a message is about the name of a part of the library.
func (c *checker) missingImport(d diag.Diag) bool {
	return contains(c.p.libraries, "std."+d.Span.Text())
}

// declAround is the place of the declaration that a place lies in; none outside of all.
func (c *checker) declAround(at source.Span) source.Span {
	for _, u := range c.p.Units {
		if u.file != at.File {
			continue
		}
		for _, d := range u.File.Decls {
			if s := d.Place(); s.Start.Offset <= at.Start.Offset && at.End.Offset <= s.End.Offset {
				return s
			}
		}
	}
	return source.Span{}
}
