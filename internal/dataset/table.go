package dataset

import "math"

// check reports rows of unequal width, numbers that are none, and labels that are
// not whole.
func (t Table) check() error {
	if (t.Target == nil) == (t.Label == nil) {
		return refused("", "a table has an input and either a target or a label")
	}
	if err := checkMatrix("input", t.Input); err != nil {
		return err
	}
	rows := len(t.Label)
	if t.Target != nil {
		rows = len(t.Target)
		if err := checkMatrix("target", t.Target); err != nil {
			return err
		}
	}
	if rows != len(t.Input) {
		return refused("", "a table has %d rows of input but %d beside them", len(t.Input), rows)
	}
	for i, v := range t.Label {
		if why := notLabel(v); why != "" {
			return refused(labelHint, "label of row %d: %s", i, why)
		}
	}
	return nil
}

func checkMatrix(name string, m [][]float64) error {
	if len(m) == 0 || len(m[0]) == 0 {
		return refused("", "the %s of a table is empty", name)
	}
	for i, row := range m {
		if len(row) != len(m[0]) {
			return refused("", "row %d of %s has %d numbers, row 0 has %d", i, name, len(row), len(m[0]))
		}
		for j, v := range row {
			if f := float64(float32(v)); math.IsNaN(f) || math.IsInf(f, 0) {
				return refused("", "row %d of %s: element %d is %g, want a finite number of single precision", i, name, j, v)
			}
		}
	}
	return nil
}

func (t Table) info(limit int) Info {
	l := t.load()
	n := limited(len(t.Input), limit)
	return l.info(Literal, l.shape, n, n)
}

// load copies a checked table.
func (t Table) load() *loaded {
	l := &loaded{source: "table", shape: []int{len(t.Input[0])}}
	l.data = newFloats(flatten(t.Input), l.shape)
	for i := range t.Input {
		l.train = append(l.train, i)
	}
	l.test = l.train
	if t.Target != nil {
		l.targets, l.targetWidth = flatten(t.Target), len(t.Target[0])
	}
	for _, v := range t.Label {
		l.labels = append(l.labels, int32(v))
	}
	l.classes = classes(l.labels)
	return l
}

func flatten(m [][]float64) []float32 {
	var flat []float32
	for _, row := range m {
		for _, v := range row {
			flat = append(flat, float32(v))
		}
	}
	return flat
}
