package montecarlo

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"acl/lang/quantity"
)

// Colours that are told apart without red and green.
var (
	barColour      = color.RGBA{R: 0xa6, G: 0xc8, B: 0xe8, A: 0xff}
	beyondColour   = color.RGBA{R: 0xf5, G: 0xc4, B: 0x8a, A: 0xff}
	expectedColour = color.RGBA{R: 0x00, G: 0x5a, B: 0xb5, A: 0xff}
	limitColour    = color.RGBA{R: 0xdc, G: 0x7a, B: 0x00, A: 0xff}
)

// PNG draws the histogram, with the bell that the machine's statistics expect and
// the limits where there are any.
func (r *Result) PNG(w io.Writer) error {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s, %d dies: mean %s, spread %s", r.Unit, len(r.Errors), r.value(r.Mean), r.value(r.SD))
	p.Title.Padding = vg.Points(6)
	scale, name := r.axis()
	p.X.Label.Text, p.Y.Label.Text = name, "dies"
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(shortTicks), plot.TickerFunc(countTicks)
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	low, width, counts, beyond := r.histogram(pictureBins(len(r.Errors)))
	low, width = low*scale, width*scale
	p.Add(plotter.NewGrid(), bars(low, width, counts, barColour))
	if r.Limit != nil {
		p.Add(bars(low, width, beyond, beyondColour))
	}
	top := float64(slices.Max(counts))
	if e := r.Expected; e != nil && e.SD > 0 {
		bell := distuv.Normal{Mu: e.Mean * scale, Sigma: e.SD * scale}
		area := float64(len(r.Errors)) * width
		curve := plotter.NewFunction(func(x float64) float64 { return area * bell.Prob(x) })
		curve.Color, curve.Width, curve.Samples = expectedColour, vg.Points(1.5), 400
		p.Add(curve)
		p.Legend.Add("the chip's statistics", curve)
		top = max(top, area*bell.Prob(bell.Mu))
	}
	p.X.Min, p.X.Max = low-width, low+width*float64(len(counts)+1)
	if r.Limit != nil {
		if err := r.limits(p, scale, 1.05*top); err != nil {
			return err
		}
	}
	p.Y.Min, p.Y.Max = 0, 1.25*top // room for the legend
	img := vgimg.New(16*vg.Centimeter, 10*vg.Centimeter)
	const margin = 3 * vg.Millimeter
	p.Draw(draw.Crop(draw.New(img), margin, -margin, margin, -margin))
	_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
	return err
}

// bars are counts over equal ranges from low on.
func bars(low, width float64, counts []int, fill color.Color) *plotter.Histogram {
	h := &plotter.Histogram{Width: width, FillColor: fill, LineStyle: plotter.DefaultLineStyle}
	h.LineStyle.Color, h.LineStyle.Width = color.White, vg.Points(0.5)
	for i, n := range counts {
		h.Bins = append(h.Bins, plotter.HistogramBin{Min: low + float64(i)*width, Max: low + float64(i+1)*width, Weight: float64(n)})
	}
	return h
}

// countTicks are the marks of an axis of dies, at whole numbers.
func countTicks(low, high float64) []plot.Tick {
	return slices.DeleteFunc(shortTicks(low, high), func(t plot.Tick) bool { return t.Value != math.Trunc(t.Value) })
}

// shortTicks are the marks of an axis, with no more digits than they need.
func shortTicks(low, high float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(low, high)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = fmt.Sprintf("%.4g", t.Value)
		}
	}
	return ticks
}

// axis is what errors are multiplied by for the horizontal axis, and its name.
func (r *Result) axis() (scale float64, name string) {
	if r.Dim == quantity.Voltage {
		return 1e3, r.Doc + " (mV)"
	}
	return 1, r.Doc
}

// limits adds both ends of the allowed range, as lines up to a height. The picture
// grows for an end by its own width at most: the dies are what it is of.
func (r *Result) limits(p *plot.Plot, scale, height float64) error {
	name := fmt.Sprintf("%.1f%% within %s", 100*r.Yield.Share, r.within())
	style := draw.LineStyle{Color: limitColour, Width: vg.Points(1.5), Dashes: []vg.Length{vg.Points(5), vg.Points(3)}}
	from, to := p.X.Min, p.X.Max
	for _, x := range []float64{r.Limit.Low * scale, r.Limit.High * scale} {
		if x < 2*from-to || x > 2*to-from {
			continue
		}
		l, err := plotter.NewLine(plotter.XYs{{X: x}, {X: x, Y: height}})
		if err != nil {
			return err
		}
		l.LineStyle = style
		p.Add(l)
		p.X.Min, p.X.Max = min(p.X.Min, x-(to-from)/40), max(p.X.Max, x+(to-from)/40)
	}
	p.Legend.Add(name, &plotter.Line{LineStyle: style})
	return nil
}

// pictureBins is the number of bins for a number of dies: its square root.
func pictureBins(dies int) int {
	return max(5, min(60, int(math.Sqrt(float64(dies)))))
}
