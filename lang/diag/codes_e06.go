package diag

// entriesE06 explain the codes of training and data.
var entriesE06 = []Entry{
	{
		Code:  "E0601",
		Title: "the data have no such field",
		Explain: "Losses and `feed` take ports of the module and fields of the data: `input`, and `label` or `target`, " +
			"as the data set has them. Cross entropy needs `label`, which counts classes from 0; it takes no port " +
			"and no field of numbers.",
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

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.mse(y, target);
}
`,
	},
	{
		Code:  "E0602",
		Title: "an input gets no field of the data",
		Explain: "A module with one input gets the field `input`. With several inputs, say which field feeds each: " +
			"`feed { x: input; }`.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  in  z: [10];
  out y: [10];
  unit fc = nn.dense(10);
  unit sum = nn.add();
  route x -> fc -> sum.a;
  route z -> sum.b;
  route sum -> y;
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
  feed { x: input; }
}
`,
	},
	{
		Code:  "E0603",
		Title: "an optimizer needs state that this update does not keep",
		Explain: "`update: pulsed` changes the cells sample by sample and keeps nothing beside them, so it goes with " +
			"`nn.sgd` without momentum or decay, or with `nn.two_array`, which in turn needs it. Use `update: accumulated`, or another " +
			"optimizer.",
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
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
  optimizer: nn.sgd(rate = 0.1, momentum = 0.9);
}
`,
	},
	{
		Code:  "E0604",
		Title: "an experiment has nothing to train",
		Explain: "An experiment varies the training of a pair of module and fabric, and there is no train block for " +
			"that pair. Write `train M on F { .. }` in the same file.",
		Example: `acl 1;

use std.nn;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

experiment E of M on chips.fabric45 {
  vary noise.weight: [0%, 2%];
}
`,
	},
	{
		Code:  "E0605",
		Title: "nothing learns from a loss",
		Explain: "No parameter lies on the way from the inputs to the ports of this loss, so there is nothing that a " +
			"training could change. Check that the loss reads the right port.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [64];
  out y: [64];
  route x -> nn.relu() -> y;
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.mse(y, input);
}
`,
	},
	{
		Code:  "E0606",
		Title: "a loss compares two shapes",
		Explain: "A loss compares elements with elements; the prediction and what it is compared with need one shape. " +
			"Compare a port with a port of the same shape.",
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

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.mse(y, x);
}
`,
	},
	{
		Code:  "E0611",
		Title: "a data file is not there",
		Explain: "A named set or a relative path is looked for beside the program and then in the data folders, those " +
			"of `--data DIR` and the one that `acl data fetch` fills. No such file was found; the message lists " +
			"the places.",
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

train M on chips.fabric45 {
  data: data.csv("no/such/file.csv");
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0612",
		Title: "a data file is not what it should be",
		Explain: "The file is there and cannot be read as what the program says it is: a wrong header, a line of " +
			"another length, a value that is no number, a picture that does not decode. The message names the " +
			"file and the place in it.",
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

train M on chips.fabric45 {
  data: data.idx("pictures.idx", "labels.idx");
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0613",
		Title: "the data do not fit the module",
		Explain: "A field fits an input with as many elements, in row-major order; labels count from 0 and lie below " +
			"the number of outputs of the loss. This is known when the data are opened, since checks read no data " +
			"files. `resize` brings pictures to a size.",
		Example: `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [60];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0614",
		Title: "weights cannot be loaded",
		Explain: "`weights` names a run folder, whose last checkpoint is taken, or a .safetensors file, from the " +
			"working folder. It is not there, it is damaged, or its tensors are not those of the module.",
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

train M on chips.fabric45 {
  weights: "no/such/run";
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0615",
		Title: "there is nothing to run",
		Explain: "A command of a session asks for a run, or for what one has left: the program has no train or infer " +
			"block, the named module has none, nothing has been run yet, or the run itself has ended with an error.",
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

train M on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}

train N on chips.fabric45 {
  data: data.digits();
  loss: nn.cross_entropy(y, label);
}
`,
	},
}
