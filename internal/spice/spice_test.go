package spice

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"acl/fabric"
	"acl/internal/evaluate"
	"acl/lang/source"
)

// chipOf is a chip of the library, with settings of its own.
func chipOf(t *testing.T, set func(*fabric.Chip)) *fabric.Chip {
	t.Helper()
	v, diags := evaluate.New(nil).Eval(source.NewFile("chip", "chips.fabric45"))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	chip := *v.(evaluate.Chip).Chip
	if set != nil {
		set(&chip)
	}
	return &chip
}

func export(t *testing.T, unit string, chip *fabric.Chip) (*Netlist, string) {
	t.Helper()
	n, err := Export(unit, chip)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	k, err := n.WriteTo(&b)
	if err != nil || k != int64(b.Len()) {
		t.Fatalf("WriteTo gave %d bytes of %d, %v", k, b.Len(), err)
	}
	return n, b.String()
}

// Every netlist is whole: subcircuits and models that elements name are there, no
// element stands twice, each probe has its value and is printed.
func TestNetlistsAreWhole(t *testing.T) {
	chip := chipOf(t, nil)
	for _, u := range Units {
		n, text := export(t, u.Name, chip)
		if !strings.HasPrefix(text, "* "+u.Name+": ") || !strings.HasSuffix(text, "quit\n.endc\n.end\n") {
			t.Errorf("%s begins or ends otherwise:\n%s", u.Name, text)
		}
		if len(n.Probes()) == 0 {
			t.Errorf("%s probes nothing", u.Name)
		}
		for _, p := range n.Probes() {
			line := strings.TrimSpace(fmt.Sprintf("*   %s = %.6g %s", p.Print, p.Value, p.Unit))
			if !strings.Contains(text, line+"\n") || !strings.Contains(text, "\nprint "+p.Print+"\n") {
				t.Errorf("%s does not state or print %q", u.Name, line)
			}
			if math.IsNaN(p.Value) || p.Full <= 0 {
				t.Errorf("%s: probe %+v", u.Name, p)
			}
		}
		for _, why := range dangling(text) {
			t.Errorf("%s: %s", u.Name, why)
		}
	}
}

// dangling lists what is named but not there, or there twice.
func dangling(text string) []string {
	defined, seen, scope := map[string]bool{}, map[string]bool{}, ""
	var used, bad []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 {
			scope = ""
			continue
		}
		switch name := strings.ToLower(f[0]); {
		case name == ".subckt":
			scope = f[1]
			defined[f[1]] = true
		case name == ".model":
			defined[f[1]] = true
		case name == ".control":
			return bad
		case strings.ContainsRune("*.", rune(name[0])):
		default:
			if seen[scope+" "+name] {
				bad = append(bad, name+" stands twice")
			}
			seen[scope+" "+name] = true
			switch name[0] {
			case 'x', 'd':
				used = append(used, f[len(f)-1])
			case 'q':
				used = append(used, f[4])
			}
		}
		if strings.HasPrefix(line, "* run") {
			for _, u := range used {
				if !defined[u] {
					bad = append(bad, u+" is not defined")
				}
			}
			return bad
		}
	}
	return append(bad, "no run")
}

func TestUnknownUnits(t *testing.T) {
	_, err := Export("multiplyer", chipOf(t, nil))
	if err == nil || !strings.Contains(err.Error(), `did you mean "multiplier"?`) {
		t.Errorf("a misspelt name gave %v", err)
	}
	_, err = Export("transmogrifier", chipOf(t, nil))
	if err == nil || !strings.Contains(err.Error(), "; there are sum, difference, ") || !strings.HasSuffix(err.Error(), ", array, mlp") {
		t.Errorf("an unknown name gave %v", err)
	}
	_, err = Export("multiplier", chipOf(t, func(c *fabric.Chip) { c.VCR.Overdrive = 0.1 }))
	if err == nil || !strings.Contains(err.Error(), "gate") {
		t.Errorf("a gate below the threshold gave %v", err)
	}
	_, err = Export("sum", chipOf(t, func(c *fabric.Chip) { c.Opamp.Gain = math.Inf(1) }))
	if err == nil || !strings.Contains(err.Error(), "gain = +Inf") {
		t.Errorf("an infinite gain gave %v", err)
	}
}

