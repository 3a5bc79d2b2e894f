package fabric

import (
	"fmt"
	"strconv"
	"strings"
)

var opWords = [...]string{
	OpConfig: "config", OpLoad: "load", OpFire: "fire", OpPush: "push", OpPop: "pop", OpPeek: "peek", OpFree: "free",
	OpLoss: "loss", OpGrad: "grad", OpUpdate: "update", OpStore: "store", OpRefresh: "refresh",
	OpCalibrate: "calibrate", OpCheck: "check", OpSync: "sync", OpHalt: "halt",
}

// String is the instruction's word in the text form.
func (o Op) String() string {
	if int(o) < len(opWords) {
		return opWords[o]
	}
	return fmt.Sprintf("op%d", uint8(o))
}

var roleWords = [...]string{
	Forward: "forward", DataGrad: "data_grad", ParamGrad: "param_grad", Sum: "sum", Loss: "loss", Input: "input",
}

// String is the role's word in the text form.
func (r Role) String() string {
	if int(r) < len(roleWords) {
		return roleWords[r]
	}
	return fmt.Sprintf("role%d", uint8(r))
}

// pathText is a name or instance path, quoted unless it is plain.
func pathText(p string) string {
	if p == "" || !isLetter(p[0]) {
		return strconv.Quote(p)
	}
	for i := range len(p) {
		if !isPathByte(p[i]) {
			return strconv.Quote(p)
		}
	}
	return p
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isPathByte(b byte) bool {
	return isLetter(b) || isDigit(b) || strings.IndexByte(".[]#'-", b) >= 0
}

// originText is the last part of a line, quoted if the file's name would not
// survive on it.
func originText(o string) string {
	if strings.ContainsAny(o, "\n\r") || o != strings.TrimSpace(o) || strings.HasPrefix(o, `"`) {
		return " @" + strconv.Quote(o)
	}
	return " @" + o
}

// valueText is %3, or - for no value.
func valueText(v ValueID) string {
	if v == NoValue {
		return "-"
	}
	return "%" + strconv.Itoa(int(v))
}

func valuesText(list []ValueID) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = valueText(v)
	}
	return strings.Join(parts, " ")
}

func intsText(list []int) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func numbersText(list []float64) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = numberText(n)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// placesText is a list of modules, three or more in a row as a range: [0 .. 7, 9].
func placesText(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		n := run(list[i:])
		if n < 3 {
			n = 1
			parts = append(parts, strconv.Itoa(list[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d .. %d", list[i], list[i]+n-1))
		}
		i += n
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// run is the number of elements at the front that count up by one.
func run(list []int) int {
	n := 1
	for n < len(list) && list[n] == list[n-1]+1 {
		n++
	}
	return n
}
