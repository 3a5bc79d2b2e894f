package diag

// entriesE02 explain the codes of names, arguments, keys and routes.
var entriesE02 = []Entry{
	{
		Code:  "E0201",
		Title: "a name is not known",
		Explain: "Nothing of this name can be seen here: no declaration of the file, no import, and no port, unit or " +
			"parameter of the module. What another file declares is reached through the last part of its import, " +
			"as in `nn.dense`. The hint proposes the nearest name or the import that is missing.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dens(4);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0202",
		Title: "a name is declared twice",
		Explain: "A file has one namespace for declarations and imports, a module has one for its parameters, symbols, " +
			"ports, units and repeat variables, and nothing may hide a name of the file. Give one of the two " +
			"another name.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit a = nn.relu();
  unit a = nn.tanh();
  route x -> a -> y;
}
`,
	},
	{
		Code:  "E0203",
		Title: "an input port has two drivers",
		Explain: "An input is driven by exactly one output; an output may feed any number of inputs. Where two signals " +
			"should meet, say how: `nn.add()`, `nn.concat(axis = ..)` or another unit with several inputs.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
  route x -> nn.relu() -> y;
}
`,
	},
	{
		Code:  "E0204",
		Title: "a port has no driver",
		Explain: "Every input of a unit and every output of a module needs a route that leads to it. The message " +
			"points to the declaration of the unit or port; a unit with several inputs needs all of them.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit sum = nn.add();
  route x -> sum.a;
  route sum -> y;
}
`,
	},
	{
		Code:  "E0205",
		Title: "routes run in a circle",
		Explain: "A value would have to be known before it is computed. Networks are computed in one pass from inputs " +
			"to outputs, so routes form no circle. All hops of the circle are shown.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit sum = nn.add();
  unit act = nn.relu();
  route x -> sum.a;
  route sum -> act -> sum.b;
  route act -> y;
}
`,
	},
	{
		Code:  "E0206",
		Title: "a file cannot be used",
		Explain: "`use a.b;` reads `a/b.acl` beside the file that says so, and `use std.x;` a part of the library that " +
			"is built into the program. The file is not there, or it cannot be read.",
		Example: `acl 1;

use std.networks;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}
`,
	},
	{
		Code:  "E0207",
		Title: "files use each other in a circle",
		Explain: "A file uses another that, directly or through others, uses the first. Move what both need into a " +
			"third file.",
		Example: `acl 1;

use example;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}
`,
	},
	{
		Code:  "E0208",
		Title: "a name means something of another kind",
		Explain: "The name is known, but what it names cannot stand here: a module where a fabric is wanted, an " +
			"optimizer where a unit is wanted, or the like. The message says what it is and what is wanted.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}

schedule M on M { }
`,
	},
	{
		Code:  "E0209",
		Title: "a name has no value here",
		Explain: "What is named exists but is no value in this place: a unit in an expression, an array of units " +
			"without an index, an index on what is no array, or a parameter whose default is settled later. Units " +
			"are connected by routes, not by expressions.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit a = nn.dense(4);
  unit b = nn.dense(a);
  route x -> a -> b -> y;
}
`,
	},
	{
		Code:  "E0210",
		Title: "a unit is made by a call",
		Explain: "`nn.relu` is the name of a kind of unit; `nn.relu()` is a unit. The parentheses are written even " +
			"without arguments.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit act = nn.relu;
  route x -> act -> y;
}
`,
	},
	{
		Code:  "E0211",
		Title: "an argument or a parameter has no value",
		Explain: "A parameter without a default is required wherever it is called. A module that a schedule, train or " +
			"infer block names is called by nobody, so that all of its parameters need defaults; wrap it in a " +
			"module of your own that gives them.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense();
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0212",
		Title: "an argument is not known",
		Explain: "What is called takes no argument of this name, or fewer than are given. `acl doc` lists the " +
			"arguments of everything in the library.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense(4, biass = false);
  route x -> fc -> y;
}
`,
	},
	{
		Code:    "E0213",
		Title:   "an argument is given twice",
		Explain: "An argument is given by position or by its name, and once only.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense(4, width = 4);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0214",
		Title: "positional arguments come first",
		Explain: "Arguments without a name are bound to parameters in order, so they stand before all named ones. Name " +
			"this one as well, or move it to the front.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense(bias = false, 4);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0215",
		Title: "a key is not known",
		Explain: "The block has no setting of this name. Keys are fixed by the language, each kind of block having its " +
			"own; `chips.acl` shows every key of a fabric with its value. Where the same key exists in another " +
			"group, the hint says so.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  rail { swinge: -0.8V .. 0.8V; }
}
`,
	},
	{
		Code:  "E0216",
		Title: "a word is not one of those that fit",
		Explain: "The setting, argument or condition takes one of a few words, and this is none of them. The label " +
			"lists them.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  vcr { law: linear; }
}
`,
	},
	{
		Code:  "E0217",
		Title: "something is said twice",
		Explain: "One block sets the same path twice, in whatever form it is written, or a list names one thing twice. " +
			"Order means nothing in a block, so neither can win. A later layer, such as an experiment, may well " +
			"set what an earlier one has set.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  die: 1;
  die: 2;
}
`,
	},
	{
		Code:  "E0218",
		Title: "a setting has no subject, or the wrong one",
		Explain: "Some settings speak of a unit, a physical module or a path, written between the key and the colon or " +
			"brace: `place fc: dense[0];`. Here it is missing, or it stands behind a key that takes none.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  faults { fail { step: 100; } }
}
`,
	},
	{
		Code:  "E0219",
		Title: "a setting is missing",
		Explain: "The block works only with a certain setting, which is not there: `data` and `loss` of a train block, " +
			"`weights` and `data` of an infer block, `otherwise` of a policy, or the like.",
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
}
`,
	},
	{
		Code:  "E0220",
		Title: "something contains itself",
		Explain: "A module has an instance of itself, directly or through others; a fabric begins from itself; or a " +
			"unit is a second use of itself. There is no end to unfolding it. A chain of equal parts is written " +
			"with `repeat`.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  unit inner = M();
  route x -> inner -> y;
}
`,
	},
	{
		Code:    "E0221",
		Title:   "a parameter stands at the top of its module",
		Explain: "Parameters are known before any `if` or `repeat` is settled, so they are not declared inside one.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  if true {
    param n: int = 1;
  }
  route x -> y;
}
`,
	},
	{
		Code:  "E0222",
		Title: "a pair has one block of each kind",
		Explain: "For each pair of a module and a fabric there is one schedule, one train and one infer block at most, " +
			"in all files of the program that say so. Join the two blocks, or derive a second fabric.",
		Example: `acl 1;

use std.chips;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}

schedule M on chips.ideal { }

schedule M on chips.ideal { }
`,
	},
	{
		Code:  "E0223",
		Title: "a hop does not fit where it stands",
		Explain: "A hop into a unit with several inputs names one of them, as `sum.a`, or is fed by a list in " +
			"parentheses. A unit with several outputs is read as `unit.port`. A route ends at a port of the " +
			"module, and never leads to one of its inputs.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit minus = nn.sub();
  route x -> minus -> y;
}
`,
	},
}
