package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

var windows = []Window{
	{N: 2, H: 8, W: 8, C: 3, KH: 2, KW: 2, SH: 2, SW: 2},
	{N: 3, H: 7, W: 5, C: 70, KH: 3, KW: 2, SH: 2, SW: 1, PH: 1, PW: 1},
	{N: 1, H: 4, W: 6, C: 5, KH: 4, KW: 6, SH: 1, SW: 1},
	{N: 2, H: 7, W: 8, C: 9, KH: 2, KW: 3, SH: 3, SW: 3},
	{N: 9, H: 16, W: 16, C: 8, KH: 3, KW: 3, SH: 2, SW: 2, PH: 1, PW: 1},
}

func (w Window) sized() Window {
	w.OH, w.OW = (w.H+2*w.PH-w.KH)/w.SH+1, (w.W+2*w.PW-w.KW)/w.SW+1
	return w
}

// visit calls f for each output and each element of its window inside the image,
// in row order: out indexes the outputs, in the images, both of all samples.
func (w Window) visit(f func(out, in int)) {
	for out := range w.N * w.OH * w.OW * w.C {
		c, ox, oy, s := out%w.C, out/w.C%w.OW, out/w.C/w.OW%w.OH, out/w.C/w.OW/w.OH
		for k := range w.KH * w.KW {
			iy, ix := oy*w.SH-w.PH+k/w.KW, ox*w.SW-w.PW+k%w.KW
			if iy >= 0 && iy < w.H && ix >= 0 && ix < w.W {
				f(out, ((s*w.H+iy)*w.W+ix)*w.C+c)
			}
		}
	}
}

func TestMaxPool(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	for _, w := range windows {
		w = w.sized()
		size, outs := w.H*w.W*w.C, w.N*w.OH*w.OW*w.C
		x, dy := random(r, w.N*size), random(r, outs)
		for i := range x {
			x[i] = float32(math.Round(float64(x[i])*8)) / 8 // ties
		}
		for _, jitter := range [][]float32{nil, random(r, size)} {
			y, dx, win := make([]float32, outs), make([]float32, len(x)), make([]int, outs)
			best := make([]float32, outs)
			w.visit(func(out, in int) {
				v := x[in]
				if jitter != nil {
					v += jitter[in%size]
				}
				if win[out] == 0 || v > best[out] {
					y[out], best[out], win[out] = x[in], v, in+1
				}
			})
			for i, in := range win {
				dx[in-1] += dy[i]
			}
			for _, p := range pools(t) {
				gy, gwin, gdx := random(r, outs), make([]int32, outs), random(r, len(x))
				MaxPool(p, gy, gwin, x, &w, jitter)
				sameBits(t, "MaxPool", gy, y)
				for i, k := range gwin {
					if int(k) != (win[i]-1)%size {
						t.Fatalf("winner of %d is %d, want %d", i, k, (win[i]-1)%size)
					}
				}
				MaxPoolGrad(p, gdx, dy, gwin, &w)
				sameBits(t, "MaxPoolGrad", gdx, dx)
			}
		}
	}
}

// TestMaxPoolPadding: a window of which only the padding would be larger keeps its
// own negative element, and one wholly in the padding has no winner.
func TestMaxPoolPadding(t *testing.T) {
	w := Window{N: 1, H: 1, W: 1, C: 1, KH: 1, KW: 1, SH: 1, SW: 1, PH: 1, PW: 1, OH: 3, OW: 3}
	y, win, dx := make([]float32, 9), make([]int32, 9), make([]float32, 1)
	MaxPool(nil, y, win, []float32{-2}, &w, nil)
	for i := range y {
		want, at := float32(0), int32(-1)
		if i == 4 {
			want, at = -2, 0
		}
		if y[i] != want || win[i] != at {
			t.Errorf("window %d gave %v from %d, want %v from %d", i, y[i], win[i], want, at)
		}
	}
	MaxPoolGrad(nil, dx, []float32{1, 1, 1, 1, 5, 1, 1, 1, 1}, win, &w)
	sameBits(t, "MaxPoolGrad", dx, []float32{5})
}

func TestAvgPool(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 1))
	for _, w := range windows {
		w = w.sized()
		outs := w.N * w.OH * w.OW * w.C
		x, dy := random(r, w.N*w.H*w.W*w.C), random(r, outs)
		y, dx, k := make([]float64, outs), make([]float64, len(x)), float64(w.KH*w.KW)
		w.visit(func(out, in int) {
			y[out] += float64(x[in]) / k
			dx[in] += float64(dy[out]) / k
		})
		var first [2][]float32
		for _, p := range pools(t) {
			gy, gdx := random(r, outs), random(r, len(x))
			AvgPool(p, gy, x, &w)
			AvgPoolGrad(p, gdx, dy, &w)
			near(t, "AvgPool", gy, y, 1e-6)
			near(t, "AvgPoolGrad", gdx, dx, 1e-6)
			if first[0] == nil {
				first = [2][]float32{gy, gdx}
			}
			sameBits(t, "AvgPool", gy, first[0])
			sameBits(t, "AvgPoolGrad", gdx, first[1])
		}
	}
}
