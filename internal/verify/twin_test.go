package verify

import "math"

// A float64 twin of the language's primitives, written from their definitions in
// the language's table: row-major tensors, plain loops, no code of the machine.

// tensor is a row-major tensor of one sample.
type tensor struct {
	shape []int
	v     []float64
}

func zeros(shape ...int) tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return tensor{shape, make([]float64, n)}
}

// matrix is the parameters of a unit: rows by columns, the bias row last.
type matrix struct {
	rows, cols int
	v          []float64
}

func (m matrix) at(i, j int) float64 { return m.v[i*m.cols+j] }

// window is a kernel's geometry, height and width.
type window struct{ kh, kw, sh, sw, ph, pw int }

func (w window) size(h, wd int) (int, int) {
	return (h+2*w.ph-w.kh)/w.sh + 1, (wd+2*w.pw-w.kw)/w.sw + 1
}

// each calls f for every pair of an output and the input under one of its taps;
// inside tells padding from the image.
func (w window) each(h, wd int, f func(oy, ox, ky, kx, y, x int, inside bool)) {
	oh, ow := w.size(h, wd)
	for oy := range oh {
		for ox := range ow {
			for ky := range w.kh {
				for kx := range w.kw {
					y, x := oy*w.sh-w.ph+ky, ox*w.sw-w.pw+kx
					f(oy, ox, ky, kx, y, x, y >= 0 && y < h && x >= 0 && x < wd)
				}
			}
		}
	}
}

// conv has weights with a row a tap, taps row by row and channels innermost, then
// the bias.
func conv(x tensor, m matrix, w window) tensor {
	c, h, wd := x.shape[0], x.shape[1], x.shape[2]
	oh, ow := w.size(h, wd)
	out := zeros(m.cols, oh, ow)
	bias := m.rows > w.kh*w.kw*c
	for o := range m.cols {
		for p := range oh * ow {
			if bias {
				out.v[o*oh*ow+p] = m.at(m.rows-1, o)
			}
		}
		w.each(h, wd, func(oy, ox, ky, kx, y, xx int, inside bool) {
			if !inside {
				return
			}
			for ch := range c {
				out.v[(o*oh+oy)*ow+ox] += x.v[(ch*h+y)*wd+xx] * m.at((ky*w.kw+kx)*c+ch, o)
			}
		})
	}
	return out
}

// dense works on the last axis.
func dense(x tensor, m matrix) tensor {
	d := x.shape[len(x.shape)-1]
	shape := append(append([]int(nil), x.shape[:len(x.shape)-1]...), m.cols)
	out := zeros(shape...)
	for r := range len(x.v) / d {
		for j := range m.cols {
			s := 0.0
			if m.rows > d {
				s = m.at(d, j)
			}
			for i := range d {
				s += x.v[r*d+i] * m.at(i, j)
			}
			out.v[r*m.cols+j] = s
		}
	}
	return out
}

func maxpool(x tensor, w window) tensor {
	c, h, wd := x.shape[0], x.shape[1], x.shape[2]
	oh, ow := w.size(h, wd)
	out := zeros(c, oh, ow)
	for i := range out.v {
		out.v[i] = math.Inf(-1)
	}
	for ch := range c {
		w.each(h, wd, func(oy, ox, _, _, y, xx int, inside bool) {
			if inside {
				at := (ch*oh+oy)*ow + ox
				out.v[at] = math.Max(out.v[at], x.v[(ch*h+y)*wd+xx])
			}
		})
	}
	return out
}

// avgpool counts padding as 0 and in the divisor.
func avgpool(x tensor, w window) tensor {
	c, h, wd := x.shape[0], x.shape[1], x.shape[2]
	oh, ow := w.size(h, wd)
	out := zeros(c, oh, ow)
	for ch := range c {
		w.each(h, wd, func(oy, ox, _, _, y, xx int, inside bool) {
			if inside {
				out.v[(ch*oh+oy)*ow+ox] += x.v[(ch*h+y)*wd+xx] / float64(w.kh*w.kw)
			}
		})
	}
	return out
}

func globalAvgpool(x tensor) tensor {
	y := avgpool(x, window{x.shape[1], x.shape[2], 1, 1, 0, 0})
	return tensor{x.shape[:1], y.v}
}

func each(x tensor, f func(float64) float64) tensor {
	out := zeros(x.shape...)
	for i, v := range x.v {
		out.v[i] = f(v)
	}
	return out
}

func relu(x tensor) tensor { return each(x, func(v float64) float64 { return math.Max(v, 0) }) }
func tanh(x tensor) tensor { return each(x, math.Tanh) }

// softmax is over the last axis.
func softmax(x tensor) tensor {
	d := x.shape[len(x.shape)-1]
	out := zeros(x.shape...)
	for r := range len(x.v) / d {
		sum := 0.0
		for _, v := range x.v[r*d : (r+1)*d] {
			sum += math.Exp(v)
		}
		for i, v := range x.v[r*d : (r+1)*d] {
			out.v[r*d+i] = math.Exp(v) / sum
		}
	}
	return out
}

func reshape(x tensor, shape ...int) tensor { return tensor{shape, x.v} }

// split views a shape about an axis: outer × length × inner.
func split(shape []int, axis int) (outer, length, inner int) {
	outer, inner = 1, 1
	for i, d := range shape {
		switch {
		case i < axis:
			outer *= d
		case i > axis:
			inner *= d
		}
	}
	return outer, shape[axis], inner
}

