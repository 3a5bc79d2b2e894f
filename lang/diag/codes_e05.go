package diag

// entriesE05 explain the codes of lowering, capacity and placement.
var entriesE05 = []Entry{
	{
		Code:  "E0501",
		Title: "parameters need more tiles than the chip has",
		Explain: "Weights and their gradients are cut into cross-point tiles of `tiles.size`; together they need more " +
			"than `tiles.count`. Take a larger chip, smaller layers, or let weights take turns on their tiles " +
			"with `swap: true;` in the schedule. Gradient tiles stay, and so does the largest matrix while it is read: " +
			"these have to fit.",
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
  tiles { count: 1; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0502",
		Title: "the chip has no module of a kind that is needed",
		Explain: "Each unit runs on a physical module of its kind: conv, dense, pool, activation or attention, and " +
			"gradient modules for learning. The fabric has none of this kind. Ask for one under `modules`.",
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
  modules { dense: 0; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0503",
		Title: "there is no such physical module or bus",
		Explain: "Physical modules and buses count from 0, so that a chip with four dense modules has dense[0] to " +
			"dense[3]. The hint says what the chip has.",
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
  place fc: dense[99];
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0504",
		Title: "a unit cannot run on this module",
		Explain: "A unit is placed on physical modules of its own kind: a dense unit on dense modules, a convolution " +
			"on conv modules. Units that `reuse` one module in turn are of one kind, and no `place` keeps them " +
			"apart.",
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
  place fc: conv[0];
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0505",
		Title: "nothing at this path runs on a physical module",
		Explain: "The path names no unit of the module as it is instantiated, or one that computes nothing, such as a " +
			"wire. Units inside instances are written with their path, `layer2.block[1].c1`; an element that an " +
			"`if` or a `repeat` leaves out is not there.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit flat = nn.flatten();
  unit fc = nn.dense(10);
  route x -> flat -> fc -> y;
}

schedule M on chips.fabric45 {
  place flat: dense[0];
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0506",
		Title: "the stack is too small for one sample",
		Explain: "What the backward pass needs again is kept on the stack of capacitors until then. One sample of this " +
			"module needs more of them than `stack.depth`; the message names the layer that finds no room.",
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
  stack { depth: 8; }
}

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0508",
		Title: "weights leak faster than they learn",
		Explain: "Leak over one step of training acts as a weight decay of T (1 - momentum) / (rate tau), with T the time " +
			"of a step. Above 1e-2 the network forgets what it learns. `refresh { weights: auto; }`, the default, " +
			"rewrites the cells as often as needed; `cap { leak: off; }` leaves the leak out.",
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
  cap { leak: 1pA; }
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
		Code:  "E0509",
		Title: "a module unfolds into too much",
		Explain: "A `repeat` has more turns, or a module more units, than one program can hold: 16,384 turns and " +
			"262,144 units. A slip in a parameter is the usual cause.",
		Example: `acl 1;

use std.nn;

module M {
  param n: int = 1000000;
  in  x: [4];
  out y: [4];
  unit act[0] = nn.relu();
  repeat i in 1 .. n {
    unit act[i] = nn.relu();
    route act[i - 1] -> act[i];
  }
  route x -> act[0];
  route act[n] -> y;
}
`,
	},
	{
		Code:  "E0511",
		Title: "two models claim one physical module",
		Explain: "Models that train on one fabric run side by side, each on modules of its own. What a schedule lists " +
			"under `own` no other model gets. What nobody claims is divided by itself.",
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

module N {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

fabric F : chips.fabric45 {
  modules { dense: 4; }
}

schedule M on F { own: [dense[0 .. 1]]; }
schedule N on F { own: [dense[1]]; }

train M on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}

train N on F {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0590",
		Title: "the machine has no parts for this setting",
		Explain: "The setting belongs to the language and is understood, but the simulated machine of this version " +
			"cannot carry it out. It is refused rather than passed over, so that no result claims what was not " +
			"simulated. Leave the setting out, or set it `off`.",
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
  update: pulsed;
  pipeline: 2;
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
}
