package spice

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"acl/fabric/circuit"
)

// The closed forms of physics.md §2 over sweeps, against netlists that are written
// here with the simulator's own devices: none of the exporter's macros. Points are
// drawn, so that none is a worked one.

// amp is an amplifier of DC gain, offset and clip between the nodes p, n and o. Its
// inner node is held where the clip begins: the simulator finds no balance of a
// hard corner alone.
func amp(o circuit.OpAmp) string {
	clip := fmt.Sprintf("max(%g,min(%g,V(s)))", o.Low, o.High)
	return fmt.Sprintf(".subckt amp p n o\nB1 0 s I = %g*(V(p)-V(n)+(%g))-V(s)-1e4*(V(s)-%s)\nC1 s 0 1n\nB2 o 0 V = %s\n.ends\n", o.Gain, o.Offset, clip, clip)
}

// draws are points of a sweep.
type draws struct{ *rand.Rand }

func (d draws) in(low, high float64) float64 { return low + (high-low)*d.Float64() }

// amplifier draws gain and offset; it clips at ±0.8 V.
func (d draws) amplifier() circuit.OpAmp {
	return circuit.OpAmp{Gain: d.in(200, 3000), Offset: d.in(-3e-3, 3e-3), Low: -0.8, High: 0.8}
}

// point is a netlist, what it is asked for, and what the closed form says.
type point struct {
	kelvin float64 // 0: 300.15
	cir    string
	ask    []string // nodes, or meas commands after a transient
	tran   string   // a transient, else the operating point
	want   []float64
	full   float64
	tol    float64
	log    bool
	noise  bool // of v(out), integrated, by the source V1
	loose  bool // a fast edge, which the simulator's finest tolerances never pass
}

func sweep(t *testing.T, name string, count int, make func(d draws) (point, error)) {
	t.Helper()
	tool, err := exec.LookPath("ngspice")
	if err != nil {
		t.Skip("ngspice is not on the PATH: sweeps of the closed forms are not compared with it here")
	}
	t.Run(name, func(t *testing.T) {
		d, worst := draws{rand.New(rand.NewPCG(uint64(len(name)), 11))}, 0.0
		for k := range count {
			p, err := make(d)
			if err != nil {
				t.Fatal(err)
			}
			got := simulate(t, tool, p.text())
			if len(got) != len(p.want) {
				t.Fatalf("point %d: ngspice gave %v for %v\n%s", k, got, p.want, p.text())
			}
			for i := range got {
				off := math.Abs(got[i]-p.want[i]) / p.full
				if p.log {
					off = math.Abs(math.Log(got[i] / p.want[i]))
				}
				worst = math.Max(worst, off)
				if !(off <= p.tol) {
					t.Errorf("point %d, %s: ngspice %.8g, ours %.8g, off by %.2g\n%s", k, p.ask[i], got[i], p.want[i], off, p.cir)
				}
			}
		}
		t.Logf("%d points, off by %.2g at most", count, worst)
	})
}

func (p *point) text() string {
	kelvin := p.kelvin
	if kelvin == 0 {
		kelvin = circuit.Nominal
	}
	options := "reltol=1e-7 abstol=1e-16 vntol=1e-10 gmin=1e-16 chgtol=1e-22"
	if p.loose {
		options = "reltol=1e-4 abstol=1e-14 vntol=1e-6 gmin=1e-16 chgtol=1e-20"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "* sweep\n%s.temp %.6f\n.options tnom=27 %s\n.control\nset numdgt=10\n", p.cir, kelvin-273.15, options)
	switch {
	case p.noise:
		b.WriteString("noise v(out) V1 dec 100 1 1e13\nsetplot noise2\necho run 1\nprint onoise_total\n")
	case p.tran == "":
		b.WriteString("op\necho run 1\n")
		for _, a := range p.ask {
			fmt.Fprintf(&b, "print %s\n", a)
		}
	default:
		fmt.Fprintf(&b, "tran %s\n", p.tran)
		for i, a := range p.ask {
			fmt.Fprintf(&b, "meas tran m%d %s\n", i, a)
		}
		b.WriteString("echo run 1\n")
		for i := range p.ask {
			fmt.Fprintf(&b, "print m%d\n", i)
		}
	}
	b.WriteString("quit\n.endc\n.end\n")
	return b.String()
}

const fine = 1e-4 // of full scale (physics.md §11.1)