func slice(x tensor, axis, lo, hi int) tensor {
	outer, length, inner := split(x.shape, axis)
	shape := append([]int(nil), x.shape...)
	shape[axis] = hi - lo + 1
	out := tensor{shape: shape}
	for o := range outer {
		out.v = append(out.v, x.v[(o*length+lo)*inner:(o*length+hi+1)*inner]...)
	}
	return out
}

func concat(axis int, xs ...tensor) tensor {
	shape := append([]int(nil), xs[0].shape...)
	shape[axis] = 0
	for _, x := range xs {
		shape[axis] += x.shape[axis]
	}
	out := tensor{shape: shape}
	outer, _, _ := split(xs[0].shape, axis)
	for o := range outer {
		for _, x := range xs {
			_, length, inner := split(x.shape, axis)
			out.v = append(out.v, x.v[o*length*inner:(o+1)*length*inner]...)
		}
	}
	return out
}

func mean(x tensor, axis int) tensor {
	outer, length, inner := split(x.shape, axis)
	shape := append(append([]int(nil), x.shape[:axis]...), x.shape[axis+1:]...)
	out := zeros(shape...)
	for o := range outer {
		for k := range length {
			for i := range inner {
				out.v[o*inner+i] += x.v[(o*length+k)*inner+i] / float64(length)
			}
		}
	}
	return out
}

func combine(f func(a, b float64) float64, xs ...tensor) tensor {
	out := each(xs[0], func(v float64) float64 { return v })
	for _, x := range xs[1:] {
		for i, v := range x.v {
			out.v[i] = f(out.v[i], v)
		}
	}
	return out
}

func add(xs ...tensor) tensor {
	return combine(func(a, b float64) float64 { return a + b }, xs...)
}

func sub(a, b tensor) tensor {
	return combine(func(a, b float64) float64 { return a - b }, a, b)
}

func mul(xs ...tensor) tensor {
	return combine(func(a, b float64) float64 { return a * b }, xs...)
}

// meanSquare is the mean over elements of (y - t)².
func meanSquare(y, t tensor) float64 {
	sum := 0.0
	for i, v := range y.v {
		sum += (v - t.v[i]) * (v - t.v[i])
	}
	return sum / float64(len(y.v))
}

// crossEntropy is that of the softmax of logits with a label, smoothed towards
// uniform.
func crossEntropy(y tensor, label int, smoothing float64) float64 {
	k := len(y.v)
	loss := 0.0
	for j, p := range softmax(tensor{[]int{k}, y.v}).v {
		t := smoothing / float64(k)
		if j == label {
			t += 1 - smoothing
		}
		loss -= t * math.Log(p)
	}
	return loss
}

func overBatch(xs []tensor, f func(tensor) tensor) []tensor {
	out := make([]tensor, len(xs))
	for i, x := range xs {
		out[i] = f(x)
	}
	return out
}

// batchnorm normalises each channel over the batch and the image, or each feature
// over the batch. Parameters: a row of gains, a row of offsets.
func batchnorm(xs []tensor, m matrix, eps float64) []tensor {
	lanes := xs[0].shape[0]
	per := len(xs[0].v) / lanes
	out := overBatch(xs, func(x tensor) tensor { return zeros(x.shape...) })
	n := float64(len(xs) * per)
	for c := range lanes {
		var sum, square float64
		for _, x := range xs {
			for _, v := range x.v[c*per : (c+1)*per] {
				sum += v / n
			}
		}
		for _, x := range xs {
			for _, v := range x.v[c*per : (c+1)*per] {
				square += (v - sum) * (v - sum) / n
			}
		}
		for i, x := range xs {
			for k := c * per; k < (c+1)*per; k++ {
				out[i].v[k] = (x.v[k]-sum)/math.Sqrt(square+eps)*m.at(0, c) + m.at(1, c)
			}
		}
	}
	return out
}

// layernorm normalises over the last axis.
func layernorm(x tensor, m matrix, eps float64) tensor {
	d := x.shape[len(x.shape)-1]
	out := zeros(x.shape...)
	for r := 0; r < len(x.v); r += d {
		var sum, square float64
		for _, v := range x.v[r : r+d] {
			sum += v / float64(d)
		}
		for _, v := range x.v[r : r+d] {
			square += (v - sum) * (v - sum) / float64(d)
		}
		for i, v := range x.v[r : r+d] {
			out.v[r+i] = (v-sum)/math.Sqrt(square+eps)*m.at(0, i) + m.at(1, i)
		}
	}
	return out
}

// similarity is scale q k'.
func similarity(q, k tensor, scale float64) tensor {
	out := zeros(q.shape[0], k.shape[0])
	d := q.shape[1]
	for i := range q.shape[0] {
		for j := range k.shape[0] {
			for c := range d {
				out.v[i*k.shape[0]+j] += scale * q.v[i*d+c] * k.v[j*d+c]
			}
		}
	}
	return out
}

// aggregate is w v.
func aggregate(w, v tensor) tensor {
	out := zeros(w.shape[0], v.shape[1])
	for i := range w.shape[0] {
		for j := range v.shape[0] {
			for c := range v.shape[1] {
				out.v[i*v.shape[1]+c] += w.v[i*v.shape[0]+j] * v.v[j*v.shape[1]+c]
			}
		}
	}
	return out
}
