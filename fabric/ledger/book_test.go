package ledger

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"acl/fabric"
)

// filled draws a book with a few lines and counts.
func filled(t *rapid.T) *Book {
	b := &Book{}
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		line := b.Open(Line{
			Unit: rapid.SampledFrom([]string{"", "fc1", "layer2.block[1].c1", "größe"}).Draw(t, "unit"),
			Op:   fabric.Op(rapid.IntRange(0, int(fabric.OpHalt)).Draw(t, "op")),
			Bits: rapid.IntRange(0, 10).Draw(t, "bits"), Copy: rapid.Bool().Draw(t, "copy"),
		})
		for range rapid.IntRange(0, 5).Draw(t, "events") {
			p := Phase(rapid.IntRange(0, int(Phases)-1).Draw(t, "phase"))
			k := Kind(rapid.IntRange(0, int(Kinds)-1).Draw(t, "kind"))
			if k.isSum() {
				b.AddSum(line, p, k, rapid.Float64Range(0, 1e9).Draw(t, "sum"))
			} else {
				b.Add(line, p, k, rapid.Int64Range(0, 1<<40).Draw(t, "count"))
			}
		}
	}
	return b
}

// same fails unless two books have the same lines and counts.
func same(t *rapid.T, what string, a, b *Book) {
	if d := cmp.Diff(a.Lines(), b.Lines()); d != "" {
		t.Fatalf("%s: lines differ:\n%s", what, d)
	}
	if d := cmp.Diff(append([]int64{}, a.counts...), append([]int64{}, b.counts...)); d != "" {
		t.Fatalf("%s: counts differ:\n%s", what, d)
	}
}

func TestBooksSurviveRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := filled(t)
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(b.Clone())
		if string(text) != string(again) {
			t.Fatal("the record of a copy differs")
		}
		var read Book
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		same(t, "json", b, &read)
	})
}

// A checkpoint is read into a book that has met other lines, in another order.
func TestBooksSurviveCheckpoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := filled(t), filled(t)
		want := from.Clone()
		saved, loaded := from.State(), to.State()
		for i := range saved {
			if saved[i].Name != loaded[i].Name {
				t.Fatalf("field %q became %q", saved[i].Name, loaded[i].Name)
			}
			*loaded[i].Ptr.(*[]int64) = append([]int64(nil), *saved[i].Ptr.(*[]int64)...)
		}
		same(t, "loaded", want, to)
		same(t, "saved", want, from)
		line := to.Open(Line{Unit: "after", Op: fabric.OpFire})
		to.Add(line, Forward, ADC, 3)
		if got := to.Get(line, Forward, ADC); got != 3 {
			t.Fatalf("after a load, 3 conversions count as %g", got)
		}
	})
}

// bookOf is a book with a line for what each of the names fires.
func bookOf(names ...string) *Book {
	b := &Book{}
	for _, name := range names {
		b.Open(Line{Unit: name, Op: fabric.OpFire})
	}
	return b
}

func TestCounting(t *testing.T) {
	b := bookOf("fc1", "control unit")
	if got := b.Open(Line{Unit: "control unit", Op: fabric.OpFire}); got != 1 {
		t.Errorf("the second name has line %d, want 1", got)
	}
	b.Add(0, Forward, ADC, 5)
	b.Add(1, Forward, ADC, 2)
	b.Add(1, Backward, ADC, 11)
	if got := b.Total(Forward, ADC); got != 7 {
		t.Errorf("conversions forward = %g, want 7", got)
	}
	for range 3 {
		b.AddSum(0, Update, RowNS, 65.5)
	}
	if got := b.Get(0, Update, RowNS); got != 196.5 {
		t.Errorf("65.5 ns three times = %g ns", got)
	}
	for name, bad := range map[string]func(){
		"a count to a sum": func() { b.Add(0, Forward, RowNS, 1) },
		"a sum to a count": func() { b.AddSum(0, Forward, ADC, 1) },
		"a negative sum":   func() { b.AddSum(0, Forward, RowNS, -1) },
	} {
		if !panics(bad) {
			t.Errorf("%s passes", name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

func TestBrokenRecords(t *testing.T) {
	for text, want := range map[string]string{
		`[{"unit":"a","op":"dance"}]`:                                 `"dance"`,
		`[{"unit":"a","op":"fire","counts":{"lunch":{"adc":1}}}]`:     `no phase is called "lunch"`,
		`[{"unit":"a","op":"fire","counts":{"forward":{"coins":1}}}]`: `no kind is called "coins"`,
		`{}`: "ledger:",
	} {
		b := bookOf("kept")
		if err := json.Unmarshal([]byte(text), b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
		if len(b.Lines()) != 1 || b.Lines()[0].Unit != "kept" {
			t.Errorf("%s: a broken record changed the book", text)
		}
	}
}

func TestNames(t *testing.T) {
	for n, names := range map[int][]string{int(Phases): phaseNames[:], int(Kinds): kindNames[:], int(Parts): partNames[:]} {
		seen := map[string]bool{}
		for _, name := range names {
			if seen[name] {
				t.Errorf("%s stands for two", name)
			}
			seen[name] = true
		}
		if len(names) != n {
			t.Errorf("%d names for %d: %v", len(names), n, names)
		}
	}
}
