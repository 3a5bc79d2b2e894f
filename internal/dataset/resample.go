package dataset

import (
	"math"
	"sync"
)

// An axis tells how n old samples become new ones along one direction: new sample
// i is the sum of weight[i][j] · old[first[i]+j]. The filter is a triangle as wide
// as two old samples when enlarging, which is linear interpolation between pixel
// centres, and as wide as two new ones when reducing, so that every old pixel
// counts. Weights are cut off at the border and always add up to 1.
type axis struct {
	old    int
	first  []int
	weight [][]float32
}

func newAxis(from, to int) axis {
	ax := axis{old: from, first: make([]int, to), weight: make([][]float32, to)}
	step := float64(from) / float64(to)
	reach := max(step, 1)
	for i := range to {
		centre := (float64(i)+0.5)*step - 0.5
		lo := max(0, int(math.Floor(centre-reach))+1)
		hi := min(from-1, int(math.Ceil(centre+reach))-1)
		var sum float64
		w := make([]float64, hi-lo+1)
		for j := range w {
			w[j] = 1 - math.Abs(float64(lo+j)-centre)/reach
			sum += w[j]
		}
		ax.first[i], ax.weight[i] = lo, make([]float32, len(w))
		for j := range w {
			ax.weight[i][j] = float32(w[j] / sum)
		}
	}
	return ax
}

// at returns new sample i of the old line.
func (ax axis) at(i int, line []float32) float32 {
	var sum float32
	for j, w := range ax.weight[i] {
		sum += w * line[ax.first[i]+j]
	}
	return sum
}

// A resampler brings planes of several sizes to one. It is made for the sizes it
// will meet and then only read.
type resampler struct {
	h, w    int
	axes    map[[2]int]axis // by old and new length
	scratch sync.Pool       // *[]float32
}

func newResampler(h, w int) *resampler {
	return &resampler{h: h, w: w, axes: map[[2]int]axis{}}
}

// expect prepares for planes of h×w.
func (r *resampler) expect(h, w int) {
	for _, k := range [][2]int{{h, r.h}, {w, r.w}} {
		if _, ok := r.axes[k]; !ok {
			r.axes[k] = newAxis(k[0], k[1])
		}
	}
}

// plane writes the r.h×r.w picture of an h×w plane, whose line y is given by
// line(dst, y), to dst: first along x, then along y.
func (r *resampler) plane(dst []float32, h, w int, line func(dst []float32, y int)) {
	down, across := r.axes[[2]int{h, r.h}], r.axes[[2]int{w, r.w}]
	buf := r.take(w + h*r.w)
	defer r.scratch.Put(buf)
	old, narrow := (*buf)[:w], (*buf)[w:w+h*r.w]
	for y := range h {
		line(old, y)
		for x := range r.w {
			narrow[y*r.w+x] = across.at(x, old)
		}
	}
	for y := range r.h {
		row := dst[y*r.w : (y+1)*r.w]
		clear(row)
		for j, weight := range down.weight[y] {
			from := narrow[(down.first[y]+j)*r.w:]
			for x := range row {
				row[x] += weight * from[x]
			}
		}
	}
}

func (r *resampler) take(n int) *[]float32 {
	if buf, ok := r.scratch.Get().(*[]float32); ok && cap(*buf) >= n {
		*buf = (*buf)[:n]
		return buf
	}
	buf := make([]float32, n)
	return &buf
}
