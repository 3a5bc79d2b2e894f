package fabric

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// KeyKind is the form of a setting's value.
type KeyKind uint8

// The forms of values.
const (
	KeyNumber   KeyKind = iota // a number or a quantity: float64
	KeyWhole                   // a whole number from 0: int
	KeySwitch                  // true or false: bool
	KeyText                    // a word: string
	KeyLevel                   // off, on or a number: Level
	KeyInterval                // low .. high: Interval
	KeySize                    // rows x columns: Size
)

var kindNames = [...]string{"a number", "a whole number", "true or false", "a word", "on, off or a number", "an interval", "a size"}

// String is the kind as messages name it.
func (k KeyKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("KeyKind(%d)", uint8(k))
}

// KeyInfo describes a setting of a chip.
type KeyInfo struct {
	Path string // as the language writes it: cell.spread.step
	Unit string // of its number: V/rtHz; empty for a plain number
	Kind KeyKind
	// Zero is the word that stands for a number 0: off, or auto; empty where 0 is
	// written as 0.
	Zero string
}

// zeroWords are the numbers that a word switches off or leaves to calibration.
var zeroWords = map[string]string{
	"tick": "off", "cap.leak": "off", "cell.lifetime": "off", "rail.bound": "auto",
}

// groups may be switched off as a whole.
var groups = []string{"noise", "faults"}

// key is a setting and where Chip has it.
type key struct {
	KeyInfo
	index []int // of reflect.Value.FieldByIndex
}

// chipKeys are all settings but the modules and their failures, in the order of Chip's fields.
var chipKeys = listKeys(reflect.TypeFor[Chip](), "", nil)

var keyAt = func() map[string]*key {
	at := make(map[string]*key, len(chipKeys))
	for i := range chipKeys {
		at[chipKeys[i].Path] = &chipKeys[i]
	}
	return at
}()

func listKeys(t reflect.Type, within string, index []int) []key {
	var list []key
	for i := range t.NumField() {
		f := t.Field(i)
		name, unit, _ := strings.Cut(f.Tag.Get("acl"), ",")
		if name == "-" || f.Type == reflect.TypeFor[[]Variant]() || f.Type == reflect.TypeFor[[]Failure]() {
			continue
		}
		path, at := within+name, append(slices.Clone(index), i)
		kind, leaf := kindOf(f.Type)
		if !leaf {
			list = append(list, listKeys(f.Type, path+".", at)...)
			continue
		}
		list = append(list, key{KeyInfo{Path: path, Unit: unit, Kind: kind, Zero: zeroWords[path]}, at})
	}
	return list
}

// kindOf returns the kind of a field, or false for a group of fields.
func kindOf(t reflect.Type) (KeyKind, bool) {
	switch reflect.Zero(t).Interface().(type) {
	case float64:
		return KeyNumber, true
	case int:
		return KeyWhole, true
	case bool:
		return KeySwitch, true
	case string:
		return KeyText, true
	case Level:
		return KeyLevel, true
	case Interval:
		return KeyInterval, true
	case Size:
		return KeySize, true
	}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("fabric: a setting of type %s has no form", t))
	}
	return 0, false
}

// Keys lists every setting that a chip has, in the order of its declaration, but
// for the modules, which SetModules sets.
func (c *Chip) Keys() []KeyInfo {
	list := make([]KeyInfo, len(chipKeys))
	for i, k := range chipKeys {
		list[i] = k.KeyInfo
	}
	return list
}

// Key describes the setting of a path, and reports whether there is one.
func (c *Chip) Key(path string) (KeyInfo, bool) {
	if k := keyAt[path]; k != nil {
		return k.KeyInfo, true
	}
	return KeyInfo{}, false
}

// at returns a pointer to the field of a path.
func (c *Chip) at(k *key) any {
	return reflect.ValueOf(c).Elem().FieldByIndex(k.index).Addr().Interface()
}

// find returns a path's key and a pointer to its field.
func (c *Chip) find(path string) (*key, any, error) {
	k := keyAt[path]
	if k == nil {
		return nil, nil, fmt.Errorf("%s: a chip has no such setting", path)
	}
	return k, c.at(k), nil
}

func (k *key) wants(given string) error {
	return fmt.Errorf("%s: want %s, got %s", k.Path, k.Kind, given)
}

// SetNumber sets a number in SI units, a whole number, or the number of a level.
// modules.CLASS takes a count, which replaces the class's variants.
func (c *Chip) SetNumber(path string, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%s: %g is not a finite number", path, v)
	}
	if class, ok := strings.CutPrefix(path, "modules."); ok {
		n, err := whole(path, v)
		if err != nil {
			return err
		}
		return c.SetModules(class, []Variant{{Class: class, Count: n}})
	}
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	switch f := field.(type) {
	case *float64:
		*f = v
	case *int:
		n, err := whole(path, v)
		if err != nil {
			return err
		}
		*f = n
	case *Level:
		*f = Level{LevelNumber, v}
	default:
		return k.wants("a number")
	}
	return nil
}

// whole is v as a count.
func whole(path string, v float64) (int, error) {
	if v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
		return 0, fmt.Errorf("%s: %g is not a whole number from 0 to %d", path, v, math.MaxInt32)
	}
	return int(v), nil
}

