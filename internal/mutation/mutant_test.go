package mutation

import (
	"slices"

	"acl/lang/sig"
)

// mutant is a unit whose rule of shapes is broken.
type mutant struct {
	name string // what is wrong with it
	unit *sig.Primitive
}

// refusals are the codes by which each unit's rule refuses. Those that are not
// here take every shape that a program can give them.
var refusals = map[string][]string{
	"nn.conv":           {"E0301"},
	"nn.dense":          {"E0301"},
	"nn.maxpool":        {"E0301", "E0305"},
	"nn.avgpool":        {"E0301", "E0305"},
	"nn.global_avgpool": {"E0301"},
	"nn.mean":           {"E0304"},
	"nn.reshape":        {"E0305"},
	"nn.slice":          {"E0304", "E0305"},
	"nn.concat":         {"E0301", "E0304"},
	"nn.add":            {"E0301"},
	"nn.mul":            {"E0301"},
	"nn.sub":            {"E0301"},
	"nn.batchnorm":      {"E0301"},
	"nn.layernorm":      {"E0301"},
	"nn.similarity":     {"E0301"},
	"nn.aggregate":      {"E0301"},
	"analog.add":        {"E0301"},
	"analog.mul":        {"E0301"},
	"analog.max":        {"E0301"},
	"analog.sub":        {"E0301"},
	"analog.div":        {"E0301"},
	"analog.compare":    {"E0301"},
}

// alteration makes what a rule gives wrong; only names the units that give it, all
// where there is none.
type alteration struct {
	name  string
	only  []string
	alter func(r *sig.Result)
}

var (
	matrices  = []string{"nn.conv", "nn.dense"}
	parameter = []string{"nn.conv", "nn.dense", "nn.batchnorm", "nn.layernorm", "nn.position"}
	products  = []string{"nn.conv", "nn.dense", "nn.similarity", "nn.aggregate"}
	norms     = []string{"nn.batchnorm", "nn.layernorm"}
)

var alterations = []alteration{
	{"the first axis has one more", nil, func(r *sig.Result) { r.Out = longer(r.Out, 0) }},
	{"the last axis has one more", nil, func(r *sig.Result) { r.Out = longer(r.Out, len(r.Out)-1) }},
	{"a tensor has one row more", parameter, tensors(func(t *sig.Tensor) { t.Shape = longer(t.Shape, 0) })},
	{"a tensor has one column more", matrices, tensors(func(t *sig.Tensor) { t.Shape = longer(t.Shape, len(t.Shape)-1) })},
	{"the last tensor is missing", parameter, func(r *sig.Result) { r.Params = r.Params[:len(r.Params)-1] }},
	{"weights start narrower", matrices, tensors(func(t *sig.Tensor) { t.FanIn++ })},
	{"tensors start higher", norms, tensors(func(t *sig.Tensor) { t.Init++ })},
	{"one product more", products, func(r *sig.Result) { r.MACs++ }},
	{"the scale is not settled", []string{"nn.similarity"}, func(r *sig.Result) { r.Args = nil }},
}

// mutants are the ways to break the rule of a unit.
func mutants(p *sig.Primitive) []mutant {
	var list []mutant
	for _, code := range refusals[p.Name] {
		list = append(list, mutant{"what " + code + " refuses passes", permissive(p, code)})
	}
	for _, a := range alterations {
		if a.only == nil || slices.Contains(a.only, p.Name) {
			list = append(list, mutant{a.name, altered(p, a.alter)})
		}
	}
	return list
}

// permissive is a unit that lets pass what its rule refuses by a code, in the shape
// in which it came.
func permissive(p *sig.Primitive, code string) *sig.Primitive {
	return inferring(p, func(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
		r, err := p.Infer(in, args)
		if err != nil && err.Code == code {
			return sig.Result{Out: slices.Clone(in[0])}, nil
		}
		return r, err
	})
}

// altered is a unit whose rule refuses as before, and gives something else.
func altered(p *sig.Primitive, alter func(r *sig.Result)) *sig.Primitive {
	return inferring(p, func(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
		r, err := p.Infer(in, args)
		if err == nil {
			alter(&r)
		}
		return r, err
	})
}

func inferring(p *sig.Primitive, infer func([]sig.Shape, []sig.Value) (sig.Result, *sig.ShapeError)) *sig.Primitive {
	other := *p
	other.Infer = infer
	return &other
}

// longer is a shape with one more along an axis, where its length is known.
func longer(s sig.Shape, axis int) sig.Shape {
	s = slices.Clone(s)
	if axis >= 0 && axis < len(s) && s[axis] != sig.Unknown {
		s[axis]++
	}
	return s
}

func tensors(alter func(t *sig.Tensor)) func(r *sig.Result) {
	return func(r *sig.Result) {
		for i := range r.Params {
			alter(&r.Params[i])
		}
	}
}
