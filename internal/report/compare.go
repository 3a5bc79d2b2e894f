package report

import (
	"fmt"
	"io"
	"strings"

	"acl/fabric/ledger"
	"acl/internal/job"
	"acl/lang/quantity"
)

// sample is what training on one sample took, setup and evaluations left out.
func (r *Run) sample() (ledger.Amount, bool) {
	f := r.Model.Fabric()
	n := r.Record.Samples
	if f.Learn == nil || n == 0 {
		return ledger.Amount{}, false
	}
	var a ledger.Amount
	for _, p := range []ledger.Phase{ledger.Forward, ledger.Backward, ledger.Update} {
		a = a.Plus(r.Bill.Phase(p))
	}
	return a.Times(1 / float64(n)), true
}

// digital sets a sample beside digital machines, at several assumptions about the
// reuse of words and, where it was measured, at equal accuracy.
func (r *Run) digital() section {
	s := section{ID: "digital", Name: "Beside digital machines"}
	a, ok := r.sample()
	if !ok {
		s.Notes = []string{"The record does not say how many samples it was trained on."}
		return s
	}
	work := ledger.WorkOf(r.Model.Fabric())
	s.Notes = strings.Split(strings.TrimSpace(ledger.Compare(a, work, ledger.DefaultReuse, r.chip(), r.Table)), "\n")
	g := grid{Caption: "energy of training on one sample; analog takes " + joules(a.Value), Head: []string{"each word used"}}
	for _, p := range ledger.Precisions {
		g.Head = append(g.Head, p.Name, "")
	}
	for _, reuse := range ledger.Reuses {
		row := text(fmt.Sprintf("%g times [A]", reuse))
		for _, p := range ledger.Precisions {
			d := p.TrainStep(work, reuse)
			row = append(row, cell{joules(d), "number"}, verdict(a.Value, d))
		}
		g.Rows = append(g.Rows, row)
	}
	s.Tables = append(s.Tables, g)
	if r.Widths != nil {
		s.Notes = append(s.Notes, MatchText(r.Widths))
		s.Tables = append(s.Tables, widthGrid(r.Widths))
	}
	return s
}

// verdict says by which factor analog stands to a digital figure.
func verdict(analog, digital float64) cell {
	if k := analog / digital; k >= 1 {
		return cell{fmt.Sprintf("analog loses %.3g×", k), "worse"}
	}
	return cell{fmt.Sprintf("analog wins %.3g×", digital/analog), "better"}
}

// MatchText says which integer machine answers as well as the chip, and what each
// answer takes.
func MatchText(w *job.Widths) string {
	m := w.Match()
	if m == nil {
		return "No integer machine of up to 8 bits with these weights answers as well as the chip."
	}
	outcome := fmt.Sprintf("analog loses %.3g x", w.Energy/m.Energy)
	if w.Energy < m.Energy {
		outcome = fmt.Sprintf("analog wins %.3g x", m.Energy/w.Energy)
	}
	return fmt.Sprintf("At equal accuracy the chip stands beside integers of %d bits: %s an answer against %s, %s; each fetched word is used %d times [A].",
		m.Bits, joules(w.Energy), joules(m.Energy), outcome, ledger.DefaultReuse)
}

func widthGrid(w *job.Widths) grid {
	g := grid{
		Caption: "the same network with weights and values of a few bits, sums exact, each scale found on a batch of the training part",
		Head:    []string{"machine", "loss", "top-1", "energy an answer"},
		Rows:    [][]cell{figures("the chip", fmt.Sprintf("%.4f", w.Chip.Score.Loss), percent(w.Chip.Score.Top1), joules(w.Energy))},
	}
	for _, x := range w.List {
		g.Rows = append(g.Rows, figures(fmt.Sprintf("int%d", x.Bits), fmt.Sprintf("%.4f", x.Score.Loss), percent(x.Score.Top1), joules(x.Energy)))
	}
	return g
}

// macros sets the model beside published circuits.
func (r *Run) macros() section {
	s := section{ID: "macros", Name: "Beside published circuits", Notes: []string{
		"How far the model's figures are from circuits that were published. A ratio of 1 is agreement; none is expected where what is counted differs."}}
	g := grid{Caption: "model over reference", Head: []string{"figure", "model", "reference", "ratio", "tag", "source"}}
	for _, m := range ledger.Macros(r.chip(), r.Table) {
		row := figures(m.Name, quantityOf(m.Model, m.Unit), quantityOf(m.Reference, m.Unit), fmt.Sprintf("%.3g", m.Ratio()), "", "")
		row[4], row[5] = cell{Text: "[" + string(m.Tag) + "]"}, cell{Text: m.Source}
		g.Rows = append(g.Rows, row)
	}
	s.Tables = []grid{g}
	return s
}