// SetText sets a word; where the setting is none, the words off, on, auto, true
// and false mean what they mean for its kind. The groups noise and faults take off.
func (c *Chip) SetText(path, word string) error {
	if slices.Contains(groups, path) && word == "off" {
		c.switchOff(path)
		return nil
	}
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	switch f := field.(type) {
	case *string:
		*f = word
		return nil
	case *bool:
		if word == "true" || word == "on" || word == "false" || word == "off" {
			*f = word == "true" || word == "on"
			return nil
		}
	case *Level:
		switch word {
		case "on":
			*f = Level{Mode: LevelOn}
			return nil
		case "off":
			*f = Level{}
			return nil
		}
	case *float64:
		if word == k.Zero && word != "" {
			*f = 0
			return nil
		}
	}
	return k.wants(fmt.Sprintf("%q", word))
}

// SetBool sets a switch; a level becomes on or off.
func (c *Chip) SetBool(path string, v bool) error {
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	switch f := field.(type) {
	case *bool:
		*f = v
	case *Level:
		*f = Level{}
		if v {
			f.Mode = LevelOn
		}
	default:
		return k.wants(fmt.Sprint(v))
	}
	return nil
}

// SetLevel sets the level of a noise source.
func (c *Chip) SetLevel(path string, v Level) error {
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	f, ok := field.(*Level)
	switch {
	case !ok:
		return k.wants("a level")
	case v.Mode > LevelNumber || math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
		return fmt.Errorf("%s: %v is no level", path, v)
	case v.Mode != LevelNumber:
		v.Value = 0
	}
	*f = v
	return nil
}

// SetInterval sets a range whose ends are in SI units, low below high.
func (c *Chip) SetInterval(path string, low, high float64) error {
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	f, ok := field.(*Interval)
	switch {
	case !ok:
		return k.wants("an interval")
	case !(low < high) || math.IsInf(low, 0) || math.IsInf(high, 0):
		return fmt.Errorf("%s: %g .. %g is no interval", path, low, high)
	}
	*f = Interval{low, high}
	return nil
}

// SetSize sets a number of rows and of columns, both from 1.
func (c *Chip) SetSize(path string, v Size) error {
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	f, ok := field.(*Size)
	switch {
	case !ok:
		return k.wants("a size")
	case v.H < 1 || v.W < 1 || v.H > math.MaxInt32 || v.W > math.MaxInt32:
		return fmt.Errorf("%s: %dx%d has a side below 1 or above %d", path, v.H, v.W, math.MaxInt32)
	}
	*f = v
	return nil
}

// SetModules replaces the physical modules of a class by the given variants, in
// their order, whose Class it fills in. A class keeps its place in the list; a new
// one goes to the end.
func (c *Chip) SetModules(class string, list []Variant) error {
	path := "modules." + class
	if !slices.Contains(Classes, class) {
		return fmt.Errorf("%s: want one of %s", path, strings.Join(Classes, ", "))
	}
	seen := map[string]bool{}
	list = slices.Clone(list)
	for i := range list {
		v := &list[i]
		v.Class = class
		switch {
		case v.Count < 0 || v.Bits < 0 || v.Copies < 0:
			return fmt.Errorf("%s: count, bits and copies are 0 at least", path)
		case seen[v.Name]:
			return fmt.Errorf("%s: two variants are called %q", path, v.Name)
		}
		seen[v.Name] = true
	}
	at := slices.IndexFunc(c.Modules, func(v Variant) bool { return v.Class == class })
	if at < 0 {
		at = len(c.Modules)
	}
	others := slices.DeleteFunc(slices.Clone(c.Modules), func(v Variant) bool { return v.Class == class })
	c.Modules = slices.Insert(others, min(at, len(others)), list...)
	return nil
}

// switchOff turns every setting below a group off: levels to off, numbers to 0.
// Words stay.
func (c *Chip) switchOff(group string) {
	for i := range chipKeys {
		if !strings.HasPrefix(chipKeys[i].Path, group+".") {
			continue
		}
		switch f := c.at(&chipKeys[i]).(type) {
		case *Level:
			*f = Level{}
		case *float64:
			*f = 0
		case *int:
			*f = 0
		}
	}
	if group == "faults" {
		c.Faults.Fail = nil
	}
}

// Idealize makes the chip compute as the mathematics does: every source of noise
// and every fault is off, and Ideal is set, by which converters pass their value,
// nothing is charged, and TileLimit, StackLimit and ModuleLimit have no bound. All
// other settings stay, since they still decide times and sizes.
func (c *Chip) Idealize() {
	c.Ideal = true
	for _, g := range groups {
		c.switchOff(g)
	}
}

// TileLimit is the number of tiles that a program may use: without bound
// (math.MaxInt) on an ideal chip.
func (c *Chip) TileLimit() int { return c.limit(c.Tiles.Count) }

// StackLimit is the number of the stack's capacitors: without bound (math.MaxInt)
// on an ideal chip.
func (c *Chip) StackLimit() int { return c.limit(c.Stack.Depth) }

// ModuleLimit is the number of physical modules of a class, all variants together:
// without bound (math.MaxInt) on an ideal chip.
func (c *Chip) ModuleLimit(class string) int {
	n := 0
	for _, v := range c.Modules {
		if v.Class == class {
			n += v.Count
		}
	}
	return c.limit(n)
}

func (c *Chip) limit(n int) int {
	if c.Ideal {
		return math.MaxInt
	}
	return n
}
