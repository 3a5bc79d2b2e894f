package evaluate

import (
	"slices"
	"strings"

	"acl/fabric/ledger"
	"acl/lang/quantity"
)

var (
	energy = quantity.Energy
	area   = quantity.Length.Times(quantity.Length)
)

// Groups are the first names of the forms, in the order of documentation.
var Groups = []string{"circuit", "cell", "array", "ledger"}

// Forms lists every form: circuit, cell, array, ledger.
var Forms = listForms()

func listForms() []Form {
	var out []Form
	for _, list := range [][]Form{
		amplifierForms(), resistorForms(), tileForms(), junctionForms(), tanhForms(), comparatorForms(), vectorUnits(), holdForms(),
		sizingForms(), residueForms(), cellForms(), chargeForms(), arrayForms(), rangeForms(), protectForms(), ledgerForms(), partForms(),
	} {
		for _, f := range list {
			if f.chip || slices.ContainsFunc(f.Params, func(p Param) bool { return p.Key != "" || p.From != nil || p.Full != "" }) {
				f.Params = append(slices.Clip(f.Params), chipParam)
			}
			out = append(out, f)
		}
	}
	return out
}

// Lookup returns a form by its dotted name, or nil.
func Lookup(name string) *Form {
	for i := range Forms {
		if Forms[i].Name == name {
			return &Forms[i]
		}
	}
	return nil
}

// Group returns the forms whose first name is the given one.
func Group(name string) []*Form {
	var out []*Form
	for i := range Forms {
		if strings.HasPrefix(Forms[i].Name, name+".") {
			out = append(out, &Forms[i])
		}
	}
	return out
}

// Param returns a parameter by its name, or nil.
func (f *Form) Param(name string) *Param {
	for i := range f.Params {
		if f.Params[i].Name == name {
			return &f.Params[i]
		}
	}
	return nil
}

// Signature is the form as a call: circuit.sum(v, r, feedback, gain = opamp.gain).
func (f *Form) Signature() string {
	parts := make([]string, len(f.Params))
	for i := range f.Params {
		p := &f.Params[i]
		parts[i] = p.Name
		if def := p.DefaultText(); def != "" {
			parts[i] += " = " + def
		}
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// DefaultText is a default as documentation shows it, empty without one.
func (p *Param) DefaultText() string {
	switch {
	case p.Kind == OfChip:
		return "chips.fabric45"
	case p.Key != "":
		return p.Key
	case p.From != nil:
		return "auto"
	case p.Default != nil:
		return Format(p.Default)
	case p.Optional:
		return "[]"
	}
	return ""
}

// TypeText says what a parameter takes.
func (p *Param) TypeText() string {
	switch p.Kind {
	case Quantities:
		return "a list, each " + p.Dim.Describe()
	case Matrix:
		return "a list, or a list of lists that are rows, each " + p.Dim.Describe()
	case Whole:
		return "a whole number"
	case Wholes:
		return "a list of whole numbers"
	case Word:
		if p.Words == nil {
			return "a name"
		}
		return strings.Join(p.Words, " | ")
	case Switch:
		return "true | false"
	case Swing:
		return "a range of voltages"
	case OfChip:
		return "a chip"
	}
	if p.Full != "" {
		return p.Dim.Describe() + ", or a share of " + p.Full
	}
	return p.Dim.Describe()
}

// figure is a figure of a cost table as a number with its band.
func figure(f ledger.Figure) Number {
	dim := quantity.None
	if f.Unit == "m2" {
		dim = area
	} else if v, err := quantity.Parse("1" + f.Unit); err == nil {
		dim = v.Dim
	}
	v := number(f.Value, dim)
	if f.Low != f.High {
		v.Band = &Band{f.Low, f.High}
	}
	return v
}

func figureNames(t *ledger.Table) string {
	names := make([]string, len(t.Figures))
	for i, f := range t.Figures {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}
