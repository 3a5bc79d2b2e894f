package spice

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// The sampling transistor of hold and its clock.
const (
	onResistance = 1e3     // Ohm
	overlap      = 0.1e-15 // F, gate to capacitor
	acquireTime  = 4e-9    // s, as the machine's timing has it
	earlyTime    = 50e-12  // s, where the capacitor is still charging
	waitTime     = 1e-9    // s, from the edge of the clock to the reading of the pedestal
	unleaking    = 2.0     // s, the time constant that stands for a capacitor without a leak
	droopShare   = 0.4     // of a time constant, to the reading of the droop
)

// hold exports P8. The switch is a resistor that is on while the clock is high; its
// overlap capacitance couples the falling clock onto the capacitor.
func hold(chip *fabric.Chip) (*Netlist, error) {
	sw := circuit.Switch{Hold: chip.Cap.Hold, Overlap: overlap, Low: -chip.Supply.Analog / 2, High: chip.Supply.Analog / 2}
	tau := circuit.Retention(chip.Cap.Hold, chip.Rail.Weight, chip.Cap.Leak)
	if math.IsInf(tau, 0) {
		tau = unleaking
	}
	n := &Netlist{Notes: []string{
		fmt.Sprintf("switch of %s Ohm with an overlap of %s F", num(onResistance), num(overlap)),
		fmt.Sprintf("a second capacitor, charged at the start, leaks with a time constant of %s s; the clock rests meanwhile", num(tau)),
		"a third leaks at a constant rate, which takes rail.weight in that time",
	}}
	n.add("Vin in 0 DC %s", num(chip.Rail.Input))
	n.add("Vclk clk 0 PWL(0 %s %s %s %s %s)", num(sw.High), num(acquireTime), num(sw.High), num(acquireTime+1e-13), num(sw.Low))
	// The switch opens at the very start of the clock's edge: all of the swing couples.
	n.add("Ssample in cell clk 0 sampler")
	n.add(".model sampler SW(VT=%s VH=0 RON=%s ROFF=1e18)", num(sw.High-0.01*(sw.High-sw.Low)), num(onResistance))
	n.add("Chold cell 0 %s", num(sw.Hold))
	n.add("Cov clk cell %s", num(overlap))
	n.add("Cstore store 0 %s", num(sw.Hold))
	n.add("Rleak store 0 %s", num(tau/sw.Hold))
	n.add("Cdrain drain 0 %s", num(sw.Hold))
	n.add("Ileak drain 0 DC %s", num(sw.Hold*chip.Rail.Weight/tau))
	n.add(".ic v(cell)=0 v(store)=%s v(drain)=%s", num(chip.Rail.Input), num(chip.Rail.Input))
	probes, err := holdProbes(chip, sw, tau)
	if err != nil {
		return nil, err
	}
	step := tau / 5000
	n.Runs = []Run{
		{
			Command: fmt.Sprintf("tran 1p %s 0 1p", num(acquireTime+2*waitTime)),
			Measure: []string{
				fmt.Sprintf("meas tran early find v(cell) at=%s", num(earlyTime)),
				fmt.Sprintf("meas tran acquired find v(cell) at=%s", num(acquireTime-1e-11)),
				fmt.Sprintf("meas tran held find v(cell) at=%s", num(acquireTime+waitTime)),
			},
			Probes: probes[:3],
		},
		{
			Before:  fmt.Sprintf("alter @vclk[pwl] = [ 0 %s %s %s ]", num(sw.Low), num(tau), num(sw.Low)),
			Command: fmt.Sprintf("tran %s %s 0 %s", num(step), num(tau/2), num(step)),
			Measure: []string{
				fmt.Sprintf("meas tran drooped find v(store) at=%s", num(droopShare*tau)),
				fmt.Sprintf("meas tran drained find v(drain) at=%s", num(droopShare*tau)),
			},
			Probes: probes[3:],
		},
	}
	return n, nil
}

