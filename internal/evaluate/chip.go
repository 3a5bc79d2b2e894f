package evaluate

import (
	"strings"

	"acl/fabric"
	"acl/lang/quantity"
)

// setting is the value of a chip's setting: a number with its unit, a word (off,
// auto, on), an interval or a size; modules.CLASS is a count.
func setting(chip *fabric.Chip, path string) (Value, bool) {
	if class, ok := strings.CutPrefix(path, "modules."); ok {
		return moduleCount(chip, class)
	}
	info, ok := chip.Key(path)
	if !ok {
		return nil, false
	}
	text := chip.Format(path)
	if info.Kind == fabric.KeyText {
		return Text(text), true
	}
	return read(text), true
}

func moduleCount(chip *fabric.Chip, class string) (Value, bool) {
	count, found := 0, false
	for _, v := range chip.Modules {
		if v.Class == class {
			count, found = count+v.Count, true
		}
	}
	return whole(count), found
}

// read turns the printed form of a setting, which keeps every digit, into a value.
func read(text string) Value {
	switch text {
	case "true", "false":
		return Bool(text == "true")
	}
	if low, high, ok := strings.Cut(text, " .. "); ok {
		return Interval{Low: readNumber(low), High: readNumber(high)}
	}
	if h, w, ok := strings.Cut(text, "x"); ok {
		if a, b := readNumber(h), readNumber(w); a.Whole && b.Whole {
			return Size{H: int(a.Num), W: int(b.Num)}
		}
	}
	if strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
		return Text(text)
	}
	return readNumber(text)
}

func readNumber(text string) Number {
	digits, negative := strings.CutPrefix(text, "-")
	v, err := quantity.Parse(digits)
	if err != nil {
		panic("evaluate: a chip prints " + text + ", which is no quantity")
	}
	if negative {
		v = v.Neg()
	}
	return Number{Value: v, Whole: !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })}
}

// settings are those of a chip below a group, or all for an empty path.
func settings(c Chip, group string) Record {
	var out Record
	within := ""
	if group != "" {
		within = group + "."
	}
	for _, k := range c.Keys() {
		if name, ok := strings.CutPrefix(k.Path, within); ok {
			v, _ := setting(c.Chip, k.Path)
			out = append(out, Field{name, v})
		}
	}
	for _, class := range fabric.Classes {
		path := "modules." + class
		name, ok := strings.CutPrefix(path, within)
		if v, has := setting(c.Chip, path); ok && has {
			out = append(out, Field{name, v})
		}
	}
	return out
}

// paths are all settings that a chip can be asked for.
func paths(c Chip) []string {
	var out []string
	for _, f := range settings(c, "") {
		out = append(out, f.Name)
	}
	return out
}
