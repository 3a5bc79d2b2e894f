package report

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/internal/job"
)

// Run is a finished run with what its page shows.
type Run struct {
	Record  *job.Record
	Model   *job.Model
	Machine *dcu.Machine // as its last checkpoint left it
	Metrics []job.Metric
	Table   *ledger.Table
	Bill    *ledger.Bill
	Widths  *job.Widths // nil where none were compared
}

func (r *Run) chip() *fabric.Chip { return &r.Model.Fabric().Chip }

// HTML writes the page of a run: results, curves, energy, comparisons, area,
// schedule, noise. It loads nothing from elsewhere.
func (r *Run) HTML(w io.Writer) error {
	rec := r.Record
	p := page{
		Title: fmt.Sprintf("%s on %s", rec.Model, rec.Fabric),
		Subtitle: fmt.Sprintf("seed %d, %d epochs, %d steps, data %s, priced by %s, program sha256 %.16s",
			rec.Seed, rec.Epochs, rec.Steps, rec.Data, r.Table.Name, rec.Hash),
	}
	if !rec.Done {
		p.Subtitle += ", interrupted"
	}
	p.Sections = append(p.Sections, r.results(), r.curves())
	if !r.chip().Ideal {
		p.Sections = append(p.Sections, r.energy(), r.digital(), r.macros(), r.area())
	}
	p.Sections = append(p.Sections, scheduleSection(r.Model.Fabric()), r.noise(), r.ranges())
	p.Sections = append(p.Sections, r.protection()...)
	if !r.chip().Ideal {
		p.Sections = append(p.Sections, r.sources())
	}
	return p.write(w)
}

func (r *Run) results() section {
	s := section{ID: "result", Name: "Result"}
	g := grid{Caption: "test part", Head: []string{"", "as the chip is", "with reads clean"}}
	for _, row := range []struct{ name, key string }{{"loss", "loss"}, {"top-1", "top1"}, {"top-5", "top5"}} {
		a, ok := r.Record.Result[row.key].(float64)
		if !ok {
			continue
		}
		show := func(v float64) string { return fmt.Sprintf("%.4f", v) }
		if row.key != "loss" {
			show = percent
		}
		second := "not kept"
		if clean, ok := r.Record.Result[row.key+"_clean"].(float64); ok {
			second = show(clean)
		}
		g.Rows = append(g.Rows, figures(row.name, show(a), second))
	}
	s.Tables = []grid{g}
	if f := r.Model.Fabric(); f.Learn != nil {
		mem := &r.Machine.Memory
		s.Notes = []string{fmt.Sprintf("The chip worked %s, %s of it in setup and calibration; a training step takes %s, an answer %s%s.",
			seconds(mem.Clock), seconds(mem.Spans[ledger.Setup]), seconds(f.Timing.Step), seconds(f.Timing.Sample), loads(&f.Timing))}
	}
	return s
}

// curves draws losses and accuracies of a run over its epochs.
func (r *Run) curves() section {
	s := section{ID: "curves", Name: "Curves"}
	if len(r.Metrics) == 0 {
		s.Notes = []string{"The record has no evaluation to draw."}
		return s
	}
	var b strings.Builder
	b.WriteString(`<div class="curves">`)
	for _, plot := range coursesOf("", r.Metrics) {
		canvas := vgsvg.New(16*vg.Centimeter, 7*vg.Centimeter)
		plot.Draw(draw.New(canvas))
		var text bytes.Buffer
		if _, err := canvas.WriteTo(&text); err != nil {
			panic(err) // a buffer takes all
		}
		// The canvas's own declaration has no place inside a page.
		b.WriteString(text.String()[strings.Index(text.String(), "<svg"):])
	}
	b.WriteString("</div>")
	s.Figure = template.HTML(b.String())
	return s
}

// The colours of the ledger's parts, in their order.
var partColours = [ledger.Parts]string{
	"#005ab5", "#dc7a00", "#7b3294", "#4d9221", "#8c96a0", "#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#a6761d", "#1b9e77", "#666666", "#d9b300",
}

// energy is the ledger: a bar a phase, then its rows with their bands.
func (r *Run) energy() section {
	s := section{ID: "energy", Name: "Energy", Figure: r.bars()}
	rows := grid{Caption: "rows of the ledger, the whole run", Head: []string{"phase", "part", "energy", "low", "high"}}
	for p := range ledger.Phases {
		for part := range ledger.Parts {
			if a := r.Bill.Entry[p][part]; a.Value > 0 {
				row := figures(p.String(), "", joules(a.Value), joules(a.Low), joules(a.High))
				row[1] = cell{Text: part.String()}
				rows.Rows = append(rows.Rows, row)
			}
		}
	}
	units := grid{Caption: "by unit", Folded: true, Head: []string{"unit", "energy", "low", "high"}}
	for _, u := range byEnergy(r.Bill) {
		a := u.Total()
		units.Rows = append(units.Rows, figures(unitName(u), joules(a.Value), joules(a.Low), joules(a.High)))
	}
	kinds := grid{Caption: "by event", Folded: true, Head: []string{"event", "energy", "low", "high"}}
	for k := range ledger.Kinds {
		if a := r.Bill.Kinds[k]; a.Value > 0 {
			kinds.Rows = append(kinds.Rows, figures(k.String(), joules(a.Value), joules(a.Low), joules(a.High)))
		}
	}
	t := r.Bill.Total()
	s.Notes = []string{fmt.Sprintf("%s in all, %s to %s with all figures of %s at one end of their bands.",
		joules(t.Value), joules(t.Low), joules(t.High), r.Table.Name)}
	s.Tables = []grid{rows, units, kinds}
	return s
}

// bars is a bar a phase, as long as its share of the largest.
func (r *Run) bars() template.HTML {
	var b strings.Builder
	largest := 0.0
	used := map[ledger.Part]bool{}
	for p := range ledger.Phases {
		largest = max(largest, r.Bill.Phase(p).Value)
	}
	b.WriteString(`<div class="bars">`)
	for p := range ledger.Phases {
		total := r.Bill.Phase(p).Value
		if total == 0 {
			continue
		}
		fmt.Fprintf(&b, `<span>%s</span><div class="bar">`, p)
		for part := range ledger.Parts {
			if v := r.Bill.Entry[p][part].Value; v > 0 {
				used[part] = true
				fmt.Fprintf(&b, `<span style="width:%.3f%%;background:%s" title="%s %s"></span>`, 100*v/largest, partColours[part], part, joules(v))
			}
		}
		fmt.Fprintf(&b, `</div><span>%s</span>`, joules(total))
	}
	b.WriteString(`</div><div class="key">`)
	for part := range ledger.Parts {
		if used[part] {
			fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span>`, partColours[part], part)
		}
	}
	b.WriteString("</div>")
	return template.HTML(b.String())
}

// sources lists the table of costs.
func (r *Run) sources() section {
	s := section{ID: "sources", Name: "Sources", Notes: []string{"[S] sourced, [D] derived, [A] assumed: no source was found."}}
	g := grid{Caption: "figures of " + r.Table.Name, Folded: true, Head: []string{"figure", "value", "low", "high", "tag", "source"}}
	for _, f := range r.Table.On(r.chip()) {
		show := func(v float64) string { return quantityOf(v, f.Unit) }
		row := figures(f.Name, show(f.Value), show(f.Low), show(f.High), "", "")
		row[4], row[5] = cell{Text: "[" + string(f.Tag) + "]"}, cell{Text: f.Source}
		g.Rows = append(g.Rows, row)
	}
	s.Tables = []grid{g}
	return s
}
