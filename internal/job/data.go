package job

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/dataset"
	"acl/ir"
	"acl/lang/sig"
)

// request turns a call of std.data into what package dataset opens.
func request(call sig.Call, dirs []string) dataset.Request {
	r := dataset.Request{Kind: dataset.Kind(strings.TrimPrefix(call.Func.Name, "data.")), SearchDirs: dirs}
	for i, p := range call.Func.Params {
		v := call.Args[i]
		if v == nil {
			continue
		}
		switch p.Name {
		case "limit":
			r.Limit = int(v.(sig.Int))
		case "resize":
			s := v.(sig.Size)
			r.Resize = [2]int{s.H, s.W}
		case "normalize":
			r.Normalize = bool(v.(sig.Bool))
		case "augment":
			r.Augment = augments(v)
		case "target":
			r.Table.Target = matrix(v)
		case "input":
			if s, ok := v.(sig.String); ok {
				r.Paths = append(r.Paths, string(s))
			} else {
				r.Table.Input = matrix(v)
			}
		case "label":
			if s, ok := v.(sig.String); ok {
				r.Paths = append(r.Paths, string(s))
			} else {
				r.Table.Label = row(v)
			}
		default:
			if s, ok := v.(sig.String); ok {
				r.Paths = append(r.Paths, string(s))
			}
		}
	}
	return r
}

func augments(v sig.Value) []dataset.Augment {
	var out []dataset.Augment
	list, _ := v.(sig.List)
	for _, e := range list {
		call, ok := e.(sig.Call)
		if !ok {
			continue
		}
		a := dataset.Augment{Op: dataset.Op(strings.TrimPrefix(call.Func.Name, "data."))}
		for i, p := range call.Func.Params {
			switch p.Name {
			case "n":
				a.N = int(call.Args[i].(sig.Int))
			case "fill":
				a.Mean = call.Args[i] == sig.Value(sig.Word("mean"))
			}
		}
		out = append(out, a)
	}
	return out
}

func matrix(v sig.Value) [][]float64 {
	list, _ := v.(sig.List)
	out := make([][]float64, len(list))
	for i, e := range list {
		out[i] = row(e)
	}
	return out
}

func row(v sig.Value) []float64 {
	list, ok := v.(sig.List)
	if !ok {
		return []float64{number(v)}
	}
	out := make([]float64, len(list))
	for i, e := range list {
		out[i] = number(e)
	}
	return out
}

func number(v sig.Value) float64 {
	switch v := v.(type) {
	case sig.Int:
		return float64(v)
	case sig.Float:
		return float64(v)
	}
	return 0
}

// rows feeds a machine from an open data set.
type rows struct {
	set  *dataset.Set
	prog *fabric.Program
	seed uint64
	draw dataset.Draw
}

// newRows fits a data set to a program.
func newRows(set *dataset.Set, p *fabric.Program, seed uint64) (*rows, error) {
	if err := fits(set.Info, p); err != nil {
		return nil, err
	}
	r := &rows{set: set, prog: p, seed: seed}
	r.draw = func(epoch, row, k int) float64 {
		key := kernel.NewKey(seed, 0, kernel.PathHash("augment"), uint32(k), uint64(epoch))
		return float64(key.Bits(0, uint32(row))) / (1 << 32)
	}
	return r, nil
}

// fits checks that the fields which ports and losses take are there, with as many
// elements, and that labels are classes of the output.
func fits(set dataset.Info, p *fabric.Program) error {
	fields := map[string][]int{}
	for _, f := range set.Fields() {
		fields[f.Name] = f.Shape
	}
	have := set.Fields()
	for _, in := range p.Inputs {
		shape, ok := fields[in.Field]
		if !ok {
			return fmt.Errorf("the data have no field `%s` for the port %s: they have %s", in.Field, in.Name, fieldNames(have))
		}
		if want := p.Values[in.Value].Elements(); product(shape) != want {
			return fmt.Errorf("the port %s takes %s, %d elements, and the data's `%s` is %s, %d elements",
				in.Name, ir.ShapeText(p.Values[in.Value].Shape), want, in.Field, ir.ShapeText(shape), product(shape))
		}
	}
	if p.Learn == nil {
		return nil
	}
	return fitLosses(set, p, p.Learn.Losses)
}

func fitLosses(set dataset.Info, p *fabric.Program, losses []fabric.LossTerm) error {
	fields := map[string][]int{}
	for _, f := range set.Fields() {
		fields[f.Name] = f.Shape
	}
	for _, l := range losses {
		if l.TargetValue != fabric.NoValue {
			continue
		}
		shape, ok := fields[l.Target]
		if !ok {
			return fmt.Errorf("the data have no field `%s` for the loss: they have %s", l.Target, fieldNames(set.Fields()))
		}
		want := p.Values[l.Pred].Elements()
		if l.Op == "nn.cross_entropy" {
			if set.Classes > want {
				return fmt.Errorf("the data have %d classes, and the loss compares %d outputs", set.Classes, want)
			}
			continue
		}
		if product(shape) != want {
			return fmt.Errorf("the loss compares %d outputs with `%s`, which has %d elements", want, l.Target, product(shape))
		}
		if l.Target == "input" && !slices.ContainsFunc(p.Inputs, func(in fabric.ValuePort) bool { return in.Field == l.Target }) {
			return fmt.Errorf("the loss compares with `input`, which feeds no port: compare with the port that it should feed")
		}
	}
	return nil
}

func fieldNames(fields []dataset.Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func (r *rows) part(p dcu.Part) *dataset.Part {
	if p == dcu.TrainPart {
		return r.set.Train
	}
	return r.set.Test
}

// Rows is the number of rows of a part.
func (r *rows) Rows(p dcu.Part) int { return r.part(p).Len() }

// Load fills a batch.
func (r *rows) Load(b *dcu.Batch, p dcu.Part, list []int, epoch int) error {
	b.N = len(list)
	if len(b.Inputs) != len(r.prog.Inputs) {
		b.Inputs = make([][]float32, len(r.prog.Inputs))
	}
	part := r.part(p)
	for i, in := range r.prog.Inputs {
		n := r.prog.Values[in.Value].Elements()
		b.Inputs[i] = sized(b.Inputs[i], n*len(list))
		for k, row := range list {
			r.fill(b.Inputs[i][k*n:(k+1)*n], part, in.Field, row, epoch, p)
		}
	}
	if r.set.HasLabel {
		b.Labels = b.Labels[:0]
		for _, row := range list {
			b.Labels = append(b.Labels, part.Label(row))
		}
	}
	if r.set.HasTarget {
		w := product(r.set.TargetShape)
		b.Targets = sized(b.Targets, w*len(list))
		for k, row := range list {
			part.Target(b.Targets[k*w:(k+1)*w], row)
		}
	}
	return nil
}

func (r *rows) fill(dst []float32, part *dataset.Part, field string, row, epoch int, p dcu.Part) {
	switch field {
	case "label":
		dst[0] = float32(part.Label(row))
	case "target":
		part.Target(dst, row)
	default:
		if p == dcu.TrainPart {
			part.Augmented(dst, row, epoch, r.draw)
		} else {
			part.Input(dst, row)
		}
	}
}

func sized(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// openData reads the data set of a block. What reading it has used goes back to the
// system before weights and values are made.
func openData(ctx context.Context, call sig.Call, dirs []string) (*dataset.Set, error) {
	defer debug.FreeOSMemory()
	return dataset.Open(ctx, request(call, dirs))
}