// quantityOf is a figure with its unit; areas in square micrometres.
func quantityOf(v float64, unit string) string {
	switch unit {
	case "m2":
		return fmt.Sprintf("%.4g µm²", 1e12*v)
	case "":
		return fmt.Sprintf("%.4g", v)
	}
	one, err := quantity.Parse("1" + unit)
	if err != nil {
		return fmt.Sprintf("%.4g %s", v, unit)
	}
	return quantity.Value{Num: v, Dim: one.Dim}.Digits(4)
}

// area is the silicon by part, and how much of the chip the program uses.
func (r *Run) area() section {
	f := r.Model.Fabric()
	area, use := job.AreaOf(f, r.Table), ledger.UtilizationOf(f)
	s := section{ID: "area", Name: "Area and utilisation", Notes: []string{
		fmt.Sprintf("The program uses %.1f %% of the chip's tiles, %.1f %% of the cells of those and %.3g %% of the stack's capacitors.",
			100*use.Tiles, 100*use.Cells, 100*use.Stack)}}
	g := grid{Caption: "silicon in use, mm²", Head: []string{"part", "area", "low", "high"}}
	mm2 := func(v float64) string { return fmt.Sprintf("%.4g", 1e6*v) }
	for _, p := range append(area.Parts(), ledger.AreaPart{Name: "total", Area: area.Band()}) {
		g.Rows = append(g.Rows, figures(p.Name, mm2(p.Area.Value), mm2(p.Area.Low), mm2(p.Area.High)))
	}
	s.Tables = []grid{g}
	return s
}

// Text prints the bill, a sample beside digital machines, area and utilisation,
// and the comparison at equal accuracy where it was made.
func (r *Run) Text(w io.Writer) {
	rec := r.Record
	fmt.Fprintf(w, "%s on %s, seed %d, %d steps, priced by %s\n", rec.Model, rec.Fabric, rec.Seed, rec.Steps, r.Table.Name)
	Bill(w, r.Bill)
	if r.chip().Ideal {
		return
	}
	for _, s := range []section{r.digital(), r.area()} {
		fmt.Fprintf(w, "%s:\n", strings.ToLower(s.Name))
		for _, note := range s.Notes {
			wrap(w, note, textWidth)
		}
	}
	area := job.AreaOf(r.Model.Fabric(), r.Table)
	for _, p := range area.Parts() {
		fmt.Fprintf(w, "    %-11s %8.3g mm2   (%.3g .. %.3g)\n", p.Name, 1e6*p.Area.Value, 1e6*p.Area.Low, 1e6*p.Area.High)
	}
	if r.Widths != nil {
		fmt.Fprintln(w, "at equal accuracy:")
		for _, row := range widthGrid(r.Widths).Rows {
			fmt.Fprintf(w, "    %-9s loss %s  top-1 %s  %s an answer\n", row[0].Text, row[1].Text, row[2].Text, row[3].Text)
		}
	}
}

// Map is the report as JSON has it.
func (r *Run) Map() map[string]any {
	out := BillMap(r.Bill)
	if r.chip().Ideal {
		return out
	}
	parts := map[string]float64{}
	for _, p := range job.AreaOf(r.Model.Fabric(), r.Table).Parts() {
		parts[p.Name] = p.Area.Value
	}
	out["area_m2"] = parts
	use := ledger.UtilizationOf(r.Model.Fabric())
	out["utilisation"] = map[string]float64{"tiles": use.Tiles, "cells": use.Cells, "stack": use.Stack}
	rows := r.chip().Tiles.Size.H
	db, bits := ledger.ReadSNR(r.chip(), rows, 0, ledger.TypicalRMS, ledger.TypicalRMS)
	// Reads without noise have no finite figures, which are left out.
	out["read"] = job.Finite(map[string]any{"rows": rows, "rms": ledger.TypicalRMS, "snr_db": db, "bits": bits})
	out["assumed"] = r.Table.Assumed()
	if a, ok := r.sample(); ok {
		work, digital := ledger.WorkOf(r.Model.Fabric()), map[string]map[string]float64{}
		for _, p := range ledger.Precisions {
			digital[p.Name] = map[string]float64{}
			for _, reuse := range ledger.Reuses {
				digital[p.Name][fmt.Sprintf("%g", reuse)] = p.TrainStep(work, reuse)
			}
		}
		out["sample_j"], out["sample_digital_j"] = a.Value, digital
	}
	if r.Widths != nil {
		list := make([]map[string]any, len(r.Widths.List))
		for i, x := range r.Widths.List {
			list[i] = job.Finite(map[string]any{"bits": x.Bits, "loss": x.Score.Loss, "top1": x.Score.Top1, "answer_j": x.Energy})
		}
		out["answer_j"], out["integers"] = r.Widths.Energy, list
		if m := r.Widths.Match(); m != nil {
			out["equal_bits"] = m.Bits
		}
	}
	return out
}
