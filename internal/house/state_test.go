package house

import (
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strings"
	"testing"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/dcu"
	"acl/fabric/device"
	"acl/fabric/ledger"
)

// parts are the types that implement fabric.State, by package and name.
var parts = map[string]any{
	"fabric/array.Gradient": &array.Gradient{},
	"fabric/array.Matrix":   &array.Matrix{},
	"fabric/dcu.Machine":    &dcu.Machine{},
	"fabric/device.Machine": &device.Machine{},
	"fabric/ledger.Book":    &ledger.Book{},
}

// kept are the structs whose fields a checkpoint lists by their tags.
var kept = []any{&array.Gradient{}, &array.Matrix{}, &dcu.Memory{}, &dcu.Place{}, &device.Machine{}, &device.Tile{}}

// byHand are the parts whose State does not go by tags, with every field they have:
// one more is one whose keeping nobody decided. What is not kept is derived or made
// anew from the program.
var byHand = []struct {
	part   any
	fields string
}{
	// Kept: lines, as packed, and counts.
	{&ledger.Book{}, "lines index counts packed stale"},
	// Kept: Memory. Between steps the stack is empty, wires hold nothing and the
	// batch's sums are used up; no rewrite is ahead of its instruction.
	{&dcu.Machine{}, "Memory prog pool env modules wires stack meter signal sums scratch call operandSeen descent refreshes ahead turns values config folded copied epoch shelved"},
}

// Every method State of the tree's code is of a type that the tests here know.
func TestEveryStateIsKnown(t *testing.T) {
	found := map[string]bool{}
	for folder, files := range goFiles(t) {
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, name := range stateful(parse(t, file, read(t, file))) {
				found[folder+"."+name] = true
			}
		}
	}
	for name := range found {
		if parts[name] == nil {
			t.Errorf("%s implements fabric.State and no test of this package knows it", name)
		}
	}
	for name, part := range parts {
		if _, ok := part.(fabric.State); !ok || !found[name] {
			t.Errorf("%s does not implement fabric.State", name)
		}
	}
}

// stateful returns the types of a file with a method State() []fabric.Field.
func stateful(f *ast.File) []string {
	var out []string
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || fn.Name.Name != "State" || fn.Type.Results.NumFields() != 1 {
			continue
		}
		slice, ok := fn.Type.Results.List[0].Type.(*ast.ArrayType)
		if !ok || !isField(slice.Elt) {
			continue
		}
		recv := fn.Recv.List[0].Type
		if star, ok := recv.(*ast.StarExpr); ok {
			recv = star.X
		}
		if id, ok := recv.(*ast.Ident); ok {
			out = append(out, id.Name)
		}
	}
	return out
}

func isField(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Field"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Field"
	}
	return false
}

func TestFieldsByHand(t *testing.T) {
	for _, c := range byHand {
		typ := reflect.TypeOf(c.part).Elem()
		var got []string
		for i := range typ.NumField() {
			got = append(got, typ.Field(i).Name)
		}
		want := strings.Fields(c.fields)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has fields %v, and %v were looked at: is the new one kept?", typ, got, want)
		}
	}
}

// Every kept struct, with one element in each slice and nothing nil so that no part
// of it hides, lists all its fields, under names that differ.
func TestEveryFieldIsDecided(t *testing.T) {
	for _, ptr := range kept {
		v := reflect.New(reflect.TypeOf(ptr).Elem())
		fill(v.Elem())
		fields, err := list(v.Interface())
		if err != nil {
			t.Error(err)
			continue
		}
		seen := map[string]bool{}
		for _, f := range fields {
			if seen[f.Name] {
				t.Errorf("%T keeps two fields named %s", ptr, f.Name)
			}
			seen[f.Name] = true
		}
		for _, tag := range tags(v.Type().Elem()) {
			if !slices.ContainsFunc(fields, func(f fabric.Field) bool { return under(f.Name, tag) }) {
				t.Errorf("%T does not list its field %s", ptr, tag)
			}
		}
	}
}

// list is fabric.Fields, its panic as an error.
func list(ptr any) (fields []fabric.Field, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return fabric.Fields(ptr), nil
}

// tags are the names that a struct keeps its fields under.
func tags(typ reflect.Type) []string {
	var out []string
	for i := range typ.NumField() {
		if tag := typ.Field(i).Tag.Get("state"); tag != "-" {
			out = append(out, tag)
		}
	}
	return out
}

// under reports whether a listed name is a tag's or that of a part of it.
func under(name, tag string) bool {
	rest, ok := strings.CutPrefix(name, tag)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// fill gives the kept fields of a struct one element a slice and something behind
// each pointer. What a part lists by hand it leaves empty.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[ledger.Book]() {
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Tag.Get("state") != "-" {
				fill(v.Field(i))
			}
		}
	}
}
