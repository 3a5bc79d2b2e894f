package report

import (
	"encoding/json"
	"io"

	"acl/fabric"
)

// event is one slice of a Chrome trace, which Perfetto opens; times in us.
type event struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	Start float64        `json:"ts"`
	Time  float64        `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	Args  map[string]any `json:"args,omitempty"`
}

// Trace writes the schedule of a program as a Chrome trace: one sample of the step
// and the update, or of an answer, a line for each physical module that is placed,
// one for the stack and one for the control unit.
func Trace(w io.Writer, f *fabric.Program) error {
	lanes := map[string]int{}
	var events []event
	lane := func(name string) int {
		id, ok := lanes[name]
		if !ok {
			id = len(lanes)
			lanes[name] = id
			events = append(events, event{Name: "thread_name", Phase: "M", TID: id, Args: map[string]any{"name": name}})
		}
		return id
	}
	for _, s := range slices(f) {
		e := event{
			Name: s.name, Phase: "X", Start: 1e6 * s.start, Time: 1e6 * s.time, TID: lane(s.lane),
			Args: map[string]any{"instruction": s.text, "at": s.in.Origin.String()},
		}
		if s.in.Hold > 0 {
			e.Args["held_us"] = 1e6 * s.in.Hold
		}
		events = append(events, e)
	}
	return json.NewEncoder(w).Encode(map[string]any{"displayTimeUnit": "ns", "traceEvents": events})
}

// laneOf is the line that an instruction is drawn on.
func laneOf(f *fabric.Program, in *fabric.Instr) string {
	switch in.Op {
	case fabric.OpPush, fabric.OpPop, fabric.OpPeek, fabric.OpFree:
		return "stack"
	case fabric.OpFire, fabric.OpGrad:
		u := &f.Units[in.Unit]
		if len(u.Place) == 1 {
			return f.Modules[u.Place[0]].String()
		}
		if u.Class != "" {
			return u.Class + " (chosen at run time)"
		}
	}
	return "control unit"
}