func TestSweepAmplifiers(t *testing.T) {
	sweep(t, "P1 sum, with clips", 12, func(d draws) (point, error) {
		o, rf := d.amplifier(), d.in(10e3, 100e3)
		var v, r []float64
		cir := amp(o) + fmt.Sprintf("Rf n out %g\nX1 0 n out amp\n", rf)
		for i := range 3 {
			v, r = append(v, d.in(-0.4, 0.4)), append(r, d.in(10e3, 90e3))
			cir += fmt.Sprintf("V%d i%d 0 %g\nR%d i%d n %g\n", i, i, v[i], i, i, r[i])
		}
		want, err := o.Sum(rf, v, r)
		return point{cir: cir, ask: []string{"v(out)"}, want: []float64{want}, full: 0.8, tol: fine}, err
	})
	sweep(t, "P1 difference", 6, func(d draws) (point, error) {
		o, a, b := d.amplifier(), d.in(-0.4, 0.4), d.in(-0.4, 0.4)
		cir := amp(o) + fmt.Sprintf("V1 a 0 %g\nV2 b 0 %g\nR1 a n 50k\nR2 n out 50k\nR3 b p 50k\nR4 p 0 50k\nX1 p n out amp\n", a, b)
		want, err := o.Difference(a, b)
		return point{cir: cir, ask: []string{"v(out)"}, want: []float64{want}, full: 0.8, tol: fine}, err
	})
	sweep(t, "P1t settling, slewing or not", 8, func(d draws) (point, error) {
		o := circuit.OpAmp{Gain: d.in(300, 2000), GBW: d.in(50e6, 600e6), Slew: d.in(50e6, 500e6), Low: -10, High: 10}
		ng, step := math.Round(d.in(2, 9)), d.in(0.02, 0.8)
		err := step * math.Ldexp(1, -int(d.in(5, 10)))
		at := o.Settle(ng, step, err)
		// The output of a loop of one pole with a slew limit: dV/dt = (end-V)/tau within it.
		cir := fmt.Sprintf("B1 0 o I = max(%g,min(%g,(%g-V(o))/%g))\nC1 o 0 1 ic=0\n.ic v(o)=0\n", -o.Slew, o.Slew, step, o.Tau(ng))
		return point{cir: cir, tran: fmt.Sprintf("%g %g 0 %g uic", at/2000, 1.5*at, at/2000), ask: []string{fmt.Sprintf("when v(o)=%.12g", step-err)},
			want: []float64{at}, full: at, tol: 5e-3}, nil
	})
	sweep(t, "P1t bandwidth of the loop", 4, func(d draws) (point, error) {
		// The closed loop of a real network: a unit step through an inverting amplifier of
		// one pole reaches 1-1/e of its end after one tau.
		o, k := circuit.OpAmp{Gain: d.in(100, 2000), GBW: d.in(50e6, 600e6)}, d.in(1, 8)
		tau := o.Tau(1 + k)
		end := -k * 1e-3 / o.Loop(1+k)
		cir := fmt.Sprintf("V1 i 0 PWL(0 0 1f 1m)\nR1 i n 1k\nR2 n o %g\nB1 0 s I = %g*(0-V(n))-V(s)\nC1 s 0 %g\nE1 o 0 s 0 1\n", k*1e3, o.Gain, o.Gain/(2*math.Pi*o.GBW))
		return point{cir: cir, tran: fmt.Sprintf("%g %g 0 %g", tau/500, 3*tau, tau/500), ask: []string{fmt.Sprintf("when v(o)=%.12g", end*(1-math.Exp(-1)))},
			want: []float64{tau}, full: tau, tol: 5e-3}, nil
	})
}

func TestSweepNoise(t *testing.T) {
	sweep(t, "P1n noise of a side", 5, func(d draws) (point, error) {
		o := circuit.OpAmp{Gain: d.in(300, 3000), GBW: d.in(100e6, 600e6), Noise: d.in(5e-9, 20e-9)}
		kelvin, rs, rf := d.in(280, 340), d.in(5e3, 50e3), d.in(50e3, 300e3)
		// A resistor in series with the + input has the amplifier's noise.
		input := o.Noise * o.Noise / (4 * circuit.Boltzmann * kelvin)
		cir := fmt.Sprintf("V1 i 0 DC 0 AC 1\nR1 i n %g\nR2 n out %g\nR3 p 0 %g\nB1 0 s I = %g*(V(p)-V(n))-V(s)\nC1 s 0 %g\nE1 out 0 s 0 1\n",
			rs, rf, input, o.Gain, o.Gain/(2*math.Pi*o.GBW))
		want := o.NoiseRMS(1+rf/rs, rf, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: []string{"onoise_total"}, noise: true, want: []float64{want}, full: want, tol: 2e-3}, nil
	})
}

