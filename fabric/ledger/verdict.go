package ledger

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
)

// draw is the ratio within which two energies count as the same.
const draw = 1.05

// Verdict says in plain sentences how the analog energy of a sample, in joules,
// stands to the digital one of a precision. Where analog loses it says so. The
// ratio never stands alone: both energies and what they rest on come with it.
func Verdict(analog float64, p Precision, digital, reuse float64) string {
	outcome := "costs the same as"
	switch r := analog / digital; {
	case r > draw:
		outcome = fmt.Sprintf("loses %.3gx to", r)
	case r < 1/draw:
		outcome = fmt.Sprintf("wins %.3gx over", 1/r)
	}
	return fmt.Sprintf("Analog %s digital %s at 45 nm: %s against %s a sample, with each fetched word used %g times [A].",
		outcome, p.Name, joules(analog), joules(digital), reuse)
}

// Compare sets the analog energy of training on one sample against every digital
// precision, and lists what both sides rest on: the table's assumed figures, the
// baseline's assumptions and the precision of a raw read.
func Compare(analog Amount, w Work, reuse float64, chip *fabric.Chip, t *Table) string {
	var b strings.Builder
	for _, p := range Precisions {
		b.WriteString(Verdict(analog.Value, p, p.TrainStep(w, reuse), reuse) + "\n")
	}
	for _, r := range Reuses {
		fmt.Fprintf(&b, "With each word used %g times, digital takes", r)
		for i, p := range Precisions {
			fmt.Fprintf(&b, "%s %s (%s)", strings.Repeat(",", min(i, 1)), joules(p.TrainStep(w, r)), p.Name)
		}
		b.WriteString(".\n")
	}
	if Precisions[0].Refetched(w, reuse) > 0 {
		fmt.Fprintf(&b, "With weights of dense layers fetched once a batch of %d and all else used %g times, digital takes", w.Batch, reuse)
		for i, p := range Precisions {
			fmt.Fprintf(&b, "%s %s (%s)", strings.Repeat(",", min(i, 1)), joules(p.TrainStep(w, reuse)+p.Refetched(w, reuse)), p.Name)
		}
		b.WriteString(".\n")
	}
	fmt.Fprintf(&b, "With all figures at one end of their bands, analog takes %s to %s.\n", joules(analog.Low), joules(analog.High))
	rows := chip.Tiles.Size.H
	if db, bits := ReadSNR(chip, rows, 0, TypicalRMS, TypicalRMS); math.IsInf(db, 1) {
		b.WriteString("Reads of this chip have no noise, which no circuit attains.\n")
	} else {
		fmt.Fprintf(&b, "A raw read of %d rows with inputs and weights of rms %g has %.1f dB, worth %.1f bits: set it against digital arithmetic of as few bits, too.\n",
			rows, TypicalRMS, db, bits)
	}
	fmt.Fprintf(&b, "Digital: %s.\n", strings.Join(Assumptions(w, reuse), "; "))
	fmt.Fprintf(&b, "Analog, by table %s, assumed: %s.\n", t.Name, strings.Join(t.Assumed(), ", "))
	return b.String()
}

// Assumed lists what no source gives of the energy by a table: its own figures and
// the times and lengths that events are counted with.
func (t *Table) Assumed() []string {
	names := []string{"op-amp wake", "columns a converter", "length of a row or column", "time of a functional module"}
	for _, f := range t.Figures {
		if f.Tag == Assumed && f.Unit != areaUnit {
			names = append(names, f.Name)
		}
	}
	return names
}

// TypicalRMS is the rms of inputs and weights that figures of tiles are given for.
const TypicalRMS = 0.3

// ReadSNR returns the signal-to-noise ratio in dB of one raw read of rows inputs
// of rms x by weights of rms w, and the bits that it is worth (physics.md §4.1), by
// the noise that reads of the chip have: both infinite where it is off. bound is the
// range of the read-out, 0 for the chip's.
func ReadSNR(chip *fabric.Chip, rows int, bound, x, w float64) (decibels, bits float64) {
	signal := x * w * math.Sqrt(float64(rows))
	decibels = 20 * math.Log10(signal/array.StatsOf(chip, rows, bound).Read)
	return decibels, (decibels - 1.76) / 6.02
}

// joules is an energy with an SI prefix, to three digits.
func joules(j float64) string {
	if j == 0 || math.IsInf(j, 0) || math.IsNaN(j) {
		return fmt.Sprintf("%g J", j)
	}
	const prefixes = "afpnum kMG"
	i := min(max(int(math.Floor(math.Log10(math.Abs(j))/3))+6, 0), len(prefixes)-1)
	unit := strings.TrimSpace(prefixes[i:i+1]) + "J"
	return fmt.Sprintf("%.3g %s", j*math.Pow(1000, float64(6-i)), unit)
}
