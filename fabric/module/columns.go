package module

import "acl/fabric/kernel"

// columns adds up numbers over rows: each part of the rows has a sum of its own, and
// they are added in their order.
type columns struct {
	rows, n int
	all     []float64 // parts × n
	take    func(acc []float64, lo, hi int)
	parts   func(from, to int) // the method part, bound once
}

func (c *columns) bind() { c.parts = c.part }

// columnRows is how many rows are summed as one part.
const columnRows = 256

// wideCost is the work of an element in float64 in multiply-adds.
const wideCost = 16

// add returns n sums over rows of what take adds to acc of rows lo..hi, until the next
// call.
func (c *columns) add(pool *kernel.Pool, rows, n int, take func(acc []float64, lo, hi int)) []float64 {
	parts := (rows + columnRows - 1) / columnRows
	c.rows, c.n, c.take = rows, n, take
	c.all = growWide(c.all, max(parts, 1)*n)
	clear(c.all)
	pool.RunFor(parts, rows*n*wideCost, c.parts)
	sum := c.all[:n]
	for p := 1; p < parts; p++ {
		for j := range n {
			sum[j] += c.all[p*n+j]
		}
	}
	return sum
}

func (c *columns) part(from, to int) {
	for p := from; p < to; p++ {
		acc := c.all[p*c.n : (p+1)*c.n]
		c.take(acc, p*columnRows, min((p+1)*columnRows, c.rows))
	}
}

// growWide returns a slice of n numbers, s itself where it is long enough.
func growWide(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