// A pair of BSIM4 transistors far below threshold is a tanh with the slope of one of
// them, which two of its currents give.
func TestSweepWeakInversion(t *testing.T) {
	tool, err := exec.LookPath("ngspice")
	if err != nil {
		t.Skip("ngspice is not on the PATH: weak inversion is not compared with it here")
	}
	const model = ".model m NMOS(LEVEL=14 VERSION=4.8)\n"
	const size = "W=20u L=2u"
	one := point{cir: model + "Vd d 0 0.6\nVa a 0 -0.08\nVb b 0 -0.04\nM1 d a 0 0 m " + size + "\nVe e 0 0.6\nM2 e b 0 0 m " + size +
		"\nB1 o 0 V = log(I(Ve)/I(Vd))\n", ask: []string{"v(o)"}}
	vt := circuit.ThermalVoltage(circuit.Nominal)
	slope := 0.04 / vt / simulate(t, tool, one.text())[0]
	t.Logf("slope %.4f", slope)
	sweep(t, "P6 weak inversion", 8, func(d draws) (point, error) {
		p := circuit.WeakPair{Load: d.in(200e6, 400e6), Tail: d.in(0.05e-9, 0.25e-9), Slope: slope}
		v := d.in(-0.12, 0.12)
		cir := model + fmt.Sprintf("Vcc c 0 1\nVp p 0 %g\nVn n 0 %g\nR1 c a %g\nR2 c b %g\nM1 a p e e m %s\nM2 b n e e m %s\nI1 e 0 %g\nE1 o 0 b a 1\n",
			0.5+v/2, 0.5-v/2, p.Load, p.Load, size, size, p.Tail)
		want, err := p.Output(v, circuit.Nominal)
		return point{cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: p.Load * p.Tail, tol: 5e-3}, err
	})
}

func TestSweepResistors(t *testing.T) {
	// A level 1 transistor with its bulk at the negative rail is the triode law.
	mos := func(r circuit.VCR) string {
		return fmt.Sprintf(".model m NMOS(LEVEL=1 KP=%g VTO=%g GAMMA=0 LAMBDA=0 TOX=1e-6)\nVb bulk 0 -2\n", r.Beta, r.Threshold)
	}
	sweep(t, "P2 plain triode, saturation too", 10, func(d draws) (point, error) {
		r := circuit.VCR{Law: circuit.Triode, Beta: d.in(1e-6, 20e-6), Threshold: d.in(0.15, 0.4)}
		gate, v := r.Threshold+d.in(0.1, 0.8), d.in(-0.5, 0.7)
		cir := mos(r) + fmt.Sprintf("Vd d 0 %g\nVg g 0 %g\nM1 d g 0 bulk m W=1u L=1u\nB1 o 0 V = -I(Vd)*1e6\n", v, gate)
		return point{cir: cir, ask: []string{"v(o)"}, want: []float64{1e6 * r.Current(gate, v)}, full: 1, tol: fine}, nil
	})
	sweep(t, "P2j JFET", 8, func(d draws) (point, error) {
		r := circuit.VCR{Law: circuit.JFET, Beta: d.in(1e-6, 20e-6), Threshold: d.in(-2, -0.8), Lambda: d.in(0, 0.05)}
		v := d.in(-0.25, 0.25)
		gate := r.Threshold + d.in(0.5, 0.7)
		cir := fmt.Sprintf(".model j NJF(BETA=%g VTO=%g LAMBDA=%g IS=1e-20)\nVd d 0 %g\nVg g 0 %g\nJ1 d g 0 j\nB1 o 0 V = -I(Vd)*1e6\n", r.Beta, r.Threshold, r.Lambda, v, gate)
		return point{cir: cir, ask: []string{"v(o)"}, want: []float64{1e6 * r.Current(gate, v)}, full: 1, tol: fine}, nil
	})
	sweep(t, "P3 four quadrants, plain triodes", 10, func(d draws) (point, error) {
		o := d.amplifier()
		o.Low, o.High, o.Offset = -10, 10, 0
		r := circuit.VCR{Law: circuit.Triode, Beta: d.in(1e-6, 5e-6), Threshold: 0.2}
		m := circuit.Multiplier{Side: circuit.Side{Amp: o, Feedback: d.in(50e3, 300e3)}, Cell: r, Mid: 0.7}
		w, v := d.in(-0.4, 0.4), d.in(-0.3, 0.3)
		cir := mos(r) + amp(o) + fmt.Sprintf("Vi i 0 %g\nVu u 0 %g\nVd d 0 %g\nM1 i u p bulk m W=1u L=1u\nM2 i d q bulk m W=1u L=1u\nR1 p a %g\nR2 q b %g\nX1 0 p a amp\nX2 0 q b amp\nE1 o 0 b a 1\n",
			v, 0.7+w/2, 0.7-w/2, m.Feedback, m.Feedback)
		want, err := m.Exact(w, v)
		return point{cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: 0.8, tol: fine}, err
	})
	sweep(t, "P4 divider, plain triode", 8, func(d draws) (point, error) {
		o := d.amplifier()
		o.Offset = 0
		r := circuit.VCR{Law: circuit.Triode, Beta: d.in(10e-6, 20e-6), Threshold: 0.2}
		div := circuit.Divider{Amp: o, Cell: r, Input: d.in(120e3, 200e3), Floor: 0.1}
		u, v := d.in(0.3, 0.6), d.in(-0.03, 0.1)
		// The channel is between the output and the node, which is the source of the law.
		cir := mos(r) + amp(o) + fmt.Sprintf("Vi i 0 %g\nVg g 0 %g\nR1 i n %g\nM1 out g n bulk m W=1u L=1u\nX1 0 n out amp\n", v, u+r.Threshold, div.Input)
		want, err := div.Exact(v, u+r.Threshold)
		return point{cir: cir, ask: []string{"v(out)"}, want: []float64{want}, full: 0.8, tol: fine}, err
	})
}

