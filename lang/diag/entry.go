package diag

import "sort"

// Entry explains a code: what the rule is, why there is one, and a whole program
// that breaks it.
type Entry struct {
	Code    Code
	Title   string // the rule in a few words
	Explain string // what it means and what to do, two to five sentences
	Example string // a program, or what stands for one where a program alone cannot trigger it
}

// catalogue holds all entries in the order of their codes.
var catalogue = func() []Entry {
	var all []Entry
	for _, part := range [][]Entry{entriesE01, entriesE02, entriesE03, entriesE04, entriesE05, entriesE06, entriesW} {
		all = append(all, part...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Code < all[j].Code })
	return all
}()

// All returns every entry, errors before warnings, in the order of their codes.
func All() []Entry { return append([]Entry(nil), catalogue...) }

// Lookup returns the entry of a code.
func Lookup(code Code) (Entry, bool) {
	i := sort.Search(len(catalogue), func(i int) bool { return catalogue[i].Code >= code })
	if i == len(catalogue) || catalogue[i].Code != code {
		return Entry{}, false
	}
	return catalogue[i], true
}
