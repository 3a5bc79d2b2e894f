package ledger

// Events is a number of events of one kind in no phase's time, or a sum of that many
// units of it.
func (r Recipe) Events(k Kind, n float64) *Tally {
	var t Tally
	t.Events[Forward][k] = n
	return &t
}

// KindOf is the kind of a name; KindNames lists them.
func KindOf(name string) (Kind, error) {
	i, err := find(kindNames[:], name, "kind of event")
	return Kind(i), err
}

// KindNames are the names of all kinds, in their order.
func KindNames() []string { return kindNames[:] }

// Elementwise is a number of elements through a functional module: two amplifiers work
// on each, and it takes so many comparisons.
func (r Recipe) Elementwise(elements, comparisons int) *Tally {
	var t Tally
	e := &t.Events[Forward]
	e[OpAmpNS] = 2 * float64(elements) * 1e9 * r.time.ModuleOn()
	e[Comparator] = float64(elements) * float64(comparisons)
	t.Seconds[Forward] = r.time.Elementwise(elements, false)
	if comparisons > 0 {
		t.Seconds[Forward] = r.time.Compare(elements, comparisons+1)
	}
	return &t
}

// Store is a number of values that are put on the stack and read once: each is a pair of
// capacitors.
func (r Recipe) Store(values int) *Tally {
	var t Tally
	t.Events[Forward][HoldWrite], t.Events[Forward][HoldRead] = 2*float64(values), 2*float64(values)
	t.Seconds[Forward] = 2 * r.time.Hold(values)
	return &t
}

// Calibration is a number of reads of known vectors of a tile.
func (r Recipe) Calibration(rows, cols, reads int) *Tally {
	var t Tally
	t.plus(r.MVM(Setup, rows, cols, 0), float64(reads))
	return &t
}

// OptimizerWork is what the control unit does a weight and batch: words of 64 bits read
// and written, and operations of each kind.
func OptimizerWork(adam bool) (words, ops int64) {
	if adam {
		return 3, 6
	}
	return 2, 2
}

// BreakEven is the least size of a square tile, up to a limit, from which a
// multiply-accumulate takes no more than that of a digital machine with its share of the
// words fetched for it; 0 for none.
func (r Recipe) BreakEven(p Precision, reuse float64, limit int) int {
	for n := 1; n <= limit; n++ {
		if r.Bill(r.MVM(Forward, n, n, 0)).Total().Value/float64(n*n) <= p.product(reuse) {
			return n
		}
	}
	return 0
}

// HoldTimes is how long each layer's stored value waits for its way back, s: from its
// own pass forward to the end of its pass back, Σ over it and later layers of the times
// forward and back (physics.md §7).
func HoldTimes(forward, back []float64) []float64 {
	out, sum := make([]float64, len(forward)), 0.0
	for l := len(forward) - 1; l >= 0; l-- {
		sum += forward[l] + back[l]
		out[l] = sum
	}
	return out
}

// RefreshSteps is after how many steps of training, of some seconds each, weights are
// rewritten: those in which a full weight loses half of what a pulse gives, 1 at least.
func RefreshSteps(pulse, step, tau float64) int { return max(int(RefreshTime(pulse, tau)/step), 1) }

// RefreshTime is the time in which a full weight loses half of what a pulse gives, s.
func RefreshTime(pulse, tau float64) float64 { return 0.5 * pulse * tau }
