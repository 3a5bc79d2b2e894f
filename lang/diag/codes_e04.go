package diag

// entriesE04 explain the codes of types, units and value ranges.
var entriesE04 = []Entry{
	{
		Code:  "E0401",
		Title: "a value has the wrong type",
		Explain: "The value is of another type than the setting, argument or operator takes: a number with a point " +
			"where an int is wanted, a plain number where a quantity needs its unit, a group in braces where a " +
			"value stands. The message gives both types.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense(2.5);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0402",
		Title: "a quantity has the wrong dimension",
		Explain: "A voltage is no current, and a time no frequency. The unit written does not fit the setting, or an " +
			"operator joins two quantities of different dimensions. Prefixes do not matter: 800mV and 0.8V are " +
			"the same.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  supply { cells: 2.5A; }
}
`,
	},
	{
		Code:  "E0403",
		Title: "a value is out of its range",
		Explain: "The value has the right type and cannot be meant: a width of 0, a rate of 0, a momentum of 1, a " +
			"division by zero, a scale that is no power of two. The message says what would do.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [4];
  unit fc = nn.dense(0);
  route x -> fc -> y;
}
`,
	},
	{
		Code:  "E0404",
		Title: "a range goes from the lesser to the greater",
		Explain: "`a .. b` includes both ends and reads upwards. Only a `repeat` may have a range that holds nothing, " +
			"and then has no turns.",
		Example: `acl 1;

use std.nn;

module M {
  in  x: [4];
  out y: [?];
  unit part = nn.slice(axis = feature, range = 3 .. 0);
  route x -> part -> y;
}
`,
	},
	{
		Code:  "E0405",
		Title: "settings exclude each other",
		Explain: "Two settings answer one question. A cell leaks by the clock (`cap.leak`) or by steps " +
			"(`cell.lifetime`), exactly one of them; a training has `epochs` or `steps`; a table has `target` or " +
			"`label`.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  cell { lifetime: 1000; }
}
`,
	},
	{
		Code:  "E0406",
		Title: "a unit of measure is not known",
		Explain: "Units are V A Ohm F S s Hz J W K m, dB, bit and %, with the prefixes a f p n u m k M G T, at most " +
			"one `/unit`, `2` for a square and `rt` for a root. Case matters: mV are thousandths, MV millions.",
		Example: `acl 1;

use std.chips;

fabric F : chips.fabric45 {
  supply { cells: 2.5Volt; }
}
`,
	},
}