// holdProbes are the values of hold: while it charges, once it has, behind the
// clock's edge, and on the leaking capacitors.
func holdProbes(chip *fabric.Chip, sw circuit.Switch, tau float64) ([]Probe, error) {
	full := chip.Rail.Input
	early, err := circuit.Acquire(0, full, onResistance, sw.Hold+sw.Overlap, earlyTime)
	if err != nil {
		return nil, err
	}
	acquired, err := circuit.Acquire(0, full, onResistance, sw.Hold+sw.Overlap, acquireTime)
	if err != nil {
		return nil, err
	}
	pedestal, err := sw.PedestalFast()
	if err != nil {
		return nil, err
	}
	drooped, err := circuit.Droop(full, droopShare*tau, tau)
	if err != nil {
		return nil, err
	}
	drained, err := circuit.DroopCurrent(full, droopShare*tau, sw.Hold*chip.Rail.Weight/tau, sw.Hold)
	if err != nil {
		return nil, err
	}
	return []Probe{
		volts("early", early, full), volts("acquired", acquired, full),
		volts("held", acquired+pedestal, full), volts("drooped", drooped, full), volts("drained", drained, full),
	}, nil
}

// slow exports the pedestal of P8 that a slow clock leaves. The switch is a level 1
// transistor, given at the chip's temperature, with next to no channel charge: what
// couples is its overlap, once the channel is gone.
func slow(chip *fabric.Chip) (*Netlist, error) {
	sw := circuit.Switch{
		Hold: chip.Cap.Hold, Overlap: overlap, Threshold: chip.VCR.Threshold, Low: -chip.Supply.Analog / 2, High: chip.Supply.Analog / 2,
	}
	const edge, end = 5e-9, 10e-6 // s, of the clock's fall
	n := &Netlist{Notes: []string{
		fmt.Sprintf("transistor of %s V threshold with an overlap of %s F; the clock falls over 10 us", num(sw.Threshold), num(overlap)),
	}}
	n.add(".model switch NMOS(LEVEL=1 KP=2e-3 VTO=%s GAMMA=0 LAMBDA=0 TOX=1e-3 CGSO=%s CGDO=0 TNOM=%s)",
		num(sw.Threshold), num(overlap/1e-6), num(chip.Temperature-circuit.ZeroCelsius))
	n.add("Vbulk bulk 0 DC -2")
	n.add("Vclk clk 0 PWL(0 %s %s %s %s %s)", num(sw.High), num(edge), num(sw.High), num(end), num(sw.Low))
	for i, share := range []float64{-1, 0, 1} {
		v := share * chip.Rail.Input
		step, err := sw.PedestalSlow(v)
		if err != nil {
			return nil, err
		}
		n.add("Vin%d in%d 0 DC %s", i+1, i+1, num(v))
		n.add("Msample%d in%d clk cell%d bulk switch W=1u L=1u", i+1, i+1, i+1)
		n.add("Chold%d cell%d 0 %s", i+1, i+1, num(sw.Hold))
		if i == 0 {
			n.Runs = []Run{{Command: fmt.Sprintf("tran 5n %s 0 5n", num(1.01*end))}}
		}
		r, held := &n.Runs[0], fmt.Sprintf("held%d", i+1)
		r.Measure = append(r.Measure, fmt.Sprintf("meas tran %s find v(cell%d) at=%s", held, i+1, num(1.005*end)))
		r.Probes = append(r.Probes, volts(held, v+step, chip.Rail.Input))
	}
	return n, nil
}

// average exports P11: four charged capacitors and a parasitic share their charge.
func average(chip *fabric.Chip) (*Netlist, error) {
	const rc = 10e-12 // s, of a switch and the hold capacitor
	hold := chip.Cap.Hold
	n := &Netlist{Notes: []string{"capacitors of 1, 1.5, 0.5 and 1 cap.hold and a parasitic of a fifth, charged at the start"}}
	n.add("Cp node 0 %s", num(hold/5))
	ic := ".ic v(node)=0"
	var v, c []float64
	for i, share := range []float64{1, -0.5, 0.25, 0.75} {
		v, c = append(v, share*chip.Rail.Input), append(c, []float64{1, 1.5, 0.5, 1}[i]*hold)
		n.add("C%d c%d 0 %s", i+1, i+1, num(c[i]))
		n.add("R%d c%d node %s", i+1, i+1, num(rc/hold))
		ic += fmt.Sprintf(" v(c%d)=%s", i+1, num(v[i]))
	}
	n.add("%s", ic)
	out, err := circuit.Average(v, c, hold/5)
	if err != nil {
		return nil, err
	}
	n.Runs = []Run{{
		Command: fmt.Sprintf("tran %s %s 0 %s uic", num(rc/50), num(40*rc), num(rc/50)),
		Measure: []string{fmt.Sprintf("meas tran shared find v(node) at=%s", num(39*rc))},
		Probes:  []Probe{volts("shared", out, chip.Rail.Input)},
	}}
	return n, nil
}
