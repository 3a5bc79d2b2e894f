package lower

import (
	"strings"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// variants gives the chip its physical modules: for each class that a fabric
// mentions a count, or variants in the order of their text.
func variants(chip *fabric.Chip, f *check.Fabric, diags *diag.List) {
	byClass := map[string][]fabric.Variant{}
	for _, it := range check.Flatten(f) {
		rest, ok := strings.CutPrefix(it.Path, "modules.")
		if !ok {
			continue
		}
		class, member, nested := strings.Cut(rest, ".")
		if it.Subject == nil {
			if n, ok := it.Value.(sig.Int); ok {
				byClass[class] = []fabric.Variant{{Class: class, Count: int(n), Copies: 1}}
			}
			continue
		}
		v := variant(byClass, class, it.Subject.Text)
		n, isInt := it.Value.(sig.Int)
		if !nested || !isInt {
			continue
		}
		switch member {
		case "count":
			v.Count = int(n)
		case "bits":
			v.Bits = int(n)
		case "copies":
			v.Copies = int(n)
		}
	}
	for _, class := range fabric.Classes {
		list, ok := byClass[class]
		if !ok {
			continue
		}
		if err := chip.SetModules(class, list); err != nil {
			diags.Add(diag.Errorf("E0404", f.Decl.Name.Span, "%v", err))
		}
	}
}

// variant finds a class's variant, or adds it; a plain count gives way.
func variant(byClass map[string][]fabric.Variant, class, name string) *fabric.Variant {
	list := byClass[class]
	if len(list) == 1 && list[0].Name == "" {
		list = nil
	}
	for i := range list {
		if list[i].Name == name {
			byClass[class] = list
			return &list[i]
		}
	}
	list = append(list, fabric.Variant{Class: class, Name: name, Count: 1, Copies: 1})
	byClass[class] = list
	return &list[len(list)-1]
}
