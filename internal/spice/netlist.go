package spice

import (
	"fmt"
	"io"
	"strings"
)

// A Netlist is a circuit and the analyses that probe it.
type Netlist struct {
	Title   string
	Notes   []string // what the closed form takes for granted, a line each
	Kelvin  float64  // of every device
	Cards   []string // subcircuits, models and elements, in order
	Options []string // over the simulator's defaults
	Runs    []Run
}

// A Run is one analysis: sources are set, the command runs, nodes are printed.
type Run struct {
	Set     []Setting
	Before  string   // a command before the analysis, or none
	Command string   // "op" or "tran .."
	Measure []string // meas commands behind it
	Probes  []Probe
}

// Setting gives a voltage source its value in volts.
type Setting struct {
	Source string
	Volts  float64
}

// Probe is a printed quantity with the value that package circuit has for it.
type Probe struct {
	Print string  // what ngspice is asked for: v(out), or the name of a measurement
	Value float64 // of the product
	Unit  string  // of the value, "V" or "" for a share
	Full  float64 // full scale that a difference is judged by
	// Log tells that the logarithms of two values are compared: an exponential.
	Log bool
}

// Tolerances of a comparison with a simulator (physics.md §11, acceptance 2).
const (
	ScaleTolerance = 1e-3 // share of full scale
	LogTolerance   = 1e-3 // of the natural logarithm
)

// WriteTo writes the netlist, the probes' values as comments, and a .control
// section that prints every probe as `name = value`, in the order of Probes.
func (n *Netlist) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "* %s\n", n.Title)
	for _, note := range n.Notes {
		fmt.Fprintf(&b, "* %s\n", note)
	}
	for _, c := range n.Cards {
		fmt.Fprintln(&b, c)
	}
	fmt.Fprintf(&b, ".temp %s\n", num(n.Kelvin-273.15))
	fmt.Fprintf(&b, ".options tnom=27 %s\n", strings.Join(n.Options, " "))
	fmt.Fprintln(&b)
	for i, r := range n.Runs {
		fmt.Fprintf(&b, "* run %d:%s\n", i+1, r.settings())
		for _, p := range r.Probes {
			fmt.Fprintf(&b, "*   %s = %s\n", p.Print, strings.TrimSpace(fmt.Sprintf("%.6g %s", p.Value, p.Unit)))
		}
	}
	fmt.Fprint(&b, "\n.control\nset numdgt=9\n")
	for i, r := range n.Runs {
		r.control(&b, i+1)
	}
	fmt.Fprint(&b, "quit\n.endc\n.end\n")
	k, err := io.WriteString(w, b.String())
	return int64(k), err
}

func (r *Run) settings() string {
	var b strings.Builder
	for _, s := range r.Set {
		fmt.Fprintf(&b, " %s = %s V", s.Source, num(s.Volts))
	}
	if len(r.Set) == 0 {
		return " " + r.Command
	}
	return b.String()
}

func (r *Run) control(b *strings.Builder, number int) {
	for _, s := range r.Set {
		fmt.Fprintf(b, "alter %s dc = %s\n", s.Source, num(s.Volts))
	}
	if r.Before != "" {
		fmt.Fprintf(b, "%s\n", r.Before)
	}
	fmt.Fprintf(b, "%s\n", r.Command)
	for _, m := range r.Measure {
		fmt.Fprintf(b, "%s\n", m)
	}
	fmt.Fprintf(b, "echo run %d\n", number)
	for _, p := range r.Probes {
		fmt.Fprintf(b, "print %s\n", p.Print)
	}
}

// Probes are those of all runs, in the order that the netlist prints them.
func (n *Netlist) Probes() []Probe {
	var out []Probe
	for _, r := range n.Runs {
		out = append(out, r.Probes...)
	}
	return out
}

// add appends a card.
func (n *Netlist) add(format string, args ...any) {
	n.Cards = append(n.Cards, fmt.Sprintf(format, args...))
}

// num is a number as a netlist has it: SPICE takes letters behind a number for a
// scale, so that there are none.
func num(v float64) string { return fmt.Sprintf("%.12g", v) }
