package diag

// entriesE03 explain the codes of shapes.
var entriesE03 = []Entry{
	{
		Code:  "E0301",
		Title: "a shape is not accepted",
		Explain: "The shape that arrives is not the one that the unit or port takes. The message gives both, and the " +
			"related places list the shape at each hop on the way. Often a `nn.flatten()` is missing between " +
			"convolutions and a dense unit, or a stride or padding differs between two branches.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [1, 8, 8];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0302",
		Title: "a shape is never settled",
		Explain: "The shape of an input depends on a symbol that nothing binds. A symbol gets its value where it " +
			"stands alone as a dimension: `in x: [D];` binds D, `in x: [2 * D];` does not.",
		Example: `acl 1;

module Half {
  in  x: [2 * D];
  out y: [?];
  route x -> y;
}

module M {
  in  x: [4];
  out y: [4];
  unit half = Half();
  route x -> half -> y;
}
`,
	},
	{
		Code:  "E0303",
		Title: "shared parameters have one shape",
		Explain: "`unit b = a;` uses the parameters of a a second time, so what arrives at b needs the shape that " +
			"arrives at a. Use a unit of its own, or bring both inputs to one shape.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [5];
  unit a = nn.dense(5);
  unit b = a;
  route x -> a -> b -> y;
}
`,
	},
	{
		Code:  "E0304",
		Title: "an input does not have this axis",
		Explain: "Axes are called after what they hold: `channel row column` of [C, H, W], `token feature` of [T, D], " +
			"`feature` of [D]. The axis named does not exist in the shape that arrives.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit m = nn.mean(axis = token);
  route x -> m -> y;
}
`,
	},
	{
		Code:  "E0305",
		Title: "a range or a list of dimensions does not fit",
		Explain: "The range of a slice counts from 0 and includes both ends, and has to lie within the axis. The " +
			"dimensions of a reshape have to hold as many elements as arrive.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [?];
  unit part = nn.slice(axis = feature, range = 2 .. 4);
  route x -> part -> y;
}
`,
	},
}
