package stack

import "fmt"

// Trap is an access that the stack refuses. The control unit stops at it.
type Trap struct {
	Instr string // instruction: push, pop, peek or free
	Layer string // instance path of the value's producer; empty if not known
	Cause string
}

// Error names the instruction, its layer and what is wrong.
func (t *Trap) Error() string {
	if t.Layer == "" {
		return fmt.Sprintf("stack: %s: %s", t.Instr, t.Cause)
	}
	return fmt.Sprintf("stack: %s of %s: %s", t.Instr, t.Layer, t.Cause)
}

func trap(instr string, layer string, format string, args ...any) error {
	return &Trap{Instr: instr, Layer: layer, Cause: fmt.Sprintf(format, args...)}
}
