package ir

import (
	"fmt"
	"strconv"
	"strings"

	"acl/lang/sig"
)

var roleWords = [...]string{
	Forward: "", DataGrad: "data_grad", ParamGrad: "param_grad", Sum: "", Loss: "loss", LossGrad: "loss_grad",
}

// String is the role as messages name it.
func (r Role) String() string {
	switch r {
	case Forward:
		return "forward"
	case Sum:
		return OpSum
	}
	if int(r) < len(roleWords) {
		return roleWords[r]
	}
	return fmt.Sprintf("role %d", uint8(r))
}

// plainWire is a wire without directives.
var plainWire = Wire{Via: -1, Hold: HoldCapacitor, Scale: 1}

// Print returns the text form of a graph, which Parse reads back.
func Print(g *Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph %s\n", pathText(g.Module))
	for i := range g.Params {
		printParam(&b, &g.Params[i])
	}
	printPorts(&b, "in", g.Inputs)
	printPorts(&b, "out", g.Outputs)
	for _, l := range g.Losses {
		fmt.Fprintf(&b, "loss %%%d\n", l)
	}
	for i := range g.Nodes {
		printNode(&b, g, NodeID(i))
	}
	for _, e := range g.Entries {
		b.WriteString("entry " + pathText(e.Path))
		for _, o := range e.To {
			fmt.Fprintf(&b, " %%%d:%d", o.Node, o.Index)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func printParam(b *strings.Builder, p *Param) {
	fmt.Fprintf(b, "param %s %s", pathText(p.Path), ShapeText(p.Shape))
	if p.FanIn != 0 {
		fmt.Fprintf(b, " fan_in=%d", p.FanIn)
	}
	if p.Init != 0 {
		fmt.Fprintf(b, " init=%s", floatText(p.Init))
	}
	b.WriteByte('\n')
}

func printPorts(b *strings.Builder, word string, ports []Port) {
	for i := range ports {
		p := &ports[i]
		fmt.Fprintf(b, "%s %s %%%d %s %s\n", word, pathText(p.Name), p.Node, ShapeText(p.Shape), originText(p.Origin.Origin()))
	}
}

func printNode(b *strings.Builder, g *Graph, id NodeID) {
	n := g.Node(id)
	fmt.Fprintf(b, "%%%d %s = ", id, pathText(n.Path))
	if w := roleWords[n.Role]; w != "" {
		b.WriteString(w + " ")
	}
	b.WriteString(pathText(n.Op))
	if len(n.Attrs) > 0 {
		b.WriteByte('(')
		for i, a := range n.Attrs {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(pathText(a.Name) + "=" + ValueText(a.Value))
		}
		b.WriteByte(')')
	}
	for i, a := range n.Args {
		fmt.Fprintf(b, " %%%d", a)
		if n.Wires != nil {
			b.WriteString(wireText(n.Wires[i]))
		}
	}
	b.WriteString(" : " + ShapeText(n.Shape))
	printRefs(b, g, n)
	b.WriteString(" " + originText(n.Origin.Origin()) + "\n")
}

// printRefs writes the parts of a node that name tensors and other nodes.
func printRefs(b *strings.Builder, g *Graph, n *Node) {
	if len(n.Params) > 0 {
		names := make([]string, len(n.Params))
		for i, p := range n.Params {
			names[i] = pathText(g.Params[p].Path)
		}
		fmt.Fprintf(b, " params(%s)", strings.Join(names, " "))
	}
	if n.MACs != 0 {
		fmt.Fprintf(b, " macs=%d", n.MACs)
	}
	if n.Of != None {
		fmt.Fprintf(b, " of %%%d", n.Of)
	}
	if n.Operand != 0 {
		fmt.Fprintf(b, " operand %d", n.Operand)
	}
	if len(n.Saved) > 0 {
		names := make([]string, len(n.Saved))
		for i, s := range n.Saved {
			names[i] = fmt.Sprintf("%%%d", s)
		}
		fmt.Fprintf(b, " saved(%s)", strings.Join(names, " "))
	}
}

func wireText(w Wire) string {
	var parts []string
	if w.Via >= 0 {
		via := fmt.Sprintf("via=%d", w.Via)
		if !w.At.IsZero() {
			via += "@" + strconv.Quote(w.At.Origin())
		}
		parts = append(parts, via)
	}
	if w.Hold == HoldDigital {
		parts = append(parts, "hold=digital")
	}
	if w.Scale != 1 {
		parts = append(parts, fmt.Sprintf("scale=%d", w.Scale))
	}
	if parts == nil {
		return ""
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// ShapeText is a shape as programs write it: [16, 8, 8], ? for a dimension that
// is not known.
func ShapeText(s sig.Shape) string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = "?"
		if d != sig.Unknown {
			parts[i] = strconv.Itoa(d)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// ValueText is the text of a value, from which Parse restores it.
func ValueText(v sig.Value) string {
	switch v := v.(type) {
	case nil:
		return "_"
	case sig.Int:
		return strconv.FormatInt(int64(v), 10)
	case sig.Float:
		return floatText(float64(v))
	case sig.Bool:
		return strconv.FormatBool(bool(v))
	case sig.Size:
		return fmt.Sprintf("%dx%d", v.H, v.W)
	case sig.String:
		return strconv.Quote(string(v))
	case sig.Word:
		return wordText(string(v))
	case sig.Quantity:
		d := v.Dim
		return fmt.Sprintf("%s<%d,%d,%d,%d,%d,%d>", floatText(v.Num), d.M, d.Kg, d.S, d.A, d.K, d.Bit)
	case sig.Range:
		return ValueText(v.Low) + " .. " + ValueText(v.High)
	case sig.List:
		return "[" + valueTexts(v) + "]"
	case sig.Module:
		return "module(" + strconv.Quote(v.Name) + ")"
	case sig.Name:
		return "name(" + strconv.Quote(v.Text) + ")"
	case sig.Call:
		if len(v.Args) == 0 {
			return "call(" + strconv.Quote(v.Func.Name) + ")"
		}
		return "call(" + strconv.Quote(v.Func.Name) + ", " + valueTexts(v.Args) + ")"
	}
	panic(fmt.Sprintf("ir: value of type %T", v))
}

func valueTexts(list []sig.Value) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = ValueText(e)
	}
	return strings.Join(parts, ", ")
}

// floatText is a number that cannot be taken for an int.
func floatText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eNI") {
		s += ".0"
	}
	return s
}

func wordText(w string) string {
	if w == "true" || w == "false" || w == "_" || !isIdent(w) {
		return "word(" + strconv.Quote(w) + ")"
	}
	return w
}

// pathText is a path, quoted unless it is plain.
func pathText(p string) string {
	if p == "" || !isLetter(p[0]) {
		return strconv.Quote(p)
	}
	for i := 0; i < len(p); i++ {
		if !isPathByte(p[i]) {
			return strconv.Quote(p)
		}
	}
	return p
}

// originText quotes an origin whose file name would not survive on a line.
func originText(o string) string {
	if strings.ContainsAny(o, "\n\r") || o != strings.TrimSpace(o) || strings.HasPrefix(o, `"`) {
		return "@" + strconv.Quote(o)
	}
	return "@" + o
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isPathByte(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte(".[]#'-", c) >= 0
}

func isIdent(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && (i == 0 || !isDigit(s[i])) {
			return false
		}
	}
	return s != ""
}
