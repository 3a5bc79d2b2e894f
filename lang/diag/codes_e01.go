package diag

import "strings"

// entriesE01 explain the codes of syntax.
var entriesE01 = []Entry{
	{
		Code:  "E0101",
		Title: "something else was expected here",
		Explain: "The text does not follow the grammar at this place. The label says what could stand here; where a " +
			"word looks like a misspelt one, the hint names it. The statement at fault is left out and the rest " +
			"of the file is read, so one run reports the errors of all statements.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  rout x -> y;
}
`,
	},
	{
		Code:  "E0102",
		Title: "a statement ends with `;`",
		Explain: "Every statement and every setting with a value ends with a semicolon, also the last one before a " +
			"closing brace. The message points behind the token that should have been followed by it.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4]
  route x -> y;
}
`,
	},
	{
		Code:  "E0103",
		Title: "a program begins with `acl 1;`",
		Explain: "The first statement of a file names the edition of the language that it is written in, so that a " +
			"later edition can change a rule without changing the meaning of your program. Edition 1 is the only " +
			"one there is. An empty file lacks it as well.",
		Example: `module M {
  in  x: [4];
  out y: [4];
  route x -> y;
}
`,
	},
	{
		Code:  "E0104",
		Title: "a bracket is never closed",
		Explain: "A brace, a bracket or a parenthesis is open where the declaration or the file ends. The message " +
			"points to where the closing one is missed at the latest; the related place is where it was opened.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  route x -> y;
`,
	},
	{
		Code:  "E0105",
		Title: "a number is out of range",
		Explain: "Whole numbers are exact up to 2^53 and are not accepted beyond. Numbers with a point or an exponent " +
			"have to fit a 64-bit float, and each side of a size is at most 2^30.",
		Example: `acl 1;

module M {
  param n: int = 99999999999999999999;
  in  x: [n];
  out y: [n];
  route x -> y;
}
`,
	},
	{
		Code:  "E0106",
		Title: "a string is not well formed",
		Explain: "A string begins and ends on one line. Inside it a backslash begins one of the escapes \\\" \\\\ \\n \\t; " +
			"no other character may follow it. Write two backslashes for one.",
		Example: `acl 1;

use std.data;
use std.nn;
use std.chips;

module M {
  in  x: [64];
  out y: [10];
  unit fc = nn.dense(10);
  route x -> fc -> y;
}

train M on chips.ideal {
  data: data.csv("C:\data");
  loss: nn.cross_entropy(y, label);
}
`,
	},
	{
		Code:  "E0107",
		Title: "a character begins no token",
		Explain: "Outside of strings and comments a program consists of names, numbers, reserved words and a few " +
			"operators. Any other character is an error, and so is a file that is no UTF-8 text or holds a zero " +
			"byte.",
		Example: `acl 1;

module M {
  in  x: [4];
  out y: [4];
  route x -> y; #
}
`,
	},
	{
		Code:  "E0108",
		Title: "a file is larger than a program can be",
		Explain: "A file has at most 1 MiB, a line at most 64 KiB, and brackets nest at most 200 deep. The limits " +
			"protect the compiler from texts that are no programs; split a large program into files and `use` " +
			"them.",
		Example: `acl 1;

module M {
  param n: int = ` + strings.Repeat("(", 201) + "1" + strings.Repeat(")", 201) + `;
  in  x: [n];
  out y: [n];
  route x -> y;
}
`,
	},
}