// A column of several rows, forward and transposed, with weights and inputs drawn, at
// gains that leave the node of its amplifiers far from 0 V. Both sides have offsets;
// the inputs have a mean, since what they have in common shows in the node.
func TestSweepColumnsAtLowGain(t *testing.T) {
	for _, law := range []circuit.Law{circuit.Triode, circuit.Linearized, circuit.JFET} {
		for _, gain := range []float64{50, 150, 300, 1000} {
			sweep(t, fmt.Sprintf("column, %s, gain of %g", law, gain), 3, func(d draws) (point, error) { return d.column(law, gain) })
			sweep(t, fmt.Sprintf("row, %s, gain of %g", law, gain), 2, func(d draws) (point, error) { return d.row(law, gain) })
		}
	}
}

// transistor is the model m, and device an instance of it from drive to node: level 1
// with its bulk far below, its gate held, or moved by equal parts of both ends; or a
// junction transistor.
func transistor(r circuit.VCR) string {
	if r.Law == circuit.JFET {
		return fmt.Sprintf(".model m NJF(BETA=%g VTO=%g LAMBDA=%g IS=1e-20)\n", r.Beta, r.Threshold, r.Lambda)
	}
	return fmt.Sprintf(".model m NMOS(LEVEL=1 KP=%g VTO=%g GAMMA=0 LAMBDA=0 TOX=1e-6)\nVb bulk 0 -2\n", r.Beta, r.Threshold)
}

func device(r circuit.VCR, name, drive, node string, gate float64) string {
	switch r.Law {
	case circuit.JFET:
		return fmt.Sprintf("Vg%s g%s 0 %.12g\nJ%s %s g%s %s m\n", name, name, gate, name, drive, name, node)
	case circuit.Linearized:
		return fmt.Sprintf("Vg%s c%s 0 %.12g\nEa%s b%s c%s %s 0 0.5\nEb%s g%s b%s %s 0 0.5\nM%s %s g%s %s bulk m W=1u L=1u\n",
			name, name, gate, name, name, name, drive, name, name, name, node, name, drive, name, node)
	}
	return fmt.Sprintf("Vg%s g%s 0 %.12g\nM%s %s g%s %s bulk m W=1u L=1u\n", name, name, gate, name, drive, name, node)
}

// cell draws a resistor of a law whose gate is at mid for a weight of zero.
func (d draws) cell(law circuit.Law) (r circuit.VCR, mid float64) {
	r = circuit.VCR{Law: law, Beta: d.in(1.5e-6, 2.5e-6), Threshold: 0.2}
	if law == circuit.JFET {
		r.Threshold, r.Lambda = -1, 0.02
	}
	return r, r.Threshold + 0.5
}

// side draws a transimpedance amplifier of a gain, its output without a clip.
func (d draws) side(gain float64) circuit.Side {
	return circuit.Side{Amp: circuit.OpAmp{Gain: gain, Offset: d.in(-2e-3, 2e-3), Low: -10, High: 10}, Feedback: d.in(300e3, 1.2e6)}
}

// netlist is its circuit at a node, with the output at another.
func netlist(s circuit.Side, node, out string) string {
	model := strings.ReplaceAll(amp(s.Amp), " amp ", " amp"+out+" ")
	return model + fmt.Sprintf("R%s %s %s %.12g\nX%s 0 %s %s amp%s\n", out, node, out, s.Feedback, out, node, out, out)
}

func (d draws) column(law circuit.Law, gain float64) (point, error) {
	r, mid := d.cell(law)
	c := circuit.Column{Plus: d.side(gain), Minus: d.side(gain), Mid: mid}
	cir := transistor(r) + netlist(c.Plus, "p", "a") + netlist(c.Minus, "q", "b") + "E1 o 0 b a 1\n"
	var w, x []float64
	for i := range 5 {
		w, x = append(w, d.in(-0.4, 0.4)), append(x, d.in(-0.1, 0.3))
		c.Cells = append(c.Cells, circuit.Cell{Plus: r, Minus: r})
		row := fmt.Sprintf("x%d", i)
		cir += fmt.Sprintf("V%s %s 0 %.12g\n", row, row, x[i]) +
			device(r, row+"p", row, "p", mid+w[i]/2) + device(r, row+"m", row, "q", mid-w[i]/2)
	}
	want, err := c.Exact(w, x)
	return point{cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: 0.8, tol: fine}, err
}

