package dataset

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // image.Decode reads these three formats
	_ "image/jpeg"
	_ "image/png"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	maxImageFile = 256 << 20 // bytes of one image file
	maxImageArea = 100e6     // pixels of one image
	maxImages    = 16 << 30  // bytes that the images of one set may take in memory
)

// A decoder turns the files of a listing into pictures.
type decoder struct {
	*listing
	entries []entry
	depth   int    // channels; 0: one if all images are grey
	resize  [2]int // zero: as stored
	taken   atomic.Int64
}

// all decodes every entry, on all processors, and returns the pictures and their
// number of channels. Of several faulty files it reports the first.
func (d *decoder) all(ctx context.Context) ([]picture, int, error) {
	list := make([]picture, len(d.entries))
	errs := make([]error, len(d.entries))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(list) {
					return
				}
				if list[i], errs[i] = d.one(d.entries[i]); errs[i] != nil {
					failed.Store(true) // files before i are taken already, and will be finished
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, 0, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, fmt.Errorf("dataset: stopped at image %d of %d of %s: %w", min(int(next.Load()), len(list)), len(list), d.root, err)
	}
	depth, err := d.unify(list)
	return list, depth, err
}

// one reads a file. Its picture has the channels of the file; if resize makes it
// smaller, it is reduced at once, so that photographs do not fill the memory.
func (d *decoder) one(e entry) (picture, error) {
	data, err := d.read(e)
	if err != nil {
		return picture{}, err
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return picture{}, because(d.place(e), "damaged image", err)
	}
	if conf.Width < 1 || conf.Height < 1 || float64(conf.Width)*float64(conf.Height) > maxImageArea {
		return picture{}, fault(d.place(e), "an image of %dx%d pixels, want %g at most", conf.Height, conf.Width, maxImageArea)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, because(d.place(e), "damaged image", err)
	}
	p := planes(img)
	if h, w := d.resize[0], d.resize[1]; h > 0 && h*w < p.h*p.w {
		p = reduce(p, h, w)
	}
	if d.taken.Add(int64(len(p.pix))) > maxImages {
		return picture{}, &Error{File: d.root, Msg: fmt.Sprintf("the images take more than %d GiB of memory", maxImages>>30),
			Hint: "resize them, or limit their number"}
	}
	return p, nil
}

// read returns a file's bytes.
func (d *decoder) read(e entry) ([]byte, error) {
	f, err := d.fsys.Open(e.path)
	if err != nil {
		return nil, because(d.place(e), "cannot open", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxImageFile+1))
	if err != nil {
		return nil, because(d.place(e), "cannot read", err)
	}
	if len(data) > maxImageFile {
		return nil, fault(d.place(e), "an image file of more than %d MiB", maxImageFile>>20)
	}
	if len(data) == 0 {
		return nil, fault(d.place(e), "the file is empty")
	}
	return data, nil
}

// unify gives all pictures the same number of channels and checks that, without
// resize, they have the same size.
func (d *decoder) unify(list []picture) (depth int, err error) {
	depth = d.depth
	for i, p := range list {
		if depth == 0 || len(p.pix) > depth*p.h*p.w {
			depth = len(p.pix) / (p.h * p.w)
		}
		if first := list[0]; d.resize == [2]int{} && (p.h != first.h || p.w != first.w) {
			return 0, &Error{File: d.place(d.entries[i]), Msg: fmt.Sprintf("the image has %dx%d pixels, the first one %dx%d", p.h, p.w, first.h, first.w),
				Hint: "give all images one size: resize = HxW"}
		}
	}
	for i := range list {
		p := &list[i]
		if depth == 3 && len(p.pix) == p.h*p.w {
			p.pix = bytes.Repeat(p.pix, 3)
		}
	}
	return depth, nil
}

// planes returns the image's bytes, one plane if it is grey and three of red,
// green and blue if not. Transparency is dropped, as are the lower eight bits of
// deeper images.
func planes(img image.Image) picture {
	b := img.Bounds()
	p := picture{h: b.Dy(), w: b.Dx()}
	area := p.h * p.w
	switch m := img.(type) {
	case *image.Gray:
		p.pix = make([]byte, area)
		for y := range p.h {
			copy(p.pix[y*p.w:], m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:p.w])
		}
		return p
	case *image.Gray16:
		p.pix = make([]byte, area)
		for i := range p.pix {
			p.pix[i] = byte(m.Gray16At(b.Min.X+i%p.w, b.Min.Y+i/p.w).Y >> 8)
		}
		return p
	}
	at := func(x, y int) (byte, byte, byte) {
		c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
		return c.R, c.G, c.B
	}
	if m, ok := img.(*image.YCbCr); ok { // a JPEG: avoids an allocation per pixel
		at = func(x, y int) (byte, byte, byte) {
			c := m.COffset(x, y)
			return color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c])
		}
	}
	p.pix = make([]byte, 3*area)
	for i := range area {
		p.pix[i], p.pix[area+i], p.pix[2*area+i] = at(b.Min.X+i%p.w, b.Min.Y+i/p.w)
	}
	return p
}

// reduce resamples a picture to h×w, rounding to bytes again.
func reduce(p picture, h, w int) picture {
	fit := newResampler(h, w)
	fit.expect(p.h, p.w)
	depth := len(p.pix) / (p.h * p.w)
	small := picture{make([]byte, depth*h*w), h, w}
	plane := make([]float32, h*w)
	for c := range depth {
		fit.plane(plane, p.h, p.w, func(line []float32, y int) {
			for i, b := range p.pix[(c*p.h+y)*p.w:][:p.w] {
				line[i] = float32(b)
			}
		})
		for i, v := range plane {
			small.pix[c*h*w+i] = byte(v + 0.5) // weights are positive and add up to 1: 0 .. 255
		}
	}
	return small
}
