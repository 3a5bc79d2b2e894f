package bench

import (
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
)

// ideal is the chip without errors or limits: arithmetic alone.
var ideal = []string{"ideal=true"}

// drawn is training rows of uniform numbers, as many as a machine asks for.
type drawn struct{ prog *fabric.Program }

// Rows is the number of rows of either part.
func (d drawn) Rows(dcu.Part) int { return 1 << 12 }

// Load draws a batch: a row is a function of its number.
func (d drawn) Load(b *dcu.Batch, _ dcu.Part, rows []int, _ int) error {
	key := kernel.NewKey(1, 0, kernel.PathHash("bench"), 0, 0)
	b.N, b.Inputs, b.Labels = len(rows), nil, nil
	for _, in := range d.prog.Inputs {
		n := d.prog.Values[in.Value].Elements()
		x := make([]float32, n*len(rows))
		for i, r := range rows {
			key.Uniform(x[i*n:(i+1)*n], uint32(r), 0)
		}
		b.Inputs = append(b.Inputs, x)
	}
	for _, r := range rows {
		b.Labels = append(b.Labels, int32(r%10))
	}
	return nil
}

// machine sets up the first train block of a program.
func machine(b *testing.B, path string, sets []string) (*dcu.Machine, *dcu.Batch) {
	b.Helper()
	p, err := job.Open(path, sets)
	if err != nil {
		b.Fatal(err)
	}
	models, diags := p.Models()
	if diags.HasErrors() {
		b.Fatal(diags.Errors()[0])
	}
	if refused := p.Refused(models); refused.HasErrors() {
		b.Fatal(refused[0])
	}
	f := models[0].Fabric()
	pool := kernel.NewPool(0)
	b.Cleanup(pool.Close)
	m, err := dcu.New(dcu.Config{Program: f, Pool: pool, Seed: f.Learn.Seed})
	if err != nil {
		b.Fatal(err)
	}
	t := &dcu.Trainer{Machine: m, Data: drawn{f}}
	first, err := t.First()
	if err != nil {
		b.Fatal(err)
	}
	if err := m.Setup(nil, first); err != nil {
		b.Fatal(err)
	}
	return m, first
}

// BenchmarkStep times one training step of a batch. The rate is small, so that a
// run of any length stays finite on rows without a pattern; pulses in place depend on
// it, and have that of the peer's benchmark, between bounds that keep them finite.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name, path string
		sets       []string
	}{
		{"digits/fabric45", "digits", nil},
		{"digits/ideal", "digits", ideal},
		{"lenet/fabric45", "lenet_mnist", nil},
		{"lenet/ideal", "lenet_mnist", ideal},
		{"resnet18/fabric45", "resnet18_cifar10", nil},
		{"resnet18/ideal", "resnet18_cifar10", ideal},
		{"resnet18_stem/fabric45", "resnet18_cifar_stem", nil},
		{"resnet18_stem/ideal", "resnet18_cifar_stem", ideal},
		{"resnet18_256/fabric45", "resnet18_256", nil},
		{"resnet18_256/ideal", "resnet18_256", ideal},
		{"digits/pulsed", "digits_ibm", nil},
		{"lenet/pulsed", "lenet_ibm", nil},
		{"resnet18/pulsed", "resnet18_ibm", nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, batch := machine(b, "../programs/"+c.path+".acl", c.sets)
			pull := dcu.PullAt(&m.Program().Learn.Optimizer, 0, dcu.Horizon{})
			if pull.Rate = 1e-4; m.Program().Plan.Update == "pulsed" {
				pull.Rate = 0.01
			}
			step := func() {
				if _, err := m.Step(batch, pull); err != nil {
					b.Fatal(err)
				}
			}
			step() // buffers grow to their size
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			b.ReportMetric(float64(batch.N*b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