func (d draws) row(law circuit.Law, gain float64) (point, error) {
	r, mid := d.cell(law)
	one := circuit.Row{Side: d.side(gain), Mid: mid}
	cir := transistor(r) + netlist(one.Side, "n", "o")
	var w, delta []float64
	for i := range 5 {
		w, delta = append(w, d.in(-0.4, 0.4)), append(delta, d.in(-0.2, 0.2))
		one.Cells = append(one.Cells, circuit.Cell{Plus: r, Minus: r})
		p, m := fmt.Sprintf("p%d", i), fmt.Sprintf("m%d", i)
		cir += fmt.Sprintf("V%s %s 0 %.12g\nV%s %s 0 %.12g\n", p, p, delta[i], m, m, -delta[i]) +
			device(r, p, p, "n", mid+w[i]/2) + device(r, m, m, "n", mid-w[i]/2)
	}
	want, err := one.Exact(w, delta)
	return point{cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: 0.8, tol: fine}, err
}

func TestSweepJunctions(t *testing.T) {
	sweep(t, "P5 exponent, 0 to 60 C, series resistance", 12, func(d draws) (point, error) {
		o := circuit.OpAmp{Gain: d.in(1e3, 2e4), Low: -10, High: 10}
		j := circuit.Silicon(d.in(1e-15, 5e-15))
		j.Ideality, j.Series = d.in(1, 1.3), d.in(0, 300)
		kelvin, r := d.in(273.15, 333.15), d.in(2e3, 20e3)
		e := circuit.ExponentConverter{Amp: o, Junction: j, Feedback: r}
		v := d.in(0.42, 0.58)
		cir := amp(o) + fmt.Sprintf(".model d D(IS=%g N=%g EG=1.11 XTI=3 RS=%g)\nVi i 0 %g\nD1 i n d\nR1 n out %g\nX1 0 n out amp\n", j.Saturation, j.Ideality, j.Series, v, r)
		want, err := e.Convert(v, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: []string{"v(out)"}, want: []float64{want}, tol: 1e-3, log: true}, err
	})
	sweep(t, "P5T ratio of matched junctions, 0 to 60 C", 8, func(d draws) (point, error) {
		j := circuit.Silicon(d.in(1e-15, 5e-15))
		j.Ideality = d.in(1, 1.3)
		kelvin, v1, v2 := d.in(273.15, 333.15), d.in(0.45, 0.6), d.in(0.45, 0.6)
		cir := fmt.Sprintf(".model d D(IS=%g N=%g EG=1.11 XTI=3)\nVa a 0 %.9g\nVb b 0 %.9g\nD1 a c d\nD2 b e d\nV1 c 0 0\nV2 e 0 0\nB1 o 0 V = I(V1)/I(V2)\n",
			j.Saturation, j.Ideality, v1, v2)
		want, err := j.Ratio(v1, v2, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: []string{"v(o)"}, want: []float64{want}, tol: fine, log: true}, err
	})
	sweep(t, "P6 bipolar pair, skewed, warm", 10, func(d draws) (point, error) {
		kelvin := d.in(273.15, 343.15)
		p := circuit.BipolarPair{Load: d.in(10e3, 40e3), Tail: d.in(2e-6, 8e-6), Beta: d.in(80, 400), Skew: d.in(0.9, 1.1)}
		v := d.in(-0.15, 0.15)
		cir := fmt.Sprintf(".model q NPN(IS=1e-16 BF=%g BR=1)\nVcc c 0 1\nVp p 0 %g\nVn n 0 %g\nR1 c a %g\nR2 c b %g\nQ1 a p e q %g\nQ2 b n e q 1\nI1 e 0 %g\nE1 o 0 b a 1\n",
			p.Beta, v/2, -v/2, p.Load, p.Load, p.Skew, p.Tail)
		want, err := p.Output(v, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: 0.2, tol: fine}, err
	})
	sweep(t, "P6 strong inversion", 8, func(d draws) (point, error) {
		p := circuit.StrongPair{Load: d.in(10e3, 40e3), Tail: d.in(2e-6, 8e-6), Beta: d.in(100e-6, 400e-6)}
		v := d.in(-0.4, 0.4)
		cir := fmt.Sprintf(".model m NMOS(LEVEL=1 KP=%g VTO=0.2 GAMMA=0 LAMBDA=0 TOX=1e-6)\nVcc c 0 1\nVp p 0 %g\nVn n 0 %g\nR1 c a %g\nR2 c b %g\nM1 a p e e m W=1u L=1u\nM2 b n e e m W=1u L=1u\nI1 e 0 %g\nE1 o 0 b a 1\n",
			p.Beta, v/2, -v/2, p.Load, p.Load, p.Tail)
		want, err := p.Output(v)
		return point{cir: cir, ask: []string{"v(o)"}, want: []float64{want}, full: 0.3, tol: 2e-4}, err
	})
	sweep(t, "P9 rectifier, both signs", 10, func(d draws) (point, error) {
		o := circuit.OpAmp{Gain: d.in(300, 3000), Low: -10, High: 10}
		r := circuit.Rectifier{Amp: o, Diode: circuit.Silicon(1e-15), Input: d.in(20e3, 100e3), Gain: d.in(0.5, 2)}
		kelvin, v := d.in(280, 330), d.in(-0.3, 0.3)
		cir := amp(o) + fmt.Sprintf(".model d D(IS=1e-15 N=1 EG=1.11 XTI=3)\nVi i 0 %g\nR1 i n %g\nR2 n out %g\nD1 n a d\nD2 a out d\nX1 0 n a amp\n", v, r.Input, r.Gain*r.Input)
		want, err := r.Output(v, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: []string{"v(out)"}, want: []float64{want}, full: 0.3, tol: fine}, err
	})
	sweep(t, "P10 followers, a log-sum-exp", 8, func(d draws) (point, error) {
		f := circuit.FollowerOr{Saturation: 1e-16, Current: d.in(1e-6, 5e-6), Beta: d.in(5e3, 2e4)}
		var v []float64
		cir := fmt.Sprintf(".model q NPN(IS=1e-16 BF=%g BR=1)\nVcc c 0 1.2\nI1 e 0 %g\n", f.Beta, f.Current)
		for i := range 4 {
			v = append(v, d.in(0.7, 0.78))
			cir += fmt.Sprintf("V%d b%d 0 %g\nQ%d c b%d e q\n", i, i, v[i], i, i)
		}
		want, err := f.Output(v, circuit.Nominal)
		return point{cir: cir, ask: []string{"v(e)"}, want: []float64{want}, full: 0.3, tol: fine}, err
	})
	sweep(t, "P10 followers in loops, the highest less its offset", 8, func(d draws) (point, error) {
		cir := ".model q NPN(IS=1e-16 BF=200 BR=1)\nVcc c 0 1\nI1 e 0 5u\n"
		var v, offset []float64
		for i := range 4 {
			v, offset = append(v, d.in(-0.3, 0.3)), append(offset, d.in(-3e-3, 3e-3))
			a := strings.ReplaceAll(amp(circuit.OpAmp{Gain: 1e6, Offset: -offset[i], Low: -1.5, High: 1.5}), " amp ", fmt.Sprintf(" amp%d ", i))
			cir += a + fmt.Sprintf("V%d i%d 0 %.9g\nX%d i%d e b%d amp%d\nQ%d c b%d e q\n", i, i, v[i], i, i, i, i, i, i)
		}
		want, err := circuit.SuperFollowerMax(v, offset)
		return point{cir: cir, ask: []string{"v(e)"}, want: []float64{want}, full: 0.3, tol: fine}, err
	})
	sweep(t, "P12d exponentials and a division, offsets", 8, func(d draws) (point, error) { return d.exponentials(circuit.ThermalVoltage(circuit.Nominal)) })
	sweep(t, "P12 softmax, mismatch and offsets", 8, func(d draws) (point, error) {
		tl := circuit.Translinear{Beta: d.in(100, 400)}
		kelvin := d.in(280, 330)
		var v []float64
		cir := fmt.Sprintf(".model q NPN(IS=1e-16 BF=%g BR=1)\nVcc c 0 1\nI1 e 0 5u\n", tl.Beta)
		var ask []string
		for i := range 4 {
			v, tl.Match, tl.Offset = append(v, d.in(-0.05, 0.05)), append(tl.Match, d.in(0.9, 1.1)), append(tl.Offset, d.in(-2e-3, 2e-3))
			cir += fmt.Sprintf("V%d b%d 0 %.9g\nVc%d c c%d 0\nQ%d c%d b%d e q %g\nB%d o%d 0 V = I(Vc%d)/5u\n", i, i, v[i]+tl.Offset[i], i, i, i, i, i, tl.Match[i], i, i, i)
			ask = append(ask, fmt.Sprintf("v(o%d)", i))
		}
		want, err := tl.Shares(v, kelvin)
		return point{kelvin: kelvin, cir: cir, ask: ask, want: want, full: 1, tol: fine}, err
	})
}