// Acceptance 2 of physics.md §11, on the default chip and on ones whose laws, read-
// out and temperature differ.
func TestAgainstNgspice(t *testing.T) {
	tool, err := exec.LookPath("ngspice")
	if err != nil {
		t.Skip("ngspice is not on the PATH: the closed forms are not compared with it here")
	}
	for _, v := range []struct {
		name string
		set  func(*fabric.Chip)
	}{
		{"fabric45", nil},
		{"triode pairs", func(c *fabric.Chip) { c.VCR.Law, c.Tiles.Readout = "triode", "pair" }},
		{"JFET, warm, low gain", func(c *fabric.Chip) { c.VCR.Law, c.Temperature, c.Opamp.Gain = "jfet", 330, 500 }},
		{"gain of 300", func(c *fabric.Chip) { c.Opamp.Gain = 300 }},
		{"gain of 150", func(c *fabric.Chip) { c.Opamp.Gain = 150 }},
		{"gain of 150, triode pairs", func(c *fabric.Chip) { c.Opamp.Gain, c.VCR.Law, c.Tiles.Readout = 150, "triode", "pair" }},
		{"no wire, no amplifier noise, no leak, two columns", func(c *fabric.Chip) {
			c.Tiles.Wire, c.Opamp.Noise, c.Cap.Leak, c.Tiles.Size.W = 0, 0, 0, 2
		}},
		{"drawn 1", drawn(1)},
		{"drawn 2", drawn(2)},
		{"drawn 3", drawn(3)},
		{"drawn 4", drawn(4)},
		{"drawn 5", drawn(5)},
	} {
		t.Run(v.name, func(t *testing.T) {
			chip := chipOf(t, v.set)
			for _, u := range Units {
				n, text := export(t, u.Name, chip)
				compare(t, u.Name, n.Probes(), simulate(t, tool, text))
			}
		})
	}
}

// drawn sets a chip's circuits at random.
func drawn(seed uint64) func(*fabric.Chip) {
	return func(c *fabric.Chip) {
		d := draws{rand.New(rand.NewPCG(seed, 11))}
		c.Temperature, c.Rail.Input = d.in(280, 340), d.in(0.1, 0.3)
		c.Opamp.Gain, c.Opamp.Bandwidth, c.Opamp.Slew = d.in(200, 5000), d.in(50e6, 1e9), d.in(20e6, 1e9)
		c.Opamp.Noise, c.Opamp.Offset = d.in(5e-9, 30e-9), d.in(0.5e-3, 5e-3)
		c.VCR.Law = []string{"linearized", "triode", "jfet"}[seed%3]
		c.VCR.Beta, c.VCR.Threshold, c.VCR.Overdrive = d.in(1e-6, 4e-6), d.in(0.1, 0.4), d.in(0.5, 0.7)
		c.Cap.Hold, c.Cap.Leak = d.in(10e-15, 200e-15), d.in(1e-15, 1e-12)
		c.Tiles.Wire, c.Tiles.Size.W, c.ADC.Bits = d.in(0.5, 20), 1+d.IntN(200), 4+d.IntN(8)
	}
}

// simulate runs a netlist and returns what it prints, in order.
func simulate(t *testing.T, tool, text string) []float64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "unit.cir")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, tool, "-b", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, text, out)
	}
	var values []float64
	inRun := false
	for line := range strings.Lines(string(out)) {
		inRun = inRun || strings.HasPrefix(line, "run ")
		name, value, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok || !inRun || strings.Contains(name, " ") {
			continue // the meas commands print names padded with spaces
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("printed %q", line)
		}
		values = append(values, x)
	}
	if len(values) == 0 {
		t.Fatalf("ngspice printed nothing:\n%s", out)
	}
	return values
}

func compare(t *testing.T, unit string, probes []Probe, got []float64) {
	t.Helper()
	if len(probes) != len(got) {
		t.Errorf("%s: ngspice printed %d values for %d probes: %v", unit, len(got), len(probes), got)
		return
	}
	for i, p := range probes {
		off, tol := math.Abs(got[i]-p.Value)/p.Full, ScaleTolerance
		if p.Log {
			off, tol = math.Abs(math.Log(got[i]/p.Value)), LogTolerance
		}
		t.Logf("%s %s: %.8g, ngspice %.8g, off by %.2g", unit, p.Print, p.Value, got[i], off)
		if !(off <= tol) {
			t.Errorf("%s, probe %d, %s: ngspice %.8g, ours %.8g, off by %.2g", unit, i+1, p.Print, got[i], p.Value, off)
		}
	}
}
