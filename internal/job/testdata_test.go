package job_test

import (
	"strings"
	"testing"

	"acl/internal/job"
	"acl/lang/source"
)

const testedElsewhere = `acl 1;
use std.nn; use std.data; use std.chips;
module Small {
  in  x: [1, 8, 8];
  out y: [10];
  route x -> nn.flatten() -> nn.dense(10) -> y;
}
train Small on chips.ideal {
  data: data.digits(limit = 64); loss: nn.cross_entropy(y, label); steps: 1;
  test { data: OTHER; }
}
`

// The data of `test.data` are what a training is tested on; what does not fit is
// refused at the setting.
func TestOtherData(t *testing.T) {
	for other, want := range map[string]any{
		"data.digits(limit = 20)": 20, "data.digits()": 359, "data.table(input = [[0, 1]], label = [0])": "E0613",
	} {
		p := job.Compile(source.NewFile("small.acl", strings.Replace(testedElsewhere, "OTHER", other, 1)), nil)
		models, diags := p.Models()
		if diags.HasErrors() {
			t.Fatal(diags.Errors()[0])
		}
		r, diags, err := p.Train(t.Context(), models[0], job.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := want.(int); ok && (r == nil || r.Score.N != n) {
			t.Errorf("%s: tested on %v, want %d rows", other, r, n)
		} else if !ok && (len(diags) != 1 || string(diags[0].Code) != want) {
			t.Errorf("%s: %v, want %v", other, diags, want)
		}
	}
}
