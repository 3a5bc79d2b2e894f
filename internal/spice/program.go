package spice

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/fabric/dcu"
)

// mostCells bounds a program that is exported: beyond it a simulator takes minutes.
const mostCells = 4000

// Program writes the forward pass of a small program as a netlist: cells with their
// weights as sources on the gates, read-outs, rectifiers and pairs; a run for each
// sample that the machine has answered, probing what each unit puts out. The machine
// is at the circuit level, on nominal devices.
func Program(m *dcu.Machine, samples int) (*Netlist, error) {
	f := m.Program()
	x := &exporter{m: m, f: f, chip: &f.Chip, nodes: make([][]string, len(f.Values)), n: &Netlist{Notes: []string{
		"a value's node is at rail.input for its full scale, which a scale of two sets",
		"gains between full scales, drivers' limits and digital outputs are behavioural sources",
	}}}
	if err := Refuse(f); err != nil {
		return nil, err
	}
	amp := circuit.OpAmpOf(x.chip)
	x.n.amplifier("opamp", amp)
	x.n.amplifier("wide", unclipped(amp))
	x.n.junction("rectifier", circuit.Silicon(1e-15))
	x.n.bipolar("npn", bipolarSaturation, 1e9)
	x.n.resistor(circuit.VCROf(x.chip))
	x.n.readouts(x.chip)
	x.n.add("Vcc vcc 0 DC %s", num(x.chip.Supply.Analog))
	for i := range f.Eval {
		if in := &f.Eval[i]; in.Op == fabric.OpFire {
			x.unit(&f.Units[in.Unit])
		}
	}
	for s := range samples {
		x.run(s)
	}
	x.n.Title = fmt.Sprintf("%s on %s: the forward pass", f.Name, f.Chip.Name)
	x.n.Kelvin, x.n.Options = x.chip.Temperature, options
	return x.n, nil
}

type exporter struct {
	m     *dcu.Machine
	f     *fabric.Program
	chip  *fabric.Chip
	n     *Netlist
	nodes [][]string // by value, of each element
	in    []input    // sources of the runs
	seen  []fabric.ValueID
}

type input struct {
	source string
	value  fabric.ValueID
	at     int
}

// Refuse names what of a program a netlist has no circuit for. The circuit level has
// none for some of that either: a program is asked about before a machine runs it.
func Refuse(f *fabric.Program) error {
	cells := 0
	for i := range f.Eval {
		if f.Eval[i].Op != fabric.OpFire {
			continue
		}
		u := &f.Units[f.Eval[i].Unit]
		switch {
		case u.Role == fabric.Input:
		case u.Op == "nn.dense" && u.Positions <= 1:
			a := &f.Arrays[u.Array]
			cells += a.Rows * a.Cols
		case u.Op == "nn.relu", u.Op == "nn.tanh", u.Op == "nn.softmax", u.Op == "nn.add", u.Op == "nn.flatten":
		default:
			return fmt.Errorf("%s: a netlist has no circuit for %s: it takes nn.dense of a vector, nn.relu, nn.tanh, nn.softmax, nn.add and nn.flatten", u.Origin, u.Op)
		}
	}
	if cells > mostCells {
		return fmt.Errorf("%s has %d cells: a netlist takes %d at most", f.Name, cells, mostCells)
	}
	return nil
}

// full is the number that a value's node at rail.input stands for.
func (x *exporter) full(v fabric.ValueID) float64 { return math.Ldexp(1, x.m.Memory.Ranges[v].Exp) }

// name is a unit's path as a node may be called.
func name(path string, at int) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, path)
	return fmt.Sprintf("%s_%d", strings.ToLower(clean), at+1)
}

// operand are the nodes of what a unit reads. An arrow with a factor carries k times
// a value within the rail, and its reader undoes k.
func (x *exporter) operand(u *fabric.Unit, i int) []string {
	nodes := x.nodes[u.Args[i]]
	if u.Scales == nil || u.Scales[i] == 1 {
		return nodes
	}
	limit := num(circuit.Swing(x.chip) / u.Scales[i])
	out := make([]string, len(nodes))
	for at, node := range nodes {
		out[at] = name(fmt.Sprintf("%s_wire%d", u.Path, i+1), at)
		x.n.add("B%s %s 0 V = max(-%s,min(%s,V(%s)))", out[at], out[at], limit, limit, node)
	}
	return out
}

