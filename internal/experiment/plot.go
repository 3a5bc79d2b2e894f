package experiment

import (
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"acl/lang/sig"
)

// Colours that are told apart without red and green.
var colours = []color.Color{
	color.RGBA{R: 0x00, G: 0x5a, B: 0xb5, A: 0xff}, color.RGBA{R: 0xdc, G: 0x7a, B: 0x00, A: 0xff},
	color.RGBA{R: 0x4b, G: 0x00, B: 0x92, A: 0xff}, color.RGBA{R: 0x1a, G: 0xa0, B: 0x9a, A: 0xff},
	color.RGBA{R: 0x99, G: 0x4f, B: 0x00, A: 0xff}, color.RGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xff},
}

// series is the rows that share all but what stands on the x axis.
type series struct {
	name string
	plotter.XYs
	plotter.YErrors
}

// Plot draws a metric as SVG: over the first axis of numbers, a line for each
// choice of the others; without one, a point a cell. Bars are the standard
// deviation between trials.
func (t *Table) Plot(w io.Writer, metric string) error {
	p := plot.New()
	p.Title.Text, p.Y.Label.Text = t.Experiment, metric+unitOf(metric)
	p.Add(plotter.NewGrid())
	x := t.numberAxis()
	if x < 0 {
		t.points(p, metric)
	} else {
		p.X.Label.Text = t.Rows[0].Cell.Values[x].Path
	}
	for i, s := range t.series(metric, x) {
		if err := s.draw(p, colours[i%len(colours)], x >= 0); err != nil {
			return err
		}
	}
	width := max(16, vg.Length(len(t.Rows))) * vg.Centimeter
	if x >= 0 {
		width = 16 * vg.Centimeter
	}
	c, err := p.WriterTo(width, 10*vg.Centimeter, "svg")
	if err != nil {
		return err
	}
	_, err = c.WriteTo(w)
	return err
}

// numberAxis is the first thing that varies over numbers, or -1.
func (t *Table) numberAxis() int {
	for i := range t.Rows[0].Cell.Values {
		distinct, numbers := map[float64]bool{}, true
		for _, r := range t.Rows {
			v := number(r.Cell.Values[i].Value)
			distinct[v] = true
			numbers = numbers && !math.IsNaN(v)
		}
		if numbers && len(distinct) > 1 {
			return i
		}
	}
	return -1
}

// number is a value that a line can be drawn over, else NaN.
func number(v sig.Value) float64 {
	switch v := v.(type) {
	case sig.Int:
		return float64(v)
	case sig.Float:
		return float64(v)
	case sig.Quantity:
		return v.Num
	}
	return math.NaN()
}

// points names the cells along the x axis.
func (t *Table) points(p *plot.Plot, metric string) {
	var names []string
	for _, r := range t.Rows {
		names = append(names, Label(r.Cell, " "))
	}
	p.NominalX(names...)
	if len(names) > 4 {
		p.X.Tick.Label.Rotation = math.Pi / 4
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YTop
	}
}

// series gathers the rows that have the metric.
func (t *Table) series(metric string, x int) []*series {
	var out []*series
	byName := map[string]*series{}
	for i, r := range t.Rows {
		s, ok := r.Stats[metric]
		if !ok {
			continue
		}
		name, at := "", float64(i)
		if x >= 0 {
			name, at = rest(&r, x), number(r.Cell.Values[x].Value)
		}
		line := byName[name]
		if line == nil {
			line = &series{name: name}
			byName[name], out = line, append(out, line)
		}
		sd := s.SD
		if math.IsNaN(sd) {
			sd = 0
		}
		line.XYs = append(line.XYs, plotter.XY{X: at, Y: s.Mean})
		line.YErrors = append(line.YErrors, struct{ Low, High float64 }{sd, sd})
	}
	return out
}

// rest names a row without what stands on the x axis.
func rest(r *Row, x int) string {
	var parts []string
	if r.Cell.Case != "" {
		parts = append(parts, r.Cell.Case)
	}
	for i, v := range r.Cell.Values {
		if i != x {
			parts = append(parts, v.Path+" "+v.Text)
		}
	}
	return strings.Join(parts, ", ")
}

func (s *series) draw(p *plot.Plot, c color.Color, joined bool) error {
	bars, err := plotter.NewYErrorBars(s)
	if err != nil {
		return err
	}
	dots, err := plotter.NewScatter(s.XYs)
	if err != nil {
		return err
	}
	bars.Color, dots.Color = c, c
	dots.Shape, dots.Radius = draw.CircleGlyph{}, vg.Points(2.5)
	p.Add(bars, dots)
	if !joined {
		return nil
	}
	line, err := plotter.NewLine(s.XYs)
	if err != nil {
		return err
	}
	line.Color = c
	p.Add(line)
	if s.name != "" {
		p.Legend.Add(s.name, line)
		p.Legend.Top = true
	}
	return nil
}

func unitOf(metric string) string {
	switch metric {
	case "energy":
		return " (J)"
	case "latency":
		return " (s)"
	case "top1", "top5", "accuracy", "utilization":
		return " (share)"
	}
	return ""
}
