package report

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"acl/internal/job"
)

// Curves draws the course of a training as a PNG: losses above, accuracy below
// where it applies. It fails on a record without evaluations.
func Curves(w io.Writer, title string, metrics []job.Metric) error {
	if len(metrics) == 0 {
		return fmt.Errorf("the record has no evaluation to draw")
	}
	var plots [][]*plot.Plot
	for _, p := range coursesOf(title, metrics) {
		plots = append(plots, []*plot.Plot{p})
	}
	img := vgimg.New(16*vg.Centimeter, vg.Length(len(plots))*8*vg.Centimeter)
	tiles := draw.Tiles{Rows: len(plots), Cols: 1, PadY: 5 * vg.Millimeter, PadTop: 3 * vg.Millimeter, PadBottom: 3 * vg.Millimeter,
		PadLeft: 3 * vg.Millimeter, PadRight: 3 * vg.Millimeter}
	for i, row := range plot.Align(plots, tiles, draw.New(img)) {
		plots[i][0].Draw(row[0])
	}
	_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
	return err
}

// coursesOf are the plots of a training: losses, then accuracies where they apply.
func coursesOf(title string, metrics []job.Metric) []*plot.Plot {
	loss := newPlot(title, "loss")
	line(loss, "training", metrics, 0, func(m job.Metric) *float64 { return m.TrainLoss })
	line(loss, "test", metrics, 1, func(m job.Metric) *float64 { return m.Loss })
	if metrics[0].Top1 == nil {
		return []*plot.Plot{loss}
	}
	accuracy := newPlot("", "share of the test set")
	line(accuracy, "top-1", metrics, 0, func(m job.Metric) *float64 { return m.Top1 })
	line(accuracy, "top-5", metrics, 1, func(m job.Metric) *float64 { return m.Top5 })
	accuracy.Y.Max = 1
	accuracy.Legend.Top = false
	return []*plot.Plot{loss, accuracy}
}

func newPlot(title, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, "epoch", y
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	return p
}

// Colours that are told apart without red and green.
var colours = []color.Color{color.RGBA{R: 0x00, G: 0x5a, B: 0xb5, A: 0xff}, color.RGBA{R: 0xdc, G: 0x7a, B: 0x00, A: 0xff}}

// line adds a course; epochs that lack the metric are left out.
func line(p *plot.Plot, name string, metrics []job.Metric, colour int, of func(job.Metric) *float64) {
	var at plotter.XYs
	for _, m := range metrics {
		if v := of(m); v != nil {
			at = append(at, plotter.XY{X: float64(m.Epoch), Y: *v})
		}
	}
	if len(at) == 0 {
		return
	}
	l, err := plotter.NewLine(at)
	if err != nil {
		return // not a finite number: nothing to draw
	}
	l.Color, l.Width = colours[colour], vg.Points(1.5)
	p.Add(l)
	p.Legend.Add(name, l)
}
