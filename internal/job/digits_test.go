package job_test

import (
	"context"
	"testing"

	"acl/fabric/kernel"
	"acl/internal/job"
)

// train runs the one train block of a program.
func train(t *testing.T, path string, sets ...string) *job.Result {
	t.Helper()
	p, err := job.Open(path, sets)
	if err != nil {
		t.Fatal(err)
	}
	models, diags := p.Models()
	if len(diags) > 0 {
		t.Fatalf("%s: %v", path, diags[0])
	}
	if refused := p.Refused(models); len(refused) > 0 {
		t.Fatalf("%s: %v", path, refused[0])
	}
	pool := kernel.NewPool(0)
	defer pool.Close()
	r, diags, err := p.Train(context.Background(), models[0], job.Options{Pool: pool})
	if err != nil || len(diags) > 0 {
		t.Fatalf("%s: %v %v", path, err, diags)
	}
	return r
}

// The main job: the digits network learns on the noisy chip and on the ideal one.
// docs/results.md has the figures of five seeds; one of each is enough here.
func TestDigits(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds: not in -short")
	}
	for _, c := range []struct {
		name string
		sets []string
		want float64
	}{{"noisy", nil, 0.96}, {"ideal", []string{"ideal=true"}, 0.975}} {
		r := train(t, "../../programs/digits.acl", c.sets...)
		if r.Score.Top1 < c.want || r.Score.Top5 < r.Score.Top1 || r.Clean.Top5 < r.Clean.Top1 {
			t.Errorf("%s: top-1 %.4f and top-5 %.4f, clean %.4f and %.4f, want top-1 of %.3f", c.name,
				r.Score.Top1, r.Score.Top5, r.Clean.Top1, r.Clean.Top5, c.want)
		}
	}
}

// The other programs reach what they were written for.
func TestPrograms(t *testing.T) {
	if r := train(t, "../../programs/xor.acl"); !r.Stopped || r.Score.Loss > 0.05 {
		t.Errorf("xor ends with a loss of %.4f, stopped %v", r.Score.Loss, r.Stopped)
	}
	if testing.Short() {
		t.Skip("trains the autoencoder: not in -short")
	}
	if r := train(t, "../../programs/autoencoder.acl"); r.Score.Loss > 0.05 {
		t.Errorf("the autoencoder ends with a loss of %.4f", r.Score.Loss)
	}
}

// The digits on the published cell: pulses in place reach what its own simulator
// reaches with them (90.9 % over three seeds), and two arrays do better.
func TestDigitsByPulses(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds: not in -short")
	}
	for _, c := range []struct {
		program string
		want    float64
	}{{"digits_ibm", 0.909}, {"digits_two_array", 0.95}} {
		if r := train(t, "../../programs/"+c.program+".acl"); r.Score.Top1 < c.want {
			t.Errorf("%s: top-1 %.4f, want %.3f", c.program, r.Score.Top1, c.want)
		}
	}
}
