package array

// Kind names a noise stream. Every draw of the machine is keyed by its kind, so
// that a source that is turned off moves no draw of another (physics.md §5). The
// numbers are part of what a seed means: new kinds go to the end.
type Kind uint32

// The noise streams. Those of the die are drawn once a chip from its seed; the
// others from the seed of the run and the step.
const (
	KindInit       Kind = iota + 1 // start values of the weights
	KindWeight                     // temporal weight noise, one draw a step
	KindGradient                   // error of a batch gradient
	KindRead                       // amplifier noise of each read
	KindOffset                     // die: offsets of amplifiers
	KindGain                       // die: gains of read-out columns
	KindMismatch                   // die: differences between the two halves of a pair
	KindColumn                     // die: weight error common to a column
	KindStorage                    // kT/C of each write
	KindCells                      // die: step, symmetry and bounds of each cell
	KindPulse                      // cycle-to-cycle spread of pulses
	KindRounding                   // stochastic rounding to whole pulses
	KindLeak                       // die: leak of each capacitor
	KindComparator                 // die: offsets of comparators
	KindCalibrate                  // residue that a calibration leaves
	KindFault                      // die: stuck cells and dead columns
	KindTrain                      // slots in which the lines of a pulse train fire
	KindChoice                     // modules that the adaptive heuristic tries
)
