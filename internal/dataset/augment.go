package dataset

import "fmt"

// An Op is a kind of augmentation.
type Op string

// The augmentations of std.data.
const (
	PadCrop Op = "pad_crop" // pad by N pixels on each side, cut the old size out at random
	Flip    Op = "flip"     // mirror left to right, one time in two
)

// An Augment is one entry of the option `augment`.
type Augment struct {
	Op Op
	N  int // pad_crop's width in pixels
	// Mean: pad_crop pads with the mean of each channel over the training part as stored, which
	// is 0 once normalised; else with black.
	Mean bool
}

// A Draw returns a uniform number in [0, 1) that depends only on its arguments
// and on the seed behind it: the k-th of a row of the training part in an epoch.
// Rows can therefore be drawn in any order and on any number of threads.
type Draw func(epoch, row, k int) float64

func (a Augment) check() error {
	switch {
	case a.Op == PadCrop && a.N < 1:
		return refused("", "pad_crop(%d), want 1 or more", a.N)
	case a.Op != PadCrop && a.Op != Flip:
		return refused("", "no augmentation is called %q", a.Op)
	}
	return nil
}

// fitAugment reports an augmentation that rows of this shape cannot take.
func fitAugment(list []Augment, shape []int) error {
	if len(list) == 0 {
		return nil
	}
	if len(shape) != 3 {
		return refused("rows of shape [C, H, W] are images", "augment needs images, rows have shape %v", shape)
	}
	for _, a := range list {
		if a.Op == PadCrop && a.N >= min(shape[1], shape[2]) {
			return refused("", "pad_crop(%d) can shift all of a %dx%d image out of sight", a.N, shape[1], shape[2])
		}
	}
	return nil
}

// augment changes one image [C, H, W] in place. Each entry of the list takes its
// own draws, pad_crop two and flip one, numbered through the list. mean is that of each
// channel.
func augment(img []float32, shape []int, list []Augment, mean []float32, draw func(k int) float64) {
	if len(list) == 0 {
		return
	}
	h, w := shape[1], shape[2]
	k := 0
	for _, a := range list {
		switch a.Op {
		case PadCrop:
			dy, dx := offset(draw(k), a.N), offset(draw(k+1), a.N)
			k += 2
			for c := range shape[0] {
				fill := float32(0)
				if a.Mean {
					fill = mean[c]
				}
				shift(img[c*h*w:(c+1)*h*w], h, w, dy, dx, fill)
			}
		case Flip:
			mirrored := draw(k) < 0.5
			k++
			if mirrored {
				mirror(img, w)
			}
		default:
			panic(fmt.Sprintf("dataset: augmentation %q was not checked", a.Op))
		}
	}
}

// offset maps a uniform number to a whole one of -n .. n, all alike.
func offset(u float64, n int) int { return min(int(u*float64(2*n+1)), 2*n) - n }

// shift moves an h×w plane in place so that pixel (y, x) becomes the old
// (y+dy, x+dx), fill where there was none.
func shift(plane []float32, h, w, dy, dx int, fill float32) {
	pad := func(row []float32) {
		for i := range row {
			row[i] = fill
		}
	}
	x0, x1 := max(0, -dx), min(w, w-dx)
	for i := range h {
		y := i
		if dy < 0 { // from the bottom, so that no row is overwritten before it is read
			y = h - 1 - i
		}
		row := plane[y*w : (y+1)*w]
		if y+dy < 0 || y+dy >= h {
			pad(row)
			continue
		}
		from := plane[(y+dy)*w : (y+dy+1)*w]
		copy(row[x0:x1], from[x0+dx:x1+dx])
		pad(row[:x0])
		pad(row[x1:])
	}
}

// mirror reverses each run of w pixels.
func mirror(img []float32, w int) {
	for ; len(img) >= w; img = img[w:] {
		for a, b := 0, w-1; a < b; a, b = a+1, b-1 {
			img[a], img[b] = img[b], img[a]
		}
	}
}
