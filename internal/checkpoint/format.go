package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"

	"acl/fabric"
)

// The file, all numbers little endian:
//
//	8 bytes  magic
//	8 bytes  length of the header
//	header   JSON
//	values   one after the other, in the order of the header's fields
//	4 bytes  CRC-32C of all before
const magic = "acl-ckp1"

// maxHeader bounds the header: far above the fields of the largest machine.
const maxHeader = 64 << 20

// Info is what a checkpoint says of itself.
type Info struct {
	Program string          `json:"program"` // hash of the program that the state belongs to
	Meta    json.RawMessage `json:"meta"`    // the caller's
	Fields  []FieldInfo     `json:"fields"`
}

// FieldInfo describes one value.
type FieldInfo struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Count int    `json:"count"` // elements; 1 of a single value
}

// widths are the bytes of an element in the file; an int takes 8.
var widths = map[string]int64{
	"bool": 1, "int": 8, "int64": 8, "uint64": 8, "float64": 8,
	"[]float32": 4, "[]float64": 8, "[]int32": 4, "[]int64": 8, "[]int": 8,
}

// describe returns a field's type and number of elements. It panics on a type that
// fabric.Field does not allow.
func describe(f fabric.Field) FieldInfo {
	single := func(t string) FieldInfo { return FieldInfo{f.Name, t, 1} }
	switch p := f.Ptr.(type) {
	case *bool:
		return single("bool")
	case *int:
		return single("int")
	case *int64:
		return single("int64")
	case *uint64:
		return single("uint64")
	case *float64:
		return single("float64")
	case *[]float32:
		return FieldInfo{f.Name, "[]float32", len(*p)}
	case *[]float64:
		return FieldInfo{f.Name, "[]float64", len(*p)}
	case *[]int32:
		return FieldInfo{f.Name, "[]int32", len(*p)}
	case *[]int64:
		return FieldInfo{f.Name, "[]int64", len(*p)}
	case *[]int:
		return FieldInfo{f.Name, "[]int", len(*p)}
	}
	panic(fmt.Sprintf("checkpoint: field %s is a %T", f.Name, f.Ptr))
}

// payload checks the header's own sense and returns the bytes of all values.
func (i *Info) payload() (int64, error) {
	var total int64
	seen := make(map[string]bool, len(i.Fields))
	for _, f := range i.Fields {
		width := widths[f.Type]
		switch {
		case width == 0:
			return 0, fmt.Errorf("field %s has the unknown type %q", f.Name, f.Type)
		case f.Count < 0 || f.Type[0] != '[' && f.Count != 1:
			return 0, fmt.Errorf("field %s has %d elements", f.Name, f.Count)
		case int64(f.Count) > (math.MaxInt64-total)/width:
			return 0, fmt.Errorf("field %s is too large", f.Name)
		case seen[f.Name]:
			return 0, fmt.Errorf("two fields are called %s", f.Name)
		}
		seen[f.Name] = true
		total += int64(f.Count) * width
	}
	return total, nil
}
