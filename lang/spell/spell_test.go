package spell

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"param", "in", "out", "unit", "route", "if", "repeat"}
	for _, c := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"rout", words, "route"}, {"parma", words, "param"}, {"REPEAT", words, "repeat"}, {"uint", words, "unit"},
		{"banana", words, ""}, {"", words, ""},
		{"maxpool", []string{"max_pool", "avg_pool"}, "max_pool"},
		{"fc", []string{"fc1", "fc2"}, ""},       // a tie
		{"fc", []string{"fc1", "fc1"}, "fc1"},    // the same word twice is no tie
		{"conv", []string{"conv"}, ""},           // the word itself is no proposal
		{"weihgt", []string{"weight"}, "weight"}, // neighbours swapped
		{"bias", []string{"rise", "kernel"}, ""}, // more than a third
		{"batch_size", []string{"batch", "seed"}, "batch"},
		{"learning_rate", []string{"rate", "decay"}, "rate"},
		{"padding", []string{"width", "pad"}, "pad"},
		{"optim", []string{"optimizer", "batch"}, "optimizer"},
		{"relu", []string{"relu_a", "relu_b"}, ""}, // two begin so
		{"g", []string{"f"}, ""},
		{"C", []string{"c", "d"}, "c"},
		{"wifth", []string{"width", "wifi"}, "width"}, // nearer of two
	} {
		got, ok := Nearest(c.word, c.candidates)
		if got != c.want && ok || ok != (c.want != "") {
			t.Errorf("Nearest(%s, %v) = %q, %t, want %q", c.word, c.candidates, got, ok, c.want)
		}
	}
}

// A word with one letter left out is found again, and the distance is symmetric.
func TestLaws(t *testing.T) {
	word := rapid.StringMatching(`[a-z]{4,12}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if x, y := distance(a, b, 99), distance(b, a, 99); x != y {
			t.Fatalf("%s to %s is %d, back %d", a, b, x, y)
		}
		at := rapid.IntRange(0, len(a)-1).Draw(t, "at")
		cut := a[:at] + a[at+1:]
		if got, ok := Nearest(cut, []string{a, "###############"}); !ok || got != a {
			t.Fatalf("%s is not found from %s: %q", a, cut, got)
		}
	})
}
