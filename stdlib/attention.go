package stdlib

import (
	"math"

	"acl/lang/sig"
)

func attention() []*sig.Primitive {
	return []*sig.Primitive{
		{
			Name: "nn.similarity", Doc: "scale q k': the products of every row of q with every row of k",
			Params: []sig.Param{
				optional("scale", sig.Type{Kind: sig.KindNumber}, "1 / sqrt(d)", "factor of the products"),
				param("by", oneOf("multiplier", "tile"), sig.Word("multiplier"), "voltage multipliers, or k written into a tile"),
			},
			In: sig.Inputs{Ports: []string{"q", "k"}}, Out: "y", Class: "attention",
			Keep: sig.Keep{X: []int{0, 1}}, Infer: inferSimilarity,
		},
		{
			Name: "nn.aggregate", Doc: "w v: the rows of v, weighted by each row of w",
			In: sig.Inputs{Ports: []string{"w", "v"}}, Out: "y", Class: "attention",
			Keep: sig.Keep{X: []int{0, 1}}, Infer: inferAggregate,
		},
	}
}

// matrixDims are the two dimensions of a matrix, Unknown where its rank is.
func matrixDims(s sig.Shape) (rows, cols int) {
	if s == nil {
		return sig.Unknown, sig.Unknown
	}
	return s[0], s[1]
}

func inferSimilarity(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	if err := rank("q", in[0], 2, "[T, d]"); err != nil {
		return sig.Result{}, err
	}
	if err := rank("k", in[1], 2, "[S, d]"); err != nil {
		return sig.Result{}, err
	}
	t, dq := matrixDims(in[0])
	s, dk := matrixDims(in[1])
	d, same := agree(dq, dk)
	if !same {
		return sig.Result{}, wrong("k", in[1], "[S, %d] as q is %s", dq, Print(in[0]))
	}
	r := sig.Result{Out: sig.Shape{t, s}, MACs: count(t, s, d)}
	if args[0] == nil && d > 0 {
		r.Args = []sig.Value{sig.Float(1 / math.Sqrt(float64(d))), args[1]}
	}
	return r, nil
}

func inferAggregate(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	if err := rank("w", in[0], 2, "[T, S]"); err != nil {
		return sig.Result{}, err
	}
	if err := rank("v", in[1], 2, "[S, d]"); err != nil {
		return sig.Result{}, err
	}
	t, sw := matrixDims(in[0])
	sv, d := matrixDims(in[1])
	s, same := agree(sw, sv)
	if !same {
		return sig.Result{}, wrong("v", in[1], "[%d, d] as w is %s", sw, Print(in[0]))
	}
	return sig.Result{Out: sig.Shape{t, d}, MACs: count(t, s, d)}, nil
}
