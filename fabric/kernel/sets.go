package kernel

import (
	"fmt"
	"os"
	"strings"
)

// set is an implementation of the innermost loops. All give the same bits.
type set uint8

const (
	setPortable set = iota
	setAVX2
	setAVX512
)

var setNames = [...]string{"portable", "avx2", "avx512"}

// SetVariable is the environment variable that chooses the set at start-up.
const SetVariable = "ACL_KERNEL"

// setErr is what was wrong with the variable at start-up.
var setErr = start()

// start takes the set that the environment asks for, else the fastest.
func start() error {
	all := Sets()
	fastest := all[len(all)-1]
	if err := Set(fastest); err != nil {
		return err
	}
	if name := os.Getenv(SetVariable); name != "" {
		if err := Set(name); err != nil {
			return fmt.Errorf("%s: %w; using %s", SetVariable, err, fastest)
		}
	}
	return nil
}

// Sets lists the sets of kernels that this machine can run, the fastest last.
func Sets() []string {
	var names []string
	for s, name := range setNames {
		if supported(set(s)) {
			names = append(names, name)
		}
	}
	return names
}

// SetName is the name of the set in use.
func SetName() string { return setNames[active] }

// SetErr is what was wrong with ACL_KERNEL when the program started; nil where
// nothing was, or it is not set.
func SetErr() error { return setErr }

// Set chooses a set by its name. Results do not depend on it. No kernel may run
// meanwhile.
func Set(name string) error {
	for s, known := range setNames {
		if name != known {
			continue
		}
		if !supported(set(s)) {
			return fmt.Errorf("this machine has no kernel set %s; it has %s", name, strings.Join(Sets(), ", "))
		}
		active = set(s)
		return nil
	}
	return fmt.Errorf("unknown kernel set %q; there are %s", name, strings.Join(setNames[:], ", "))
}
