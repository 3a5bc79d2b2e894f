package diag

// entriesW explain the codes of warnings.
var entriesW = []Entry{
	{
		Code:    "W0201",
		Title:   "nothing uses an import",
		Explain: "The file is read and nothing of it is named. Remove the `use`, or use it.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}
`,
	},
	{
		Code:    "W0202",
		Title:   "nothing uses a parameter",
		Explain: "A parameter that no expression of the module reads changes nothing, whatever value it gets.",
		Example: `acl 1;

module M {
  param n: int = 4;
  in  x: [4];
  out y: [4];
  route x -> y;
}
`,
	},
	{
		Code:  "W0203",
		Title: "nothing uses a unit",
		Explain: "The unit is declared, and no route reaches it or nothing reads what it computes. It costs energy for " +
			"nothing. An output of the module may go unread.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit act = nn.relu();
  route x -> y;
}
`,
	},
	{
		Code:  "W0204",
		Title: "a setting has no effect where it stands",
		Explain: "The setting is right in itself, and something else that it needs is not set, or there is nothing " +
			"that it could act on. `protect { vote: median; }` without `copies` is an example: one copy has " +
			"nothing to vote on. Others are figures of an error source that is off, such as `mismatch.beta` beside " +
			"`noise.mismatch: off`, errors of an ideal chip, and an experiment's `prune` with fewer than three seeds. " +
			"A fabric may repeat what its base says, and a pair or fabric with an experiment is left alone.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

schedule M on chips.fabric45 {
  protect fc { vote: median; }
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0301",
		Title: "a signal saturates",
		Explain: "The sum that an output has to carry goes beyond the swing of the rail, where it is clipped. Inputs, " +
			"weights and the number of terms set its size. A larger `rail.bound`, smaller initial weights, a " +
			"normalisation or `scale` on the arrow keep it in range.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  rail { bound: 2.5; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0302",
		Title: "weights leak between updates",
		Explain: "Leak over one step of training acts as a weight decay of T (1 - momentum) / (rate tau), with T the time " +
			"of a step. From 1e-3 on it changes what is learned, from 1e-2 on it is the error E0508. `refresh { " +
			"weights: auto; }`, the default, rewrites the cells as often as needed, at its cost.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  cap { leak: 10fA; }
}

schedule M on F {
  refresh: off;
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0303",
		Title: "values droop while they wait",
		Explain: "A value that waits on a capacitor for its reader, most of all for the backward pass, loses more of " +
			"its charge than the noise of a read. `refresh { values: auto; }` rewrites it in time, `hold: " +
			"digital` keeps it in a converter's register.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  cap { leak: 1nA; }
}

schedule M on F {
  refresh { values: off; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0304",
		Title: "a transistor leaves its triode region",
		Explain: "The multiplier is a transistor used as a resistor, and is one while `rail.input` stays below " +
			"`vcr.overdrive` less half of `rail.weight`. Beyond that it saturates and products are distorted. " +
			"Raise the overdrive, or lower the volts of an input or a weight.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  vcr { overdrive: 0.4V; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0305",
		Title: "the common mode leaves its range",
		Explain: "With `tiles.readout: pair` each of two amplifiers carries the sum of all inputs before the difference " +
			"is taken, and clips where many inputs are positive, however small the difference. `readout: " +
			"differential` takes the difference first.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc1 = nn.dense(128);
  unit fc2 = nn.dense(10);
  route x -> fc1 -> nn.relu() -> fc2 -> y;
}

fabric F : chips.fabric45 {
  tiles { readout: pair; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0306",
		Title: "a signal lies below its noise",
		Explain: "The voltage that stands for this signal is smaller than the noise of reading it, so that mostly " +
			"noise arrives. Use more of the rail with `scale` on the arrow, or a smaller `rail.bound`.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  opamp { noise: 1uV/rtHz; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0307",
		Title: "the supply of the cells ends the weights",
		Explain: "A weight is the difference of two gate voltages, which stand at the common mode plus `vcr.threshold` " +
			"plus `vcr.overdrive` and move by half of `rail.weight` for a full weight. A `supply.cells` that is " +
			"not above that cannot charge them so far, and weights end early.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  supply { cells: 1.7V; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0308",
		Title: "a tick is shorter than a read takes",
		Explain: "With `tick` every stage takes the same time. The amplifiers of a read-out need theirs, which grows with " +
			"the rows that it sums and falls with `opamp.bandwidth` and a smaller `rail.bound`; a tick below it would " +
			"take values that have not settled. The machine computes as if they had.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  tick: 2ns;
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "W0601",
		Title: "labels are compared as numbers",
		Explain: "The mean square error against `label` treats classes as numbers, as if class 4 lay between 3 and 5. " +
			"For classes, use `nn.cross_entropy(y, label)`; where the labels are quantities indeed, allow the " +
			"warning and say so.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [1];
  unit fc = nn.dense(1);
  route x -> fc -> y;
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.mse(y, label);
}
`,
	},
	{
		Code:  "W0901",
		Title: "`allow` needs a reason",
		Explain: "`// allow W0301: reason` silences one warning on its line or the next, and the next reader will ask " +
			"why. Write the reason behind the colon.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  // allow W0203
  unit act = nn.relu();
  route x -> y;
}
`,
	},
	{
		Code:  "W0902",
		Title: "`allow` silences nothing",
		Explain: "No warning of this code arises on this line or the next, so the comment says something that is not, " +
			"or no longer, true. Remove it. Errors cannot be silenced.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  // allow W0203: kept for a later layer
  route x -> y;
}
`,
	},
}
