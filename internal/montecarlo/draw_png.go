package montecarlo

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Colours that are told apart without red and green.
var (
	barColour      = color.RGBA{R: 0xa6, G: 0xc8, B: 0xe8, A: 0xff}
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
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	low, width, counts := r.histogram(pictureBins(len(r.Errors)))
	low, width = low*scale, width*scale
	bars := &plotter.Histogram{Width: width, FillColor: barColour, LineStyle: plotter.DefaultLineStyle}
	bars.LineStyle.Color, bars.LineStyle.Width = color.White, vg.Points(0.5)
	top := 0.0
	for i, n := range counts {
		bars.Bins = append(bars.Bins, plotter.HistogramBin{Min: low + float64(i)*width, Max: low + float64(i+1)*width, Weight: float64(n)})
		top = max(top, float64(n))
	}
	p.Add(plotter.NewGrid(), bars)
	if e := r.Expected; e != nil && e.SD > 0 {
		bell := distuv.Normal{Mu: e.Mean * scale, Sigma: e.SD * scale}
		area := float64(len(r.Errors)) * width
		curve := plotter.NewFunction(func(x float64) float64 { return area * bell.Prob(x) })
		curve.Color, curve.Width, curve.Samples = expectedColour, vg.Points(1.5), 400
		p.Add(curve)
		p.Legend.Add("the chip's statistics", curve)
		top = max(top, area*bell.Prob(bell.Mu))
	}
	if r.Limit > 0 {
		if err := r.limits(p, scale, 1.05*top); err != nil {
			return err
		}
	}
	p.X.Min, p.X.Max = p.X.Min-width, p.X.Max+width
	p.Y.Min, p.Y.Max = 0, 1.25*top // room for the legend
	img := vgimg.New(16*vg.Centimeter, 10*vg.Centimeter)
	const margin = 3 * vg.Millimeter
	p.Draw(draw.Crop(draw.New(img), margin, -margin, margin, -margin))
	_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
	return err
}

// axis is what errors are multiplied by for the horizontal axis, and its name.
func (r *Result) axis() (scale float64, name string) {
	if r.Measure == "V" {
		return 1e3, r.Doc + " (mV)"
	}
	return 1, r.Doc
}

// limits adds both ends of the allowed range, as lines up to a height.
func (r *Result) limits(p *plot.Plot, scale, height float64) error {
	for i, x := range []float64{-r.Limit * scale, r.Limit * scale} {
		l, err := plotter.NewLine(plotter.XYs{{X: x}, {X: x, Y: height}})
		if err != nil {
			return err
		}
		l.Color, l.Width, l.Dashes = limitColour, vg.Points(1.5), []vg.Length{vg.Points(5), vg.Points(3)}
		p.Add(l)
		if i == 0 {
			p.Legend.Add(fmt.Sprintf("limit: %.1f%% within", 100*r.Yield), l)
		}
	}
	return nil
}

// pictureBins is the number of bins for a number of dies: its square root.
func pictureBins(dies int) int {
	return max(5, min(60, int(math.Sqrt(float64(dies)))))
}
