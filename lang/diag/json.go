package diag

import (
	"encoding/json"
	"io"

	"acl/lang/source"
)

// A record is a message as a line of JSON. Lines and columns count from 1 in
// characters, the end is the first column behind the place; all are 0 and file
// is empty where a message has no place.
type record struct {
	Severity string  `json:"severity"`
	Code     Code    `json:"code"`
	Message  string  `json:"message"`
	place            // file, line, column, end_line, end_column
	Label    string  `json:"label"`
	Hint     string  `json:"hint"`
	Related  []other `json:"related"`
	// Fix is the hint as edits, to be made together; empty where it leaves a choice.
	Fix []edit `json:"fix"`
}

type place struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type edit struct {
	place
	Text string `json:"text"`
}

type other struct {
	place
	Message string `json:"message"`
}

func placeOf(s source.Span) place {
	if s.IsZero() {
		return place{}
	}
	return place{s.File.Name, s.Start.Line, s.Start.Column, s.End.Line, s.End.Column}
}

// JSON writes one object a line for each message, with all keys always present.
// Nothing is left out, however long the list. The error is the writer's.
func JSON(w io.Writer, list List) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, d := range list {
		r := record{
			Severity: d.Severity.String(), Code: d.Code, Message: d.Message, place: placeOf(d.Span),
			Label: d.Label, Hint: d.Hint, Related: []other{}, Fix: []edit{},
		}
		for _, o := range d.Related {
			r.Related = append(r.Related, other{placeOf(o.Span), o.Text})
		}
		for _, e := range d.Fix {
			r.Fix = append(r.Fix, edit{placeOf(e.Span), e.Text})
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