// unit adds a unit's circuit and the nodes of its output.
func (x *exporter) unit(u *fabric.Unit) {
	v := u.Out
	count := x.f.Values[v].Elements()
	nodes := make([]string, count)
	for i := range nodes {
		nodes[i] = name(u.Path, i)
	}
	switch {
	case u.Role == fabric.Input:
		for i, node := range nodes {
			x.n.source("V"+node, node)
			x.in = append(x.in, input{"V" + node, v, i})
		}
	case u.Op == "nn.dense":
		x.dense(u, nodes)
	case u.Op == "nn.relu":
		x.relu(u, nodes)
	case u.Op == "nn.tanh":
		x.tanh(u, nodes)
	case u.Op == "nn.softmax":
		x.softmax(u, nodes)
	case u.Op == "nn.add":
		x.add(u, nodes)
	case u.Op == "nn.flatten":
		s, in := x.f.Values[u.Args[0]].Shape, x.operand(u, 0)
		for i := range nodes {
			from := i
			if len(s) == 3 { // stored pixel by pixel
				from = i%(s[1]*s[2])*s[0] + i/(s[1]*s[2])
			}
			nodes[i] = in[from]
		}
	}
	x.nodes[v] = nodes
	x.seen = append(x.seen, v)
}

// rescale drives a node with k times a sum, within the rail.
func (x *exporter) rescale(node string, k float64, parts ...string) {
	swing := circuit.OpAmpOf(x.chip)
	for i := range parts {
		parts[i] = "V(" + parts[i] + ")"
	}
	x.n.add("B%s %s 0 V = max(%s,min(%s,%s*(%s)))", node, node, num(swing.Low), num(swing.High), num(k), strings.Join(parts, "+"))
}

// dense is an array: drivers, cells and read-outs by block of rows, and the sum of
// their parts.
func (x *exporter) dense(u *fabric.Unit, nodes []string) {
	in, rail := u.Args[0], x.chip.Rail.Input
	a, tile := &x.f.Arrays[u.Array], x.m.Memory.Devices.Tiles[u.Array]
	bound := x.m.Memory.Arrays[u.Array].Bound()
	var rows []string
	for i, node := range x.operand(u, 0) {
		row := name(u.Path+"_row", i)
		x.n.add("B%s %s 0 V = max(%s,min(%s,V(%s)))", row, row, num(-rail), num(rail), node)
		rows = append(rows, row)
	}
	if a.Bias {
		row := name(u.Path+"_row", len(rows))
		x.n.add("V%s %s 0 DC %s", row, row, num(rail*min(1, 1/x.full(in))))
		rows = append(rows, row)
	}
	size := x.chip.Tiles.Size.H
	parts := make([][]string, a.Cols)
	var gains []float64
	for b, lo := 0, 0; lo < a.Rows; b, lo = b+1, lo+size {
		hi := min(lo+size, a.Rows)
		column := circuit.ColumnOf(x.chip, hi-lo, bound)
		weights := make([][]float64, hi-lo)
		for i := range weights {
			weights[i] = tile.Weights[(lo+i)*a.Cols : (lo+i+1)*a.Cols]
		}
		prefix := name(u.Path+"_block", b) + "_"
		x.n.columns(prefix, rows[lo:hi], weights, column, x.chip)
		for j := range a.Cols {
			parts[j] = append(parts[j], fmt.Sprintf("%s%d", prefix, j+1))
		}
		gains = append(gains, circuit.ColumnGain(x.chip, hi-lo, bound))
	}
	// What the control unit knows of the loop gain is taken out of each part.
	k := tile.Alpha * x.full(in) / x.full(u.Out) * rail * bound / circuit.Swing(x.chip)
	for j, node := range nodes {
		var corrected []string
		for b, part := range parts[j] {
			known := part + "_k"
			x.n.add("E%s %s 0 %s 0 %s", known, known, part, num(1/gains[b]))
			corrected = append(corrected, known)
		}
		x.rescale(node, k, corrected...)
	}
}

// relu is the difference amplifier and rectifier of each element.
func (x *exporter) relu(u *fabric.Unit, nodes []string) {
	r, in := rectifierOf(x.chip), x.operand(u, 0)
	for i, node := range nodes {
		from := in[i]
		d := node + "_d"
		x.n.add("R%sa %s %sn 100k", d, from, d)
		x.n.add("R%sb %sn %s 100k", d, d, d)
		x.n.add("R%sc 0 %sp 100k", d, d)
		x.n.add("R%sd %sp 0 100k", d, d)
		x.n.add("X%s %sp %sn %s opamp", d, d, d, d)
		x.n.rectify(node+"_r", d, node+"_r", r)
		x.rescale(node, x.full(u.Args[0])/x.full(u.Out), node+"_r")
	}
}