// exponentials draws a softmax of exponentials, their sum as the overdrive of plain
// transistors, and quotients. Every amplifier has an offset.
func (d draws) exponentials(vt float64) (point, error) {
	amplifier := func(offset float64) circuit.OpAmp {
		return circuit.OpAmp{Gain: d.in(500, 3000), Offset: d.in(-offset, offset), Low: -10, High: 10}
	}
	one := amplifier(0)
	r := circuit.VCR{Law: circuit.Triode, Beta: d.in(2e-6, 4e-6), Threshold: d.in(0.1, 0.3)}
	e := circuit.ExpDivide{
		Exp: circuit.ExponentConverter{Amp: one, Junction: circuit.Silicon(2e-15), Feedback: d.in(20e3, 60e3)},
		Sum: amplifier(1e-3), SumGain: d.in(0.8, 1.2), Divide: circuit.Divider{Amp: amplifier(1e-3), Cell: r, Floor: 0.1},
	}
	e.Divide.Input = d.in(2, 3) / r.Beta
	model := func(o circuit.OpAmp, name string) string { return strings.ReplaceAll(amp(o), " amp ", " "+name+" ") }
	cir := transistor(r) + model(e.Sum, "ampS") + model(e.Divide.Amp, "ampD") + ".model d D(IS=2e-15 N=1 EG=1.11 XTI=3)\n" +
		fmt.Sprintf("Rs s sum 100k\nXs 0 s sum ampS\nVt g sum %.9g\n", r.Threshold)
	var v []float64
	var ask []string
	for i := range 4 {
		v = append(v, vt*math.Log(d.in(0.1, 0.2)/e.Exp.Feedback/2e-15))
		one.Offset = d.in(-0.3e-3, 0.3e-3)
		e.Offset = append(e.Offset, one.Offset)
		cir += model(one, fmt.Sprintf("amp%d", i)) +
			fmt.Sprintf("V%d i%d 0 %.9g\nD%d i%d n%d d\nRf%d n%d x%d %.9g\nX%d 0 n%d x%d amp%d\n", i, i, v[i], i, i, i, i, i, i, e.Exp.Feedback, i, i, i, i) +
			fmt.Sprintf("Rs%d x%d s %.9g\nRd%d x%d m%d %.9g\nM%d o%d g m%d bulk m W=1u L=1u\nXd%d 0 m%d o%d ampD\nE%d p%d 0 o%d 0 %.9g\n",
				i, i, 1e5/e.SumGain, i, i, i, e.Divide.Input, i, i, i, i, i, i, i, i, i, e.Unit())
		ask = append(ask, fmt.Sprintf("v(p%d)", i))
	}
	want, err := e.Shares(v, circuit.Nominal)
	return point{cir: cir, ask: ask, want: want, full: 1, tol: fine}, err
}

