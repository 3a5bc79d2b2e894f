package check

import "acl/lang/diag"

// unused warns of what nothing uses in the root: imports, parameters and units. An
// output may go unread. Where the text is broken, what used them may be what is
// missing.
func (c *checker) unused() {
	u := c.p.Root
	if u.broken {
		return
	}
	for _, i := range u.Imports {
		if !i.used && i.Unit != nil {
			c.diags.Add(diag.Warnf(codeUnused, i.Use.Path.Span, "nothing uses the import `%s`", i.Last))
		}
	}
	for _, m := range c.p.Modules {
		if m.Unit != u || m.Bad {
			continue
		}
		for _, p := range m.Params {
			if e := m.items.entries[p.Name]; !e.used {
				c.diags.Add(diag.Warnf(codeUnusedParam, e.name.Span, "nothing uses the parameter `%s`", p.Name))
			}
		}
		for _, e := range m.items.units {
			if !e.used {
				c.diags.Add(diag.Warnf(codeUnusedUnit, e.name.Span, "nothing uses the unit `%s`", e.name.Text))
			}
		}
	}
}
