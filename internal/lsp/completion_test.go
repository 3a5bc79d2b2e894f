package lsp

import (
	"slices"
	"strings"
	"testing"
)

// Completions are asked for at the bar, in a text that does not parse as yet.
func TestCompletion(t *testing.T) {
	const head = `acl 1;

use std.nn;
use std.data;
use std.chips;
use std.control;

module Block {
  param wide: int;
  param fast: bool = true;
  in  x: [D];
  out y: [wide];
  unit f = nn.dense(wide);
  route x -> f -> y;
}

module Net {
  param kind: module = Block;
  in  x: [4];
  out y: [2];
  unit b   = Block(wide = 3);
  unit sum = nn.add();
  repeat i in 1 .. 2 {
    unit c[i] = nn.dense(3);
  }
  §items
}

fabric Chip : chips.fabric45 {
  §fabric
}

schedule Net on Chip {
  §schedule
}

train Net on Chip {
  §train
}

policy Plain {
  §policy
}

experiment Trial of Net on Chip {
  §experiment
}

§top
`
	c := connect(t, "null")
	const uri = "file:///nowhere/completion.acl"
	c.open(uri, "")
	for _, k := range []struct{ place, typed, want, not string }{
		{"top", "|", "module use fabric", "param"},
		{"top", "use std.|", "std.nn std.resnet", "module"},
		{"top", "train |", "Block Net", "Chip x"},
		{"top", "train Net |", "on", "Net"},
		{"top", "train Net on |", "Chip chips", "Net nn"},
		{"top", "infer Net on chips.|", "fabric45 ideal", "Chip"},
		{"top", "fabric New : |", "Chip chips", "Net data"},
		{"top", "experiment E |", "of", "on"},
		{"top", "experiment E of |", "Net", "Chip"},
		{"items", "|", "param unit route repeat", "module train"},
		{"items", "if fast { } |", "else", "train"},
		{"items", "unit u = b; |", "unit", "else"},
		{"items", "un|", "unit", "train"},
		{"items", "param n: |", "int float bool size module", "unit"},
		{"items", "unit u = |", "Block nn kind b", "chips x"},
		{"items", "unit u = nn.|", "conv dense relu", "sgd digits"},
		{"items", "unit u = nn.conv(|", "width kernel stride", "y"},
		{"items", "unit u = nn.conv(8, kernel = 3x3, |", "stride pad", "kernel width"},
		{"items", "unit u = Block(2 * (1 + 2), |", "fast", "wide"},
		{"items", "unit u = nn.dense(8, bias = |", "true false", "width"},
		{"items", "unit u = nn.mean(axis = |", "channel feature", "axis"},
		{"items", "unit u = Block(|", "wide fast", "width"},
		{"items", "unit u = Block(fast = |", "true false", "wide"},
		{"items", "route x -> |", "b sum c y nn", "kind"},
		{"items", "route x -> sum.|", "a b y", "x"},
		{"items", "route x -> b.|", "x y", "a"},
		{"items", "route x -> b { | }", "via hold scale", "x"},
		{"items", "route x -> b { hold: | }", "capacitor digital", "via"},
		{"items", "repeat k in 1 .. 2 { unit d[|", "k", "x"},
		{"items", "repeat k |", "in", "k"},
		{"items", "// unit |", "", "unit b"},
		{"fabric", "|", "rail tiles noise", "batch place"},
		{"fabric", "rail { | }", "swing input bound", "rail"},
		{"fabric", "rail.|", "swing input", "rail"},
		{"fabric", "tiles.readout: |", "differential pair", "tiles"},
		{"fabric", "noise { weight: | }", "off", "on read"},
		{"fabric", "faults.fail |", "conv dense", "step"},
		{"schedule", "|", "place reuse choose", "batch rail"},
		{"schedule", "place |", "b sum c", "x conv"},
		{"schedule", "place b.|", "f x", "sum"},
		{"schedule", "place b: |", "conv dense", "b"},
		{"schedule", "reuse: [|", "b sum", "conv"},
		{"schedule", "choose: |", "control.nearest Plain", "nn.sgd"},
		{"schedule", "choose: control.|", "nearest adaptive", "sgd"},
		{"train", "|", "data loss optimizer batch", "place"},
		{"train", "data: |", "data.digits", "nn.sgd"},
		{"train", "data: data.|", "digits images", "flip"},
		{"train", "loss: |", "nn.cross_entropy", "nn.sgd"},
		{"train", "loss: nn.mse(|", "y target label", "conv"},
		{"train", "optimizer: nn.|", "sgd adam", "conv mse"},
		{"train", "optimizer: nn.sgd(rate = 0.1, |", "momentum decay", "rate"},
		{"train", "feed { | }", "x", "y"},
		{"train", "stop { when: | }", "accuracy loss", "x"},
		{"train", "report: [|", "top1 energy", "x"},
		{"policy", "when |", "op stage epoch conv", "accuracy"},
		{"policy", "otherwise: control.|", "nearest", "sgd"},
		{"experiment", "|", "vary case noise batch place", ""},
		{"experiment", "vary |", "noise batch Net", "case"},
		{"experiment", "vary noise.|", "weight read", "batch"},
		{"experiment", "vary Net.|", "kind", "x"},
		{"experiment", "vary tiles.readout: [|", "pair", "count"},
		{"experiment", "case quiet { | }", "noise batch", "vary"},
	} {
		before, typed, _ := strings.Cut(k.typed, "|")
		text := head
		for _, place := range strings.Fields("§items §fabric §schedule §train §policy §experiment §top") {
			fill := ""
			if place == "§"+k.place {
				fill = before + "\x00" + typed
			}
			text = strings.Replace(text, place, fill, 1)
		}
		p := newLines(text).position(strings.IndexByte(text, 0))
		c.change(uri, strings.Replace(text, "\x00", "", 1))
		var items []completionItem
		c.must("textDocument/completion", placeJSON(uri, p, ""), &items)
		var labels []string
		for _, i := range items {
			labels = append(labels, i.Label)
		}
		for _, w := range strings.Fields(k.want) {
			if !slices.Contains(labels, w) {
				t.Errorf("at %q in %s: no %s in %v", k.typed, k.place, w, labels)
			}
		}
		for _, w := range strings.Fields(k.not) {
			if slices.Contains(labels, w) {
				t.Errorf("at %q in %s: %s in %v", k.typed, k.place, w, labels)
			}
		}
		if k.want == "" && k.place == "items" && len(items) > 0 {
			t.Errorf("at %q: %v", k.typed, labels)
		}
	}
	c.end()
}

// What is proposed replaces the word that is being typed, the whole path of a use.
func TestCompletionEdits(t *testing.T) {
	c := connect(t, "null")
	const uri = "file:///nowhere/edits.acl"
	c.open(uri, "acl 1;\nuse std.n")
	var items []completionItem
	c.must("textDocument/completion", placeJSON(uri, position{1, 9}, ""), &items)
	if len(items) == 0 || items[0].Edit == nil || items[0].Edit.Range.Start != (position{1, 4}) || items[0].Edit.NewText != "std.nn" {
		t.Errorf("got %+v", items)
	}
	c.change(uri, "acl 1;\nmod")
	c.must("textDocument/completion", placeJSON(uri, position{1, 2}, ""), &items)
	if len(items) == 0 || items[0].Edit.Range != (textRange{position{1, 0}, position{1, 2}}) {
		t.Errorf("got %+v", items)
	}
	c.end()
}
