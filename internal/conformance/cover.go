package conformance

import (
	"fmt"
	"sort"
)

// noRefusal are the rules that no program can break, each with the reason.
var noRefusal = map[string]string{
	"R3.12": "it says that two texts mean the same",
	"R4.26": "it says what units are called; a path that names none breaks the rule of its setting",
}

// Gaps says which of the given rules lack a case that is accepted or one that is
// refused, and which cases name a rule that is not given. Rules that no program
// can break need none that is refused.
func (r Report) Gaps(rules []string) []string { return r.gaps(rules, noRefusal) }

func (r Report) gaps(rules []string, exceptions map[string]string) []string {
	accepted, refused := map[string]bool{}, map[string]bool{}
	known := map[string]bool{}
	for _, id := range rules {
		known[id] = true
	}
	var strange []string
	for _, res := range r.Results {
		for _, id := range res.Rules {
			if !known[id] {
				strange = append(strange, fmt.Sprintf("%s names %s, which the specification does not have", res.Name, id))
			}
			if res.Refuses {
				refused[id] = true
			} else {
				accepted[id] = true
			}
		}
	}
	var gaps []string
	for _, id := range rules {
		_, excepted := exceptions[id]
		if !accepted[id] {
			gaps = append(gaps, id+" has no case that is accepted")
		}
		switch {
		case !refused[id] && !excepted:
			gaps = append(gaps, id+" has no case that is refused")
		case refused[id] && excepted:
			gaps = append(gaps, id+" is excepted and has a case that is refused")
		}
	}
	for _, id := range sortedNames(exceptions) {
		if !known[id] {
			gaps = append(gaps, id+" is excepted and is no rule")
		}
	}
	return append(gaps, strange...)
}

func sortedNames(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
