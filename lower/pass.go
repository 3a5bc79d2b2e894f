package lower

import (
	"fmt"
	"time"

	"acl/fabric"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
)

// State is what the passes work on: a module on a fabric, with the blocks that
// concern the pair. Graph is there from `elaborate` on, Fab from `tile` on.
type State struct {
	Program  *check.Program
	Module   *check.Module
	Fabric   *check.Fabric
	Schedule *check.Settings // nil without a block: every default
	Train    *check.Plan     // nil: nothing is learned
	Infer    *check.Plan
	Options  ElaborateOptions
	Share    *Share // of the fabric; nil: the model has all of it

	Graph  *ir.Graph
	Ranges []Range // of the units on tiles
	Fab    *fabric.Program
	Diags  diag.List
	// Refused names what the program asks for and this machine has no parts for.
	// It lowers all the same; who runs it looks here first.
	Refused diag.List

	uncut bool             // what stands before the tiles is wrong
	array []int            // by node: its array, or -1
	value []fabric.ValueID // by node
	buses []int            // by unit: the bus that carries its output
}

// Pass is a step of lowering. It reports what a user did through State.Diags.
type Pass struct {
	Name, Doc string
	Run       func(*State)
}

// Passes lists the steps in their order.
var Passes = []Pass{
	{"elaborate", "instances, repeats and parameters settle; shapes and drivers are checked", elaborate},
	{"fold", "units that change nothing are removed", fold},
	{"differentiate", "each functional module gets its gradient module", differentiate},
	{"range", "expected signals are held against rails and noise; nothing changes", ranges},
	{"tile", "parameters are cut into cross-point tiles; settings become resources", tile},
	{"place", "virtual modules get the physical modules that may run them", place},
	{"route", "values get buses, and converters stand where the schedule wants them", route},
	{"schedule", "the control unit's instructions, with stack slots, times and hold times", schedule},
}

// PassTime is how long a pass took.
type PassTime struct {
	Name    string
	Seconds float64
}

// Run does the passes up to and including the named one, or all of them for an
// empty name, and verifies the result of each. It stops at the first error; what does
// not fit the chip hides nothing else that does not, so that tile, place and route
// follow one another. A broken invariant is a fault of a pass, not of the program, and
// panics.
func Run(s *State, last string) []PassTime {
	var times []PassTime
	for _, p := range Passes {
		start := time.Now()
		p.Run(s)
		times = append(times, PassTime{p.Name, time.Since(start).Seconds()})
		if s.Diags.HasErrors() {
			if s.uncut || p.Name != "tile" && p.Name != "place" {
				break
			}
			continue
		}
		if s.Graph == nil { // what it is made of has a fault that the check has told
			break
		}
		s.verify(p.Name)
		if p.Name == last {
			break
		}
	}
	s.Diags.Sort()
	return times
}

func (s *State) verify(pass string) {
	stage := ir.Elaborated
	if pass != "elaborate" && pass != "fold" {
		stage = ir.Differentiated
	}
	errs := ir.Verify(s.Graph, s.Program.Table, stage)
	if s.Fab != nil && pass == "schedule" {
		errs = append(errs, fabric.Verify(s.Fab)...)
	}
	if len(errs) > 0 {
		panic(fmt.Sprintf("lower: after %s: %v", pass, errs[0]))
	}
}

// Text is the text form of what the passes have made so far.
func (s *State) Text() string {
	if s.Fab != nil {
		return fabric.Print(s.Fab)
	}
	return ir.Print(s.Graph)
}
