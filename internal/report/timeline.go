package report

import (
	"fmt"
	"html/template"
	"io"
	"strings"

	"acl/fabric"
	"acl/internal/job"
)

// slice is an instruction on a line of the timeline.
type slice struct {
	name, lane  string
	start, time float64 // s
	in          *fabric.Instr
	text        string
}

// slices are the instructions of the list that a block is about, that take time:
// one sample of the step and the update, or an answer.
func slices(f *fabric.Program) []slice {
	list := f.Train
	if f.Learn == nil {
		list = f.Eval
	}
	var out []slice
	for i := range list {
		in := &list[i]
		if in.Time == 0 {
			continue
		}
		s := slice{name: in.Op.String(), lane: laneOf(f, in), start: in.Start, time: in.Time, in: in, text: f.InstrText(in)}
		if in.Unit >= 0 && in.Op != fabric.OpLoss {
			s.name += " " + f.Units[in.Unit].Path
		}
		out = append(out, s)
	}
	return out
}

// opColour tells kinds of instructions apart, without red against green.
func opColour(op fabric.Op) string {
	switch op {
	case fabric.OpFire:
		return "#005ab5"
	case fabric.OpGrad:
		return "#dc7a00"
	case fabric.OpUpdate, fabric.OpLoad, fabric.OpStore, fabric.OpRefresh, fabric.OpCalibrate:
		return "#7b3294"
	case fabric.OpPush, fabric.OpPop, fabric.OpPeek, fabric.OpFree:
		return "#4d9221"
	}
	return "#8c96a0"
}

// Geometry of a timeline, in its own units.
const (
	laneLeft   = 210
	laneWidth  = 840
	laneHeight = 24
	laneTop    = 24
)

// timeline draws slices over time, a line each for the modules, the stack and the
// control unit. The page's script draws it anew where it is moved; without a
// script it stands as it is.
func timeline(list []slice) template.HTML {
	lanes := map[string]int{}
	var names []string
	end := 0.0
	for _, s := range list {
		if _, ok := lanes[s.lane]; !ok {
			lanes[s.lane] = len(names)
			names = append(names, s.lane)
		}
		end = max(end, s.start+s.time)
	}
	if end == 0 {
		return "<p>No instruction takes time.</p>"
	}
	var b strings.Builder
	height := laneTop + laneHeight*len(names) + 6
	fmt.Fprintf(&b, `<div class="timeline"><svg viewBox="0 0 %d %d" data-left="%d" data-width="%d" data-end="%g" role="img" aria-label="schedule">`,
		laneLeft+laneWidth+20, height, laneLeft, laneWidth, end)
	b.WriteString(`<g class="ticks"></g>`)
	for i, name := range names {
		fmt.Fprintf(&b, `<text x="6" y="%d">%s</text>`, laneTop+laneHeight*i+16, template.HTMLEscapeString(name))
	}
	for _, s := range list {
		x := laneLeft + laneWidth*s.start/end
		fmt.Fprintf(&b, `<rect data-s="%g" data-t="%g" x="%.2f" y="%d" width="%.2f" height="%d" fill="%s"><title>%s</title></rect>`,
			s.start, s.time, x, laneTop+laneHeight*lanes[s.lane]+3, max(laneWidth*s.time/end, 0.7), laneHeight-6, opColour(s.in.Op),
			template.HTMLEscapeString(s.name+"\n"+s.text))
	}
	b.WriteString(`</svg></div><p class="told">Rest the pointer on a slice; wheel and drag to look closer, a double click for all of it.</p>`)
	return template.HTML(b.String())
}

// stages are buttons that show one part of a step.
func stages(f *fabric.Program, list []slice) template.HTML {
	end, forward, backward := 0.0, 0.0, 0.0
	for _, s := range list {
		end = max(end, s.start+s.time)
		switch s.in.Op {
		case fabric.OpLoss:
			forward = s.start
		case fabric.OpUpdate, fabric.OpStore, fabric.OpRefresh:
		default:
			backward = max(backward, s.start+s.time)
		}
	}
	button := func(name string, from, to float64) string {
		return fmt.Sprintf(`<button data-from="%g" data-to="%g">%s</button> `, from, to, name)
	}
	text := button("all", 0, end)
	if f.Learn != nil {
		text += button("forward", 0, forward) + button("a sample", 0, backward) + button("update", backward, end)
	}
	return template.HTML(text)
}

// colourKey says which colour is what.
func colourKey() template.HTML {
	var b strings.Builder
	b.WriteString(`<div class="key">`)
	for _, k := range []struct {
		op   fabric.Op
		name string
	}{{fabric.OpFire, "fire"}, {fabric.OpGrad, "outer product"}, {fabric.OpPush, "stack"}, {fabric.OpUpdate, "update, load, store, refresh, calibrate"}, {fabric.OpSync, "control"}} {
		fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span>`, opColour(k.op), k.name)
	}
	b.WriteString("</div>")
	return template.HTML(b.String())
}

func scheduleSection(f *fabric.Program) section {
	list := slices(f)
	t := &f.Timing
	s := section{ID: "schedule", Name: "Schedule", Figure: "<div>" + stages(f, list) + colourKey() + timeline(list) + "</div>"}
	if f.Learn != nil {
		s.Notes = []string{fmt.Sprintf("One sample and the update. A sample takes %s forward and %s back, an update %s, a step of %d samples %s.",
			seconds(t.Forward), seconds(t.Backward), seconds(t.Update), f.Learn.Batch, seconds(t.Step))}
	} else {
		s.Notes = []string{fmt.Sprintf("One answer takes %s.", seconds(t.Sample))}
	}
	rows := make([][]cell, len(list))
	for i := range list {
		rows[i] = []cell{{Text: seconds(list[i].start), Class: "number"}, {Text: seconds(list[i].time), Class: "number"}, {Text: list[i].lane}, {Text: list[i].name}, {Text: list[i].in.Origin.String()}}
	}
	s.Tables = []grid{{Caption: fmt.Sprintf("%d instructions that take time", len(list)), Folded: true, Head: []string{"at", "for", "line", "instruction", "written at"}, Rows: rows}}
	return s
}

// Timeline writes the schedule of a program as a page of its own.
func Timeline(w io.Writer, m *job.Model) error {
	f := m.Fabric()
	p := page{Title: fmt.Sprintf("Schedule of %s on %s", f.Name, f.Chip.Name), Sections: []section{scheduleSection(f)}}
	p.Subtitle = fmt.Sprintf("%d instructions a step, %d an answer", len(f.Train), len(f.Eval))
	return p.write(w)
}
