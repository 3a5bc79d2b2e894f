package dcu

import (
	"math"
	"testing"

	"acl/fabric"
)

// TestCourses holds the courses to torch.optim.lr_scheduler of PyTorch 2.10.0: OneCycleLR(SGD(momentum=0.9), 0.1, total_steps=10)
// and its cycle of the momentum from 0.95 to 0.85 and back, and MultiStepLR([1, 3], 0.1) from 0.5.
func TestCourses(t *testing.T) {
	for name, c := range map[string]struct {
		course fabric.Course
		h      Horizon
		want   []float64
	}{
		"rate of one cycle": {
			fabric.Course{Kind: "one_cycle", Value: 0.1, From: 0.1 / 25, To: 0.1 / 250000, Warmup: 0.3}, Horizon{5, 10},
			[]float64{0.004, 0.052, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107,
				0.0188258346050237, 0.004951936798652629, 4e-7},
		},
		"momentum of one cycle": {
			fabric.Course{Kind: "one_cycle", Value: 0.85, From: 0.95, To: 0.95, Warmup: 0.3}, Horizon{5, 10},
			[]float64{0.95, 0.9, 0.85, 0.854951556604879, 0.8688255099070633, 0.8888739533021842, 0.9111260466978157,
				0.9311744900929366, 0.945048443395121, 0.95},
		},
		"steps": {
			fabric.Course{Kind: "steps", Value: 0.5, Factor: 0.1, At: []int{1, 3}}, Horizon{2, 8},
			[]float64{0.5, 0.5, 0.05, 0.05, 0.05, 0.05, 0.005, 0.005},
		},
		"cosine after a linear climb": {
			fabric.Course{Kind: "cosine", Value: 0.4, To: 0.2, Warmup: 0.5}, Horizon{4, 8},
			[]float64{0.1, 0.2, 0.3, 0.4, 0.4, 0.2 + 0.1*(1+math.Sqrt2/2), 0.3, 0.2 + 0.1*(1-math.Sqrt2/2)},
		},
	} {
		least, most := math.Inf(1), 0.0
		for i, want := range c.want {
			got := CourseAt(&c.course, i, c.h)
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %.17g in step %d, want %.17g", name, got, i, want)
			}
			least, most = min(least, got), max(most, got)
		}
		if low, high := c.course.Span(); low > least || high < most-1e-15 {
			t.Errorf("%s: a span of %g to %g, which leaves out %g to %g", name, low, high, least, most)
		}
	}
}
