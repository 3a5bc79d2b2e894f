package syntax

import "fmt"

// InPlaceNames names the units that are written in the routes of a module's items, ifs
// and repeats among them: after what is called, and by their number among those of the
// name in the text.
func InPlaceNames(items []Item) map[*Ref]string {
	names, count := map[*Ref]string{}, map[string]int{}
	name := func(r *Ref) {
		if r.Call {
			last := r.Parts[len(r.Parts)-1].Name.Text
			count[last]++
			names[r] = fmt.Sprintf("%s#%d", last, count[last])
		}
	}
	var walk func(items []Item)
	walk = func(items []Item) {
		for _, it := range items {
			switch it := it.(type) {
			case *Route:
				for _, r := range it.From {
					name(r)
				}
				for _, h := range it.Hops {
					name(h.Ref)
				}
			case *If:
				walk(it.Then)
				walk(it.Else)
			case *Repeat:
				walk(it.Items)
			}
		}
	}
	walk(items)
	return names
}
