package dcu

import "math"

// crossEntropy returns the sum over samples of the cross-entropy of the softmax
// of the logits y (n×k) with the labels, smoothed towards uniform, and writes
// p - t to grad. The control unit computes it digitally (paper §3.5), subtracting
// the largest logit first.
func crossEntropy(grad, y []float32, labels []int32, n, k int, smoothing float64) float64 {
	var loss float64
	p := make([]float64, k)
	others := smoothing / float64(k)
	for s := range n {
		row, out, label := y[s*k:(s+1)*k], grad[s*k:(s+1)*k], int(labels[s])
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		var sum float64
		for j, v := range row {
			p[j] = math.Exp(float64(v) - float64(top))
			sum += p[j]
		}
		logSum := math.Log(sum)
		for j, v := range row {
			t := others
			if j == label {
				t += 1 - smoothing
			}
			if t > 0 {
				loss -= t * (float64(v) - float64(top) - logSum)
			}
			out[j] = float32(p[j]/sum - t)
		}
	}
	return loss
}

// meanSquare returns the sum over samples of the mean over elements of
// (y - target)², and writes its gradient 2 (y - target) / k to grad.
func meanSquare(grad, y, target []float32, n, k int) float64 {
	var loss float64
	scale := 2 / float64(k)
	for i := range n * k {
		d := float64(y[i]) - float64(target[i])
		loss += d * d
		grad[i] = float32(scale * d)
	}
	return loss / float64(k)
}

// hits counts the samples whose label is among the top 1 and the top 5 of y
// (n×k). Of equal values the lower class wins; with fewer than five classes all
// are in the top 5. A NaN is never a hit.
func hits(y []float32, labels []int32, n, k int) (top1, top5 int) {
	for s := range n {
		row := y[s*k : (s+1)*k]
		want := int(labels[s])
		if row[want] != row[want] {
			continue
		}
		rank := 0
		for j, v := range row {
			if v > row[want] || v == row[want] && j < want {
				rank++
			}
		}
		if rank == 0 {
			top1++
		}
		if rank < 5 {
			top5++
		}
	}
	return top1, top5
}
