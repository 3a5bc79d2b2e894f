package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// Weights leak while a chip answers as they do while it learns, but no update makes up
// for it. Between two batches the control unit rewrites them from its copy, before they
// have leaked for longer than it lets them between two steps of a training.

// rewriteSteps number the rewrites on the way of answers: they share no draw with steps.
const rewriteSteps = 1 << 43

// elapse lets a time of answers pass, s.
func (m *Machine) elapse(seconds float64) {
	m.Memory.Spans[ledger.Evaluate] += seconds
	m.Memory.Clock += seconds
	m.meter.idle(ledger.Evaluate, seconds)
	m.age(seconds, uint64(m.Memory.Step))
	m.Memory.Leaked += seconds
}

// learned counts the leak of a training step, where it is not left to the updates to
// make up for it. A rewrite in the step came before its leak.
func (m *Machine) learned(step uint64, seconds float64) {
	in := m.rewrites()
	if in == nil {
		return
	}
	if m.due(in, step) {
		m.Memory.Leaked = 0
	}
	m.Memory.Leaked += seconds
}

// rewrites is the instruction that rewrites weights in a training, nil for none.
func (m *Machine) rewrites() *fabric.Instr {
	for _, in := range m.refreshes {
		if in != nil {
			return in
		}
	}
	return nil
}

// allowed is how long weights may leak, s: the steps between two rewrites of a training,
// else the time in which a full weight loses half a pulse.
func (m *Machine) allowed() float64 {
	p, tau := m.prog, ledger.Tau(&m.prog.Chip)
	if p.Plan.Weights == "off" || math.IsInf(tau, 1) || m.shelved {
		return math.Inf(1)
	}
	if in := m.rewrites(); in != nil {
		return float64(max(in.Every, 1)) * p.Timing.Step
	}
	return ledger.RefreshTime(p.Chip.Cell.Step, tau)
}

// freshen rewrites the weights where they would have leaked for too long in so many
// seconds, s.
func (m *Machine) freshen(seconds float64) {
	mem := &m.Memory
	if mem.Leaked == 0 || mem.Leaked+seconds <= m.allowed() {
		return
	}
	step, took := rewriteSteps+uint64(mem.Rewrites), 0.0
	t := timer{p: m.prog, time: ledger.TimingOf(&m.prog.Chip)}
	for i := range m.prog.Arrays {
		if m.prog.Arrays[i].Digital != nil || m.turning(i) { // loads are rewrites
			continue
		}
		in := &fabric.Instr{Op: fabric.OpRefresh, Unit: -1, Array: i, Value: fabric.NoValue}
		took += t.upkeep(in) + m.refresh(in, step, ledger.Evaluate)
		m.meter.instruction(in, ledger.Evaluate, 1)
		if m.prog.Plan.Gradient == "dedicated" && m.Memory.Devices == nil {
			m.Memory.Arrays[i].Recopy(array.ReadKey{Seed: m.env.Seed, Step: step})
			m.meter.rewrite(m.meter.line(in), i, ledger.Evaluate)
		}
	}
	mem.Rewrites++
	mem.Leaked = 0
	m.elapse(took)
}

// freshenUntilStep rewrites the weights after an evaluation of a training, where they would
// have leaked for too long by the next rewrite of a step.
func (m *Machine) freshenUntilStep() {
	if in := m.rewrites(); in != nil {
		every := max(in.Every, 1)
		m.freshen(float64(every-1-m.Memory.Step%every) * m.prog.Timing.Step)
	}
}
