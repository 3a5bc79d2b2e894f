package report

import (
	"fmt"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/ledger"
)

// noise lists the sources of error with their levels, and what they make of each
// array's reads.
func (r *Run) noise() section {
	s := section{ID: "noise", Name: "Noise"}
	g := grid{Caption: "sources of error", Head: []string{"source", "level", "drawn"}}
	chip := r.chip()
	for _, k := range chip.Keys() {
		name, ok := strings.CutPrefix(k.Path, "noise.")
		if ok && k.Kind == fabric.KeyLevel {
			g.Rows = append(g.Rows, text(name, chip.Format(k.Path), drawn[name]))
		}
	}
	reads := grid{
		Caption: "forward reads of each array, in normalised sums of w x: its tallest tile; SNR and bits at inputs and weights of rms 0.3",
		Head:    []string{"array", "rows", "columns", "B", "noise gain", "loop gain", "sd of raw offset", "sd of noise", "SNR", "bits", "settling"},
	}
	for i, m := range r.Machine.Memory.Arrays {
		if m == nil {
			continue
		}
		a, tall := &r.Model.Fabric().Arrays[i], 0
		for _, c := range a.Tiles {
			tall = max(tall, c.Rows)
		}
		b := m.Bound()
		st := array.StatsOf(chip, tall, b)
		row := figures(a.Path, fmt.Sprint(a.Rows), fmt.Sprint(a.Cols), fmt.Sprint(b), fmt.Sprintf("%.3g", circuit.NoiseGain(chip, tall, b)),
			fmt.Sprintf("%.4f", st.Gain), fmt.Sprintf("%.3g", st.Offset), fmt.Sprintf("%.3g", st.Read))
		snr, bits := "–", "–"
		if st.Read > 0 {
			db, enob := ledger.ReadSNR(chip, tall, b, 0.3, 0.3)
			snr, bits = fmt.Sprintf("%.1f dB", db), fmt.Sprintf("%.1f", enob)
		}
		reads.Rows = append(reads.Rows, append(row, figures(snr, bits, seconds(ledger.TimingOf(chip).Settle(tall, b)))...))
	}
	s.Tables = []grid{g, reads}
	return s
}

// drawn says when a source is drawn, and what it acts on.
var drawn = map[string]string{
	"weight":     "each step, a weight: reads forward and back alike",
	"gradient":   "each step, a weight: the batch gradient",
	"read":       "each read: amplifiers",
	"offset":     "once a die, less what a calibration removes: offsets, loop gain, dead zones",
	"mismatch":   "once a die: cells, columns, multipliers",
	"quantize":   "each conversion",
	"clip":       "rails, ranges of read-outs, bounds of cells",
	"storage":    "each write: kT/C",
	"leak":       "by the time that passes; rates once a die",
	"cells":      "once a die and each pulse: steps of cells",
	"comparator": "once a die: offsets of comparators",
	"ir_drop":    "wires of a tile",
	"drift":      "by the temperature of the chip",
}

// ranges is the full scale of each value, and how many values met a rail.
func (r *Run) ranges() section {
	f := r.Model.Fabric()
	s := section{ID: "ranges", Name: "Ranges"}
	g := grid{Caption: "full scales as the run left them, and values that met a limit in training", Head: []string{"value", "shape", "exponent", "clipped"}}
	by := map[fabric.ValueID]int64{}
	var total int64
	for i, n := range r.Machine.Memory.Clipped {
		by[f.Units[i].Out] += n
		total += n
	}
	for i := range f.Values {
		v := &f.Values[i]
		row := figures(v.Name, "", fmt.Sprint(r.Machine.Memory.Ranges[i].Exp), Group(by[fabric.ValueID(i)]))
		row[1] = cell{Text: shape(v.Shape)}
		g.Rows = append(g.Rows, row)
	}
	s.Notes = []string{fmt.Sprintf("%s values met a limit in training.", Group(total))}
	s.Tables = []grid{g}
	return s
}
