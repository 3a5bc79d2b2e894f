package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"acl/internal/dataset"
)

type dataCmd struct {
	Ls    dataLs    `cmd:"" help:"List the data sets that have a name, and where they are."`
	Fetch dataFetch `cmd:"" help:"Bring a data set from where its authors publish it."`
	Show  dataShow  `cmd:"" help:"Print what a data set holds, and rows of it."`
}

type dataLs struct {
	folders
	JSON bool `help:"Print JSON lines."`
}

// named are the data sets that need no path.
var named = []dataset.Kind{dataset.Digits, dataset.MNIST, dataset.CIFAR10}

// Run lists the named data sets: rows, shapes, and the place each was found at.
func (c *dataLs) Run(ctx context.Context, s *streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(w, "name\tinput\tclasses\ttraining\ttest\tfound")
	}
	for _, kind := range named {
		r := dataset.Request{Kind: kind, SearchDirs: c.beside()}
		info, err := dataset.Describe(r)
		if err != nil {
			return err
		}
		place := "embedded"
		if kind != dataset.Digits {
			place = found(ctx, r)
		}
		if c.JSON {
			if err := printJSON(s.out, infoMap(info, place)); err != nil {
				return err
			}
			continue
		}
		if place == "" {
			place = "not found"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\n", kind, shape(info.Shape), info.Classes, info.TrainRows, info.TestRows, place)
	}
	return w.Flush()
}

// beside are the folders that a set without a program is looked for in.
func (f folders) beside() []string { return append([]string{"."}, f.searched()...) }

// found is the place of a data set, or what is wrong with it; empty where there is
// none.
func found(ctx context.Context, r dataset.Request) string {
	r.Limit = 1
	set, err := dataset.Open(ctx, r)
	var e *dataset.Error
	switch {
	case err == nil:
		return set.Source
	case errors.As(err, &e) && e.Hint != "" && strings.HasPrefix(e.Hint, "looked in "):
		return ""
	}
	return err.Error()
}

func shape(dims []int) string {
	return strings.ReplaceAll(fmt.Sprint(dims), " ", ", ")
}

func infoMap(i dataset.Info, place string) map[string]any {
	return map[string]any{
		"name": i.Kind, "input": i.Shape, "classes": i.Classes, "training": i.TrainRows, "test": i.TestRows, "found": place,
	}
}

func printJSON(w io.Writer, v any) error {
	out, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(out))
	return err
}

type dataShow struct {
	Name string `arg:"" help:"digits, mnist10k, cifar10, or a file or folder of your own: .csv, .npy, .npz, a folder or .zip of images."`
	Row  int    `default:"0" help:"The first row that is shown, from 0."`
	Rows int    `default:"1" help:"How many rows are shown."`
	Part string `default:"training" enum:"training,test" help:"Which part: training or test."`
	folders
}

// Run prints the data set's figures, then the rows.
func (c *dataShow) Run(ctx context.Context, s *streams) error {
	set, err := dataset.Open(ctx, c.request())
	if err != nil {
		return hinted(err)
	}
	part := set.Train
	if c.Part == "test" {
		part = set.Test
	}
	if c.Row < 0 || c.Rows < 0 || c.Row+c.Rows > part.Len() {
		return fmt.Errorf("rows %d .. %d: the %s part has rows 0 .. %d", c.Row, c.Row+c.Rows-1, c.Part, part.Len()-1)
	}
	fmt.Fprintf(s.out, "%s: input %s, %s, %d training rows, %d test rows, from %s\n",
		c.Name, shape(set.Shape), answers(set), set.TrainRows, set.TestRows, set.Source)
	row := make([]float32, part.Elements())
	for i := c.Row; i < c.Row+c.Rows; i++ {
		part.Input(row, i)
		fmt.Fprintf(s.out, "\n%s row %d%s\n", c.Part, i, answer(set, part, i))
		if len(set.Shape) == 3 {
			blocks(s.out, row, set.Shape)
		} else {
			fmt.Fprintln(s.out, row)
		}
	}
	return nil
}

// request tells the kind of a data set by its name, or by what its path ends in.
func (c *dataShow) request() dataset.Request {
	r := dataset.Request{Kind: dataset.Kind(c.Name), SearchDirs: c.beside()}
	for _, k := range named {
		if c.Name == string(k) {
			return r
		}
	}
	r.Paths = []string{c.Name}
	switch filepath.Ext(strings.TrimSuffix(c.Name, ".gz")) {
	case ".csv":
		r.Kind = dataset.CSV
	case ".npy", ".npz":
		r.Kind = dataset.NPY
	default:
		r.Kind = dataset.Images
	}
	return r
}

func answers(set *dataset.Set) string {
	switch {
	case set.HasLabel:
		return fmt.Sprintf("%d classes", set.Classes)
	case set.HasTarget:
		return "target " + shape(set.TargetShape)
	}
	return "no answers"
}

func answer(set *dataset.Set, part *dataset.Part, row int) string {
	switch {
	case set.HasLabel && set.ClassNames != nil:
		label := part.Label(row)
		return fmt.Sprintf(", label %d (%s)", label, set.ClassNames[label])
	case set.HasLabel:
		return fmt.Sprintf(", label %d", part.Label(row))
	}
	return ""
}

// shades are text blocks of rising brightness.
var shades = []rune(" ░▒▓█")

// blocks prints an image [C, H, W] of 0..1, two blocks a pixel so that it keeps its
// aspect; colours become their luminance (ITU-R BT.601).
func blocks(w io.Writer, x []float32, shape []int) {
	height, width := shape[1], shape[2]
	plane := height * width
	for r := range height {
		var line strings.Builder
		for c := range width {
			v := x[r*width+c]
			if shape[0] == 3 {
				v = 0.299*v + 0.587*x[plane+r*width+c] + 0.114*x[2*plane+r*width+c]
			}
			block := shades[min(max(int(v*float32(len(shades))), 0), len(shades)-1)]
			line.WriteRune(block)
			line.WriteRune(block)
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
