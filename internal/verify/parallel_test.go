package verify

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"acl/fabric"
	"acl/internal/job"
	"acl/lang/source"
)

// parallel is the sample of four models on one chip, for so many epochs.
func parallel(t *testing.T, epochs int) string {
	t.Helper()
	text, err := os.ReadFile("../../programs/parallel.acl")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "epochs: 10;", fmt.Sprintf("epochs: %d;", epochs))
}

// trained runs the train blocks of a program, by the names of their modules.
func trained(t *testing.T, text string) map[string]*job.Result {
	t.Helper()
	p := job.Compile(source.NewFile("parallel.acl", text), nil)
	models, diags := p.Models()
	if diags.Add(p.Refused(models)...); diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	out := map[string]*job.Result{}
	for _, m := range models {
		r, diags, err := p.Train(t.Context(), m, job.Options{})
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		out[m.Plan.Module.Decl.Name.Text] = r
	}
	return out
}

// places are what each model of the sample has of the chip.
var places = map[string]string{
	"Linear":        "dense[0], gradient[0 .. 2]",
	"Perceptron":    "dense[1 .. 2], activation[0], gradient[3 .. 5]",
	"Convolutional": "conv[0 .. 1], dense[3 .. 5], activation[1 .. 2], gradient[6 .. 7]",
	"Halves":        "dense[6 .. 7], activation[3], gradient[8 .. 9]",
}

// TestSideBySide: models on one chip have modules of their own, and end with the weights
// and counts that each has alone in the same places, on one of the buses.
func TestSideBySide(t *testing.T) {
	text := parallel(t, 2)
	owner := map[int]string{}
	var results []*job.Result
	for name, r := range trained(t, text) {
		for i, n := range r.Machine.Memory.Fired {
			if n > 0 && owner[i] != "" {
				t.Errorf("%s and %s both use module %d", name, owner[i], i)
			}
			if n > 0 {
				owner[i] = name
			}
		}
		alone := trained(t, alone(text, name))[name]
		if alone.Digest != r.Digest || alone.Clock != r.Clock || alone.Bill.Training() != r.Bill.Training() {
			t.Errorf("%s ends with %s after %g s and %g J beside others, and with %s, %g s and %g J alone",
				name, r.Digest, r.Clock, r.Bill.Training().Value, alone.Digest, alone.Clock, alone.Bill.Training().Value)
		}
		results = append(results, r)
	}
	joint := job.Join(results)
	if joint.Makespan >= joint.Serial/2 || joint.Issue <= 0 || joint.Issue >= joint.Makespan || joint.Tiles != 14 {
		t.Errorf("four models come to %+v", joint)
	}
}

// alone leaves the train block of one module, which claims its place of all four.
func alone(text, name string) string {
	text = withOnly(text, name)
	begin := strings.Index(text, "schedule Linear")
	end := strings.Index(text, "// Every train block")
	more := ""
	if name == "Perceptron" {
		more = " pipeline: 4;"
	}
	return strings.Replace(text[:begin], "tiles   {", "bus.count: 1; tiles   {", 1) +
		"schedule " + name + " on Shared { own: [" + places[name] + "];" + more + " }\n" + text[end:]
}

// TestSamplesInFlight: several samples in flight take less time and give the same bits
// where nothing leaks.
func TestSamplesInFlight(t *testing.T) {
	text := func(n int) string {
		return noisyNet(digitsModule, fmt.Sprintf("schedule Digits on Bench { pipeline: %d; }", n), "steps: 20; test: off;")
	}
	o := options{sets: []string{"noise.leak=off"}}
	one := newBench(t, text(1), o).setup(t).run(t)
	for _, n := range []int{2, 4, 8} {
		many := newBench(t, text(n), o).setup(t).run(t)
		if got, want := job.Digest(many.Weights()), job.Digest(one.Weights()); got != want {
			t.Errorf("with %d samples in flight the weights are %s, with one %s", n, got, want)
		}
		timing, serial := &many.Program().Timing, &one.Program().Timing
		if total := serial.Forward + serial.Backward; timing.Interval < total/float64(n)*(1-1e-9) || timing.Interval >= total {
			t.Errorf("%d samples in flight follow one another after %g s, and one takes %g s", n, timing.Interval, total)
		}
		if many.Memory.Clock >= one.Memory.Clock {
			t.Errorf("%d samples in flight take %g s, one %g s", n, many.Memory.Clock, one.Memory.Clock)
		}
	}
}

// TestNoTwoAtOnce: samples in flight never use a module, a tile or a bus together.
func TestNoTwoAtOnce(t *testing.T) {
	_, model := lowered(t, noisyNet(digitsModule, "schedule Digits on Bench { pipeline: 4; }", "steps: 1; test: off;"))
	f := model.Fabric()
	type use struct {
		what     string
		from, to float64
	}
	var uses []use
	for _, in := range f.Train {
		if in.Op == fabric.OpSync {
			break
		}
		if in.Unit < 0 || in.Op != fabric.OpFire && in.Op != fabric.OpGrad || in.Time == 0 {
			continue
		}
		u := &f.Units[in.Unit]
		if len(u.Place) == 1 {
			uses = append(uses, use{fmt.Sprint("module ", u.Place[0]), in.Start, in.Start + in.Time})
		}
		if u.Array >= 0 {
			uses = append(uses, use{fmt.Sprint("array ", u.Array, u.Role == fabric.ParamGrad), in.Start, in.Start + in.Time})
		}
	}
	for k := 1; k < 4; k++ {
		behind := float64(k) * f.Timing.Interval
		for _, a := range uses {
			for _, b := range uses {
				if a.what == b.what && a.from+behind < b.to-1e-12 && b.from < a.to+behind-1e-12 {
					t.Errorf("%s is used from %g to %g s, and by the sample %d behind from %g to %g s", a.what, b.from, b.to, k, a.from+behind, a.to+behind)
				}
			}
		}
	}
}

// withOnly leaves the train block of one module.
func withOnly(text, name string) string {
	parts := strings.Split(text, "\ntrain ")
	out := parts[0]
	for _, p := range parts[1:] {
		if strings.HasPrefix(p, name+" ") {
			out += "\ntrain " + p
		}
	}
	return out
}