func TestSweepCapacitors(t *testing.T) {
	sweep(t, "P7 Schmitt, both states", 5, func(d draws) (point, error) {
		s := circuit.Schmitt{Reference: d.in(-0.2, 0.2), R1: d.in(2e3, 10e3), R2: d.in(50e3, 120e3), Saturation: d.in(0.5, 1), Offset: d.in(-5e-3, 5e-3)}
		upper, lower, err := s.Thresholds()
		cir := fmt.Sprintf("Vr r 0 %g\nR1 r p %g\nR2 p o %g\nVi i 0 PWL(0 -1.2 1m 1.2 2m -1.2)\nB1 d 0 V = %g*tanh(1e7*(V(p)+(%g)-V(i)))\nR3 d g 1k\nC1 g 0 1p\nE1 o 0 g 0 1\n",
			s.Reference, s.R1, s.R2, s.Saturation, s.Offset)
		return point{cir: cir, tran: "0.2u 2m 0 0.2u", ask: []string{"find v(i) when v(o)=0 fall=1", "find v(i) when v(o)=0 rise=1"},
			want: []float64{upper, lower}, full: 1, tol: 1e-3}, err
	})
	// The switch is a level 1 transistor whose channel has next to no charge: what
	// couples is its overlap.
	hold := func(s circuit.Switch, v float64, edge string) string {
		return fmt.Sprintf(".model m NMOS(LEVEL=1 KP=2e-3 VTO=%g GAMMA=0 LAMBDA=0 TOX=1e-3 CGSO=%g CGDO=0)\nVb bulk 0 -2\nVi i 0 %g\nVc g 0 PWL(%s)\nM1 i g s bulk m W=1u L=1u\nCh s 0 %g\n.ic v(s)=%g\n",
			s.Threshold, s.Overlap/1e-6, v, edge, s.Hold, v)
	}
	sweep(t, "P8 pedestal, fast clock", 5, func(d draws) (point, error) {
		s := circuit.Switch{Hold: d.in(20e-15, 100e-15), Overlap: d.in(0.1e-15, 0.5e-15), Threshold: 0.4, Low: d.in(-1, -0.6), High: d.in(0.9, 1.2)}
		v := d.in(-0.3, 0.3)
		step, err := s.PedestalFast()
		cir := hold(s, v, fmt.Sprintf("0 %g 5n %g 5.001n %g", s.High, s.High, s.Low))
		return point{cir: cir, tran: "5p 6n 0 5p", ask: []string{"find v(s) at=5.9n"}, want: []float64{v + step}, full: math.Abs(step), tol: 5e-2, loose: true}, err
	})
	sweep(t, "P8 pedestal, slow clock", 5, func(d draws) (point, error) {
		s := circuit.Switch{Hold: d.in(20e-15, 100e-15), Overlap: d.in(0.1e-15, 0.5e-15), Threshold: 0.4, Low: d.in(-1, -0.6), High: 1.2}
		v := d.in(-0.3, 0.3)
		step, err := s.PedestalSlow(v)
		cir := hold(s, v, fmt.Sprintf("0 %g 5n %g 10u %g", s.High, s.High, s.Low))
		return point{cir: cir, tran: "5n 10.1u 0 5n", ask: []string{"find v(s) at=10.05u"}, want: []float64{v + step}, full: math.Abs(step), tol: 5e-2}, err
	})
	sweep(t, "P8 acquisition and droop", 6, func(d draws) (point, error) {
		c, r, v := d.in(20e-15, 100e-15), d.in(500, 3e3), d.in(0.1, 0.5)
		tau, i := d.in(1e-3, 50e-3), d.in(1e-15, 1e-14)
		at := d.in(0.5, 3) * r * c
		wait := d.in(0.1, 1) * tau
		a, err := circuit.Acquire(0, v, r, c, at)
		if err != nil {
			return point{}, err
		}
		b, err := circuit.Droop(v, wait, tau)
		if err != nil {
			return point{}, err
		}
		e, err := circuit.DroopCurrent(v, wait, i, c)
		// Each in time units of its own: the second and third scaled to the first's.
		k := at / wait
		cir := fmt.Sprintf("Vi i 0 %g\nR1 i a %g\nC1 a 0 %g\nC2 b 0 %g\nR2 b 0 %g\nC3 e 0 %g\nI1 e 0 %g\n.ic v(a)=0 v(b)=%g v(e)=%g\n", v, r, c, c, tau*k/c, c, i/k, v, v)
		find := fmt.Sprintf("at=%.12g", at)
		return point{cir: cir, tran: fmt.Sprintf("%g %g 0 %g uic", at/2000, 1.01*at, at/2000),
			ask: []string{"find v(a) " + find, "find v(b) " + find, "find v(e) " + find}, want: []float64{a, b, e}, full: v, tol: fine}, err
	})
	sweep(t, "P11 charge sharing", 5, func(d draws) (point, error) {
		var v, c []float64
		cp := d.in(0, 20e-15)
		cir := fmt.Sprintf("Cp m 0 %g\n", cp)
		ic := ".ic v(m)=0"
		for i := range 4 {
			v, c = append(v, d.in(-0.4, 0.4)), append(c, d.in(20e-15, 80e-15))
			cir += fmt.Sprintf("C%d n%d 0 %g\nR%d n%d m 100\n", i, i, c[i], i, i)
			ic += fmt.Sprintf(" v(n%d)=%g", i, v[i])
		}
		want, err := circuit.Average(v, c, cp)
		return point{cir: cir + ic + "\n", tran: "0.1p 1n 0 0.1p uic", ask: []string{"find v(m) at=0.9n"}, want: []float64{want}, full: 0.4, tol: fine}, err
	})
	sweep(t, "P13 ladder and a tile of random cells", 4, func(d draws) (point, error) {
		x := circuit.Crossbar{RowWire: d.in(1, 200), ColWire: d.in(1, 200)}
		const n, m = 5, 4
		var cir strings.Builder
		for i := range n {
			x.V = append(x.V, d.in(-0.3, 0.3))
			x.G = append(x.G, nil)
			fmt.Fprintf(&cir, "V%d r%d_0 0 %.12g\n", i, i, x.V[i])
			for j := range m {
				x.G[i] = append(x.G[i], d.in(1e-6, 1e-4))
				fmt.Fprintf(&cir, "Rr%d_%d r%d_%d r%d_%d %.12g\nRg%d_%d r%d_%d c%d_%d %.12g\nRc%d_%d c%d_%d c%d_%d %.12g\n",
					i, j, i, j, i, j+1, x.RowWire, i, j, i, j+1, i, j, 1/x.G[i][j], i, j, i, j, i+1, j, x.ColWire)
			}
		}
		var ask []string
		for j := range m {
			fmt.Fprintf(&cir, "Vo%d c%d_%d 0 0\nB%d o%d 0 V = I(Vo%d)*1e4\n", j, n, j, j, j, j)
			ask = append(ask, fmt.Sprintf("v(o%d)", j))
		}
		s, err := x.Solve()
		if err != nil {
			return point{}, err
		}
		want := make([]float64, m)
		for j := range want {
			want[j] = 1e4 * s.Current[j]
		}
		return point{cir: cir.String(), ask: ask, want: want, full: 1, tol: 1e-6}, nil
	})
}