// tanh is a bipolar pair whose inputs are 2 V_T for a logical 1.
func (x *exporter) tanh(u *fabric.Unit, nodes []string) {
	rail := x.chip.Rail.Input
	perUnit := circuit.ThermalVoltage(x.chip.Temperature) * x.full(u.Args[0]) / rail
	in := x.operand(u, 0)
	for i, node := range nodes {
		from := in[i]
		x.n.add("E%sp %sp 0 %s 0 %s", node, node, from, num(perUnit))
		x.n.add("E%sn %sn 0 %s 0 %s", node, node, from, num(-perUnit))
		x.n.add("R%sa vcc %sa %s", node, node, num(rail/tailCurrent))
		x.n.add("R%sb vcc %sb %s", node, node, num(rail/tailCurrent))
		x.n.add("Q%sa %sa %sp %se npn", node, node, node, node)
		x.n.add("Q%sb %sb %sn %se npn", node, node, node, node)
		x.n.add("I%s %se 0 DC %s", node, node, num(tailCurrent))
		x.n.add("B%s %s 0 V = %s*(V(%sb)-V(%sa))", node, node, num(1/x.full(u.Out)), node, node)
	}
}

// softmax is the translinear circuit of a vector, the largest input first.
func (x *exporter) softmax(u *fabric.Unit, nodes []string) {
	from := x.operand(u, 0)
	perUnit := circuit.ThermalVoltage(x.chip.Temperature) * x.full(u.Args[0]) / x.chip.Rail.Input
	top := name(u.Path+"_top", 0)
	largest := "V(" + from[0] + ")"
	for _, node := range from[1:] {
		largest = fmt.Sprintf("max(%s,V(%s))", largest, node)
	}
	x.n.add("B%s %s 0 V = %s", top, top, largest)
	for i, node := range nodes {
		x.n.add("E%sv %sv 0 %s %s %s", node, node, from[i], top, num(perUnit))
		x.n.add("V%sc vcc %sc DC 0", node, node)
		x.n.add("Q%s %sc %sv %se npn", node, node, node, top)
		x.n.add("B%s %s 0 V = I(V%sc)*%s", node, node, node, num(x.chip.Rail.Input/tailCurrent/x.full(u.Out)))
	}
	x.n.add("I%s %se 0 DC %s", top, top, num(tailCurrent))
}

// add is a summing amplifier and an inverting one, at the larger full scale.
func (x *exporter) add(u *fabric.Unit, nodes []string) {
	full := 1.0
	in := make([][]string, len(u.Args))
	for k, v := range u.Args {
		full, in[k] = max(full, x.full(v)), x.operand(u, k)
	}
	for i, node := range nodes {
		s := node + "_s"
		for k, v := range u.Args {
			x.n.add("E%s_%d %s_%d 0 %s 0 %s", s, k, s, k, in[k][i], num(x.full(v)/full))
			x.n.add("R%s_%d %s_%d %sn 100k", s, k, s, k, s)
		}
		x.n.add("R%sf %sn %s 100k", s, s, s)
		x.n.add("X%s 0 %sn %s opamp", s, s, s)
		x.n.add("R%si %s %sm 100k", s, s, s)
		x.n.add("R%so %sm %so 100k", s, s, s)
		x.n.add("X%so 0 %sm %so opamp", s, s, s)
		x.rescale(node, full/x.full(u.Out), s+"o")
	}
}

// run sets the inputs of a sample, and probes every value.
func (x *exporter) run(sample int) {
	r := Run{Command: "op"}
	volts := func(v fabric.ValueID, at int) float64 {
		k := x.f.Values[v].Elements()
		return x.m.Memory.Devices.Value(v)[sample*k+at] / x.full(v) * x.chip.Rail.Input
	}
	for _, in := range x.in {
		r.Set = append(r.Set, Setting{in.source, volts(in.value, in.at)})
	}
	probed := map[string]bool{}
	for _, v := range x.seen {
		for i, node := range x.nodes[v] {
			if probed[node] {
				continue
			}
			probed[node] = true
			r.Probes = append(r.Probes, Probe{Print: "v(" + node + ")", Value: volts(v, i), Unit: "V", Full: circuit.Swing(x.chip)})
		}
	}
	x.n.Runs = append(x.n.Runs, r)
}
