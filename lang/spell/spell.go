package spell

import (
	"slices"
	"strings"
)

// Nearest returns the candidate that is meant by a word: the one that is spelt most
// like it, or else the only one that it is made of or begins with.
func Nearest(word string, candidates []string) (string, bool) {
	if near, ok := slip(word, candidates); ok {
		return near, ok
	}
	at := ""
	for _, c := range candidates {
		if c == word || c == at || !madeOf(word, c) {
			continue
		}
		if at != "" {
			return "", false
		}
		at = c
	}
	return at, at != ""
}

// madeOf reports whether a candidate of three letters or more is one of the parts of
// a word that underscores join, or begins it, or is begun by it: batch_size, padding,
// optim.
func madeOf(word, candidate string) bool {
	w, c := strings.ToLower(word), strings.ToLower(candidate)
	if len(w) < 3 || len(c) < 3 {
		return false
	}
	return slices.Contains(strings.Split(w, "_"), c) || strings.HasPrefix(w, c) || strings.HasPrefix(c, w)
}

// slip returns the candidate with the least edit distance to word, case and
// underscores folded, where that is at most a third of word's length (one letter in
// a word of one or two). Of two that are as near, the one that begins with the same
// letter is meant, since few slips change the first; it proposes nothing where two
// candidates tie even so.
func slip(word string, candidates []string) (string, bool) {
	w := fold(word)
	limit := max(len(w)/3, 1)
	least, at, tie := 2*(limit+1), "", false
	for _, c := range candidates {
		if c == word || c == at {
			continue
		}
		f := fold(c)
		d := distance(w, f, limit)
		if d > limit || d >= len(w) { // of one letter nothing would be left
			continue
		}
		switch r := rank(d, w, f); {
		case r < least:
			least, at, tie = r, c, false
		case r == least:
			tie = true
		}
	}
	return at, at != "" && !tie
}

// rank orders candidates by distance, then by whether the first letter differs.
func rank(d int, a, b string) int {
	if a != "" && b != "" && a[0] == b[0] {
		return 2 * d
	}
	return 2*d + 1
}

func fold(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between a and b, or limit+1 if it is larger than that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
