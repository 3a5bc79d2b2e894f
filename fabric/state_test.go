package fabric

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counter keeps one number, which it lists by hand.
type counter struct{ n int64 }

func (c *counter) State() []Field { return []Field{{"n", &c.n}} }

type place struct {
	Step int  `state:"step"`
	Done bool `state:"done"`
}

type keeper struct {
	Clock  float64   `state:"clock"`
	Seed   uint64    `state:"seed"`
	Cells  []float32 `state:"cells"`
	Place  place     `state:"place"`
	Next   *place    `state:"next"`
	None   *place    `state:"none"`
	Rows   [2][]int  `state:"row"`
	Count  *counter  `state:"count"`
	Many   []place   `state:"many"`
	length int       `state:"-"`
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

func TestFieldsNames(t *testing.T) {
	k := &keeper{Next: &place{}, Count: &counter{}, Many: make([]place, 2), length: 1}
	want := strings.Fields(`clock seed cells place.step place.done next.step next.done row[0] row[1] count.n
		many[0].step many[0].done many[1].step many[1].done`)
	if d := cmp.Diff(want, names(Fields(k))); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// A field is the place that a checkpoint is read into, not a copy of it.
func TestFieldsPointIntoTheStruct(t *testing.T) {
	k := &keeper{Next: &place{}, Count: &counter{}, Many: make([]place, 1)}
	for _, f := range Fields(k) {
		switch p := f.Ptr.(type) {
		case *int:
			*p = 7
		case *int64:
			*p = 8
		case *bool:
			*p = true
		case *[]float32:
			*p = []float32{1}
		}
	}
	set := place{7, true}
	if k.Place != set || *k.Next != set || k.Many[0] != set || k.Count.n != 8 || len(k.Cells) != 1 {
		t.Errorf("fields written through: %+v, next %+v, count %+v", k, k.Next, k.Count)
	}
}

func TestFieldsRefuses(t *testing.T) {
	type untagged struct {
		Kept int `state:"kept"`
		Lost int
	}
	type hidden struct {
		kept int `state:"kept"`
	}
	type table struct {
		Kept map[string]int `state:"kept"`
	}
	type inner struct {
		Parts []untagged `state:"part"`
	}
	for _, c := range []struct {
		name string
		ptr  any
		want string
	}{
		{"a field without a tag", &untagged{}, "fabric.untagged.Lost has no state tag"},
		{"one further in", &inner{Parts: make([]untagged, 1)}, "fabric.untagged.Lost has no state tag"},
		{"a kept field that is not exported", &hidden{kept: 1}, "fabric.hidden.kept is kept but not exported"},
		{"a type that no checkpoint holds", &table{}, "cannot keep kept of type map[string]int"},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				got, _ := recover().(string)
				if !strings.Contains(got, c.want) {
					t.Errorf("got panic %q, want one with %q", got, c.want)
				}
			}()
			t.Errorf("listed as %v", names(Fields(c.ptr)))
		})
	}
}
