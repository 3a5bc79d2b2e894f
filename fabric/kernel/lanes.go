package kernel

// Element-wise kernels. All slices have the length of y (of x where there is no
// y); y may be one of the operands.

// Add writes a+b to y.
func Add(p *Pool, y, a, b []float32) { lanes{op: opAdd, y: y, a: a, b: b}.run(p) }

// Sub writes a-b to y.
func Sub(p *Pool, y, a, b []float32) { lanes{op: opSub, y: y, a: a, b: b}.run(p) }

// Mul writes a·b to y.
func Mul(p *Pool, y, a, b []float32) { lanes{op: opMul, y: y, a: a, b: b}.run(p) }

// AddInto adds a to y.
func AddInto(p *Pool, y, a []float32) { lanes{op: opAddInto, y: y, a: a}.run(p) }

// AddScaled adds k·a to y.
func AddScaled(p *Pool, y, a []float32, k float32) { lanes{op: opAddScaled, y: y, a: a, k: k}.run(p) }

// Scale multiplies y by k.
func Scale(p *Pool, y []float32, k float32) {
	if k != 1 {
		lanes{op: opScale, y: y, k: k}.run(p)
	}
}

// Copy writes k·x to y.
func Copy(p *Pool, y, x []float32, k float32) {
	lanes{op: opCopy, y: y[:len(x)], a: x, k: k}.run(p)
}

// ScaleSamples multiplies each sample of y, perSample elements, by its k.
func ScaleSamples(p *Pool, y, k []float32, perSample int) {
	lanes{op: opScaleSamples, y: y, a: k, period: perSample}.run(p)
}

// ReLU writes max(x - dead, 0) to y.
func ReLU(p *Pool, y, x []float32, dead float32) { lanes{op: opReLU, y: y, a: x, k: dead}.run(p) }

// MaskGrad writes dy to dx where y is above its lane's threshold, else 0. Element
// i has lane i mod lanes; offset is one threshold a lane, nil for 0.
func MaskGrad(p *Pool, dx, dy, y []float32, offset []float32, lanesPerRow int) {
	lanes{op: opMask, y: dx, a: dy, b: y, c: offset, period: lanesPerRow}.run(p)
}

// Exp writes e^x to y, within 2e-7 of the value; 0 below the smallest normal
// number.
func Exp(p *Pool, y, x []float32) { lanes{op: opExp, y: y, a: x}.run(p) }

// Tanh writes tanh x to y, within 2e-7 of the value.
func Tanh(p *Pool, y, x []float32) { lanes{op: opTanh, y: y, a: x}.run(p) }

// Disturb adds sigma times normal numbers of k's stream to samples of perSample elements,
// which count from first on: element i of a sample has number i.
func Disturb(p *Pool, y []float32, perSample int, sigma float32, k Key, first uint32) {
	(&Behind{Factor: 1, Gain: 1, Sigma: sigma, Key: k, First: first, PerSample: perSample}).Pass(p, y)
}

// Clip limits x to ±limit (none where it is not positive) and returns how many
// elements it changed.
func Clip(p *Pool, x []float32, limit float32) (clipped int64) {
	if !(limit > 0) {
		return 0
	}
	return (&Behind{Factor: 1, Gain: 1, Rail: limit}).Pass(p, x).Clipped
}

// Quantize limits x to ±limit (none where it is not positive) and rounds it to
// multiples of step (not where that is not positive), halves to the even one.
func Quantize(p *Pool, x []float32, step, limit float32) {
	if limit > 0 || step > 0 {
		(&Behind{Factor: 1, Gain: 1, Step: step, Full: limit}).Pass(p, x)
	}
}

type laneOp uint8

const (
	opAdd laneOp = iota
	opSub
	opMul
	opAddInto
	opAddScaled
	opScale
	opCopy
	opScaleSamples
	opReLU
	opMask
	opExp
	opTanh
	opBlend
	opMake
	opNone
)

// laneCost is the work of an element in multiply-adds where moving it takes the
// time.
const laneCost = 4

// cost is the work of an element in multiply-adds.
func (o laneOp) cost() int {
	switch o {
	case opExp, opTanh:
		return 128
	}
	return laneCost
}

// lanes is an element-wise job.
type lanes struct {
	op         laneOp
	y, a, b, c []float32
	k, j       float32
	make       func(lo, hi int)
	period     int
}

func (l lanes) run(p *Pool) {
	n := len(l.y)
	if p.alone(n, n*l.op.cost()) {
		l.part(0, n)
		return
	}
	launch(p, &p.slots.lanes, l, n)
}

func (l *lanes) part(lo, hi int) {
	y := l.y[lo:hi]
	switch l.op {
	case opAdd, opSub, opMul:
		l.binary(y, l.a[lo:hi], l.b[lo:hi])
	case opAddInto:
		add(y, y, l.a[lo:hi])
	case opAddScaled:
		addScaled(y, l.a[lo:hi], l.k)
	case opScale:
		scale(y, l.k)
	case opCopy:
		copyScaled(y, l.a[lo:hi], l.k)
	case opScaleSamples:
		l.scaleSamples(lo, hi)
	case opMask:
		l.mask(lo, hi)
	case opBlend:
		l.blend(y, l.a[lo:hi], l.b[lo:hi])
	case opMake:
		l.make(lo, hi)
	case opNone:
	default:
		l.function(y, l.a[lo:hi])
	}
}

func copyScaled(y, x []float32, k float32) {
	if k == 1 {
		copy(y, x)
		return
	}
	times(y, x, k)
}

func (l *lanes) binary(y, a, b []float32) {
	switch l.op {
	case opAdd:
		add(y, a, b)
	case opSub:
		sub(y, a, b)
	case opMul:
		mul(y, a, b)
	}
}

func (l *lanes) blend(y, a, b []float32) {
	if l.k == 1 && l.j == 1 {
		add(y, a, b)
		return
	}
	copyScaled(y, a, l.k)
	addScaled(y, b, l.j)
}

func (l *lanes) function(y, x []float32) {
	x = x[:len(y)]
	switch l.op {
	case opReLU:
		relu(y, x, l.k)
	case opExp:
		for i, v := range x {
			y[i] = exp(v)
		}
	case opTanh:
		for i, v := range x {
			y[i] = tanh(v)
		}
	}
}

func (l *lanes) scaleSamples(lo, hi int) {
	for lo < hi {
		s := lo / l.period
		end := min((s+1)*l.period, hi)
		scale(l.y[lo:end], l.a[s])
		lo = end
	}
}

func (l *lanes) mask(lo, hi int) {
	if l.c == nil {
		mask(l.y[lo:hi], l.a[lo:hi], l.b[lo:hi], 0)
		return
	}
	for lo < hi {
		lane := lo % l.period
		end := min(lo+l.period-lane, hi)
		maskOver(l.y[lo:end], l.a[lo:end], l.b[lo:end], l.c[lane:])
		lo = end
	}
}
