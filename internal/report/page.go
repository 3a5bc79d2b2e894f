package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

// The pages are self-contained: style and script stand in them, and they load
// nothing.

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed timeline.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is a page of sections.
type page struct {
	Title, Subtitle string
	Sections        []section
	Style           template.CSS
	Script          template.JS
}

// section is a heading with text, a figure and tables, in that order.
type section struct {
	ID, Name string
	Notes    []string
	Figure   template.HTML
	Tables   []grid
}

// grid is a table; a folded one is opened by a click.
type grid struct {
	Caption string
	Folded  bool
	Head    []string
	Rows    [][]cell
}

// cell is a cell of a table; the class says how it is set.
type cell struct{ Text, Class string }

// text is a row of plain cells.
func text(list ...string) []cell {
	row := make([]cell, len(list))
	for i, s := range list {
		row[i].Text = s
	}
	return row
}

// figures is a row of a name and numbers.
func figures(name string, numbers ...string) []cell {
	row := text(append([]string{name}, numbers...)...)
	for i := range numbers {
		row[i+1].Class = "number"
	}
	return row
}

func (p *page) write(w io.Writer) error {
	p.Style, p.Script = template.CSS(pageStyle), template.JS(pageScript)
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
