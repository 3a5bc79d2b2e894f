package fabric

import (
	"fmt"
	"reflect"
)

// State is implemented by every part of the machine that keeps something from
// one step to the next. A checkpoint holds the fields of all of them.
type State interface {
	// State lists what has to be kept, in a fixed order.
	State() []Field
}

// Field is one kept value: Ptr is a *int, *int64, *uint64, *float64, *bool,
// *[]float32, *[]float64, *[]int32, *[]int64 or *[]int.
type Field struct {
	Name string
	Ptr  any
}

// Fields lists the kept fields of a struct by their tag: `state:"name"` keeps a
// field, `state:"-"` says that it is made anew from the program. It follows kept
// structs, pointers and slices of them, and State implementations, and joins
// names by dots. A field without the tag panics: nobody decided what becomes of
// it.
func Fields(ptr any) []Field {
	v := reflect.ValueOf(ptr).Elem()
	var out []Field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, ok := f.Tag.Lookup("state")
		if !ok {
			panic(fmt.Sprintf("fabric: %s.%s has no state tag", v.Type(), f.Name))
		}
		if tag == "-" {
			continue
		}
		if !f.IsExported() {
			panic(fmt.Sprintf("fabric: %s.%s is kept but not exported", v.Type(), f.Name))
		}
		out = append(out, fieldsOf(tag, v.Field(i))...)
	}
	return out
}

func fieldsOf(name string, v reflect.Value) []Field {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	ptr := v.Addr().Interface()
	if s, ok := ptr.(State); ok {
		return prefix(name, s.State())
	}
	switch ptr.(type) {
	case *int, *int64, *uint64, *float64, *bool, *[]float32, *[]float64, *[]int32, *[]int64, *[]int:
		return []Field{{name, ptr}}
	}
	switch v.Kind() {
	case reflect.Struct:
		return prefix(name, Fields(ptr))
	case reflect.Slice, reflect.Array:
		var out []Field
		for i := range v.Len() {
			out = append(out, fieldsOf(fmt.Sprintf("%s[%d]", name, i), v.Index(i))...)
		}
		return out
	}
	panic(fmt.Sprintf("fabric: cannot keep %s of type %s", name, v.Type()))
}

func prefix(name string, fields []Field) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		out[i] = Field{name + "." + f.Name, f.Ptr}
	}
	return out
}
