package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/stdlib"
)

// beside are files that a case may use, by their dotted name.
var beside = map[string]string{
	"other":   "acl 1; use std.nn; module M { param width: int; in x: [D]; out y: [width]; unit fc = nn.dense(width); route x -> fc -> y; } module N { in x: [4]; out y: [4]; route x -> y; }",
	"loop":    "acl 1; use loop2;",
	"loop2":   "acl 1; use loop;",
	"a.other": "acl 1;",
	"broken":  "acl 1; module M { in x [4]; }",
}

func options() check.Options {
	load := func(_ *source.File, path string) (*source.File, error) {
		text, ok := beside[path]
		if !ok {
			return nil, fmt.Errorf("there is no such file")
		}
		return source.NewFile(path+".acl", text), nil
	}
	return check.Options{Load: load, Library: stdlib.File, Libraries: stdlib.Libraries()}
}

func checkText(name, text string) (*check.Program, diag.List) {
	return check.Check(source.NewFile(name, text), stdlib.Table(), options())
}

const uses = "acl 1; use std.nn; use std.data; use std.chips; use std.control;\n"

// keep makes use of every import of uses.
const keep = `
module Keep { in x: [64]; out y: [10]; unit fc = nn.dense(10); unit fc2 = nn.dense(10); route x -> fc -> nn.relu() -> fc2 -> y; }
schedule Keep on chips.ideal { choose: control.nearest(); }
train Keep on chips.ideal { data: data.digits(); loss: nn.mse(y, y); }
`

// run checks a text whose one mark § stands before the place of the message.
func run(t *testing.T, text, code, message string) {
	t.Helper()
	at := strings.Index(text, "§")
	clean := strings.Replace(text, "§", "", 1)
	_, diags := checkText("case.acl", clean)
	if at < 0 {
		t.Fatal("the case has no mark")
	}
	if len(diags) != 1 {
		t.Errorf("got %d messages, want 1", len(diags))
		for _, d := range diags {
			t.Log(d.Error())
		}
		return
	}
	d := diags[0]
	if d.Span.Start.Offset != at {
		t.Errorf("%s points at %q, want %q", d.Error(), clean[d.Span.Start.Offset:], clean[at:])
	}
	if string(d.Code) != code || !strings.Contains(d.Message, message) {
		t.Errorf("got %s: %s\nwant %s: %s", d.Code, d.Message, code, message)
	}
}

func module(items string) string { return uses + keep + "module T { " + items + " }\n" }

func TestNamesOfAModule(t *testing.T) {
	const ports = "in x: [4]; out y: [4]; "
	for name, c := range map[string][3]string{
		"unknown module":       {"in x: [4]; out y: [4]; unit u = §Missing(); route x -> u -> y;", "E0201", "unknown name `Missing`"},
		"unknown primitive":    {ports + "unit u = nn.§convv(4); route x -> u -> y;", "E0201", "unknown name `nn.convv`"},
		"unknown hop":          {ports + "route x -> §u -> y;", "E0201", "unknown unit or port `u`"},
		"unknown port":         {ports + "unit s = nn.sub(); route x -> s.a; route x -> s.§q; route s -> y;", "E0201", "unknown port `q`"},
		"unknown name in dims": {"in x: [4]; out y: [§n]; route x -> y;", "E0201", "unknown name `n`"},
		"unknown type":         {"param p: §integer; in x: [4]; out y: [4]; route x -> y;", "E0216", "unknown type"},
		"declared twice":       {ports + "unit u = nn.relu(); unit §u = nn.tanh(); route x -> u -> y;", "E0202", "the name `u` is taken by a unit"},
		"hides an import":      {"in §data: [4]; out y: [4]; route data -> y;", "E0202", "hides an import"},
		"hides a module":       {ports + "unit §Keep = nn.relu(); route x -> y;", "E0202", "hides a module"},
		"repeat hides":         {ports + "repeat §x in 1 .. 2 { } route x -> y;", "E0202", "is taken by a port"},
		"repeat in repeat":     {ports + "repeat i in 1 .. 2 { repeat §i in 1 .. 2 { } } route x -> y;", "E0202", "is taken by a repeat variable"},
		"param in if":          {ports + "if true { param §p: int; } route x -> y;", "E0221", "a parameter stands in no `if`"},
		"itself":               {ports + "unit u = §T(); route x -> u -> y;", "E0220", "contains itself"},
		"no call":              {ports + "unit u = §nn.relu; route x -> u -> y;", "E0210", "is not a unit by itself"},
		"an optimizer":         {ports + "unit u = §nn.sgd(0.1); route x -> u -> y;", "E0208", "is an optimizer"},
		"missing argument":     {ports + "unit u = §nn.dense(); route x -> u -> y;", "E0211", "missing argument `width`"},
		"unknown argument":     {ports + "unit u = nn.dense(4, §biass = true); route x -> u -> y;", "E0212", "unknown argument `biass`"},
		"repeated argument":    {ports + "unit u = nn.dense(4, §width = 3); route x -> u -> y;", "E0213", "given twice"},
		"positional last":      {ports + "unit u = nn.dense(bias = true, §4); route x -> u -> y;", "E0214", "before the named ones"},
		"too many":             {ports + "unit u = nn.relu(§4); route x -> u -> y;", "E0212", "too many arguments"},
		"wrong type":           {ports + "unit u = nn.dense(§2.5); route x -> u -> y;", "E0401", "got the number 2.5, want an int"},
		"out of bounds":        {ports + "unit u = nn.dense(§0); route x -> u -> y;", "E0403", "got 0, want at least 1"},
		"unknown word":         {ports + "unit u = nn.mean(axis = §chanel); route x -> u -> y;", "E0216", "unknown word `chanel`"},
		"unit as value":        {ports + "unit u = nn.dense(4); unit v = nn.dense(§u); route x -> u -> v -> y;", "E0209", "is a unit, not a value"},
		"if of an int":         {ports + "if §3 { } route x -> y;", "E0401", "`if` takes a condition"},
		"reversed":             {ports + "unit u = nn.slice(axis = feature, range = §3 .. 0); route x -> u -> y;", "E0404", "lesser to the greater"},
		"division by zero":     {"in x: [4]; out y: [4 / §0]; route x -> y;", "E0403", "division by zero"},
		"dimension":            {"in x: [4]; out y: [4]; unit u = analog.gain(§2V); route x -> u -> y;", "E0402", "got a voltage, want a number"},
		"array without index":  {ports + "unit u[1] = nn.relu(); route x -> §u -> y;", "E0209", "is an array of units"},
		"no array":             {ports + "unit u = nn.relu(); route x -> §u[1] -> y;", "E0209", "is no array"},
		"scale":                {ports + "unit u = nn.relu(); route x -> u { scale: §3; } -> y;", "E0403", "want a power of two"},
		"hop key":              {ports + "unit u = nn.relu(); route x -> u { §hald: digital; } -> y;", "E0215", "unknown key `hald`"},
		"alias of itself":      {ports + "unit u = §u; route x -> u -> y;", "E0220", "second use of itself"},
		"circular default":     {"param a: int = b; param b: int = §a; in x: [a]; out y: [b]; route x -> y;", "E0220", "needs its own value"},
		"param default type":   {"param a: int = §1.5; in x: [a]; out y: [4]; route x -> y;", "E0401", "want an int"},
		"unused param":         {"param §p: int; in x: [4]; out y: [4]; route x -> y;", "W0202", "nothing uses the parameter `p`"},
		"unused unit":          {ports + "unit §u = nn.relu(); route x -> y;", "W0203", "nothing uses the unit `u`"},
		"unread unit":          {ports + "unit §u = nn.relu(); route x -> y; route x -> u;", "W0203", "nothing uses the unit `u`"},
	} {
		t.Run(name, func(t *testing.T) {
			text := module(c[0])
			if strings.Contains(c[0], "analog.") {
				text = strings.Replace(text, "use std.control;", "use std.control; use std.analog;", 1)
			}
			run(t, text, c[1], c[2])
		})
	}
}

func TestFiles(t *testing.T) {
	for name, c := range map[string][3]string{
		"unknown library": {"acl 1; use §std.chip;", "E0206", "the library has no `std.chip`"},
		"no file":         {"acl 1; use §missing;", "E0206", "cannot read `missing`"},
		"cycle":           {"acl 1; use §case2;", "E0206", "cannot read"},
		"last name":       {"acl 1; use other; use §a.other; module T { in x: [4]; out y: [4]; unit n = other.N(); route x -> n -> y; }", "E0202", "two imports give the name `other`"},
		"unused":          {"acl 1; use §other;", "W0201", "nothing uses the import `other`"},
		"twice":           {"acl 1; module T { in x: [4]; out y: [4]; route x -> y; } fabric §T { }", "E0202", "is taken by a module"},
		"wrong kind":      {"acl 1; use std.chips; module T { in x: [4]; out y: [4]; route x -> y; } schedule T on §T { } fabric F : chips.ideal { }", "E0208", "is a module, want a fabric"},
		"base":            {"acl 1; fabric F : §G { }", "E0201", "unknown name `G`"},
		"base of itself":  {"acl 1; fabric F : §F { }", "E0220", "begins from itself"},
		"not imported":    {"acl 1; fabric F : §chips.ideal { }", "E0201", "unknown name `chips`"},
	} {
		t.Run(name, func(t *testing.T) { run(t, c[0], c[1], c[2]) })
	}
}

func TestImportCycle(t *testing.T) {
	_, diags := checkText("case.acl", "acl 1; use loop;")
	errs := diags.Errors()
	if len(errs) != 1 || errs[0].Code != "E0207" || errs[0].Span.String() != "loop2.acl:1:12" {
		t.Errorf("got %v", errs)
	}
}

// What a broken file does not declare is no error of the one that uses it.
func TestBrokenImportIsSilent(t *testing.T) {
	_, diags := checkText("case.acl", "acl 1; use broken; module T { in x: [4]; out y: [4]; unit m = broken.M(); route x -> m -> y; }")
	for _, d := range diags {
		if d.Span.File.Name != "broken.acl" {
			t.Errorf("a follow-on: %s", d.Error())
		}
	}
	if !diags.HasErrors() {
		t.Error("the broken file has no error")
	}
}

func TestFabricSettings(t *testing.T) {
	for name, c := range map[string][3]string{
		"unknown key":       {"§raill { }", "E0215", "unknown key `raill`"},
		"unknown member":    {"rail { §swings: -1V .. 1V; }", "E0215", "unknown key `swings`"},
		"group with value":  {"rail: §3;", "E0401", "takes settings in braces"},
		"value with block":  {"§die { }", "E0401", "`die` takes a value"},
		"member of a value": {"die.§x: 3;", "E0215", "takes a value and has no `x`"},
		"dimension":         {"supply { cells: §2A; }", "E0402", "got a current, want a voltage (V)"},
		"no unit":           {"supply { cells: §2; }", "E0401", "got the int 2, want a voltage (V)"},
		"interval":          {"rail { swing: §0.5V; }", "E0401", "want a range of voltage"},
		"empty interval":    {"rail { swing: §1V .. 1V; }", "E0403", "no width"},
		"bounds":            {"tiles { count: §0; }", "E0403", "got 0, want at least 1"},
		"word":              {"vcr { law: §linear; }", "E0216", "unknown word `linear`"},
		"level":             {"noise { read: §of; }", "E0216", "unknown word `of`"},
		"weight has no on":  {"noise { weight: §on; }", "E0216", "unknown word `on`"},
		"twice":             {"die: 1; §die: 2;", "E0217", "`die` is set twice"},
		"twice, two forms":  {"rail.§input: 1V; rail { input: 2V; }", "", ""},
		"count and variant": {"modules { §dense: 3; dense fast { count: 2; } }", "E0217", "has a count and variants"},
		"subject":           {"die §fast: 3;", "E0218", "takes no subject"},
		"no subject":        {"faults { §fail { step: 3; } }", "E0218", "needs a physical module"},
		"class":             {"faults { fail §densse[1] { step: 3; } }", "E0201", "unknown class"},
		"both leaks":        {"cell { §lifetime: 100; }", "E0405", "not by both"},
		"no leak":           {"cap { §leak: off; }", "E0405", "both are off"},
		"not off":           {"rail: §off;", "E0401", "takes settings in braces"},
		"variant's key":     {"modules { dense fast { §size: 3; } }", "E0215", "unknown key `size`"},
	} {
		t.Run(name, func(t *testing.T) {
			text := uses + keep + "fabric F : chips.fabric45 { " + c[0] + " }\n"
			if name == "twice, two forms" {
				text = strings.Replace(strings.Replace(text, "§", "", 1), "{ input", "{ §input", 1)
				c[1], c[2] = "E0217", "`rail.input` is set twice"
			}
			run(t, text, c[1], c[2])
		})
	}
}

// plan makes a program around a module of two dense units and the settings of one
// block.
func plan(kind, settings string) string {
	text := uses + keep + "module T { in x: [64]; out y: [10]; unit fc1 = nn.dense(16); unit fc2 = nn.dense(10); route x -> fc1 -> fc2 -> y; }\n"
	return text + kind + " T on chips.fabric45 { " + settings + " }\n"
}

func TestPlans(t *testing.T) {
	const train = "data: data.digits(); loss: nn.cross_entropy(y, label); "
	for name, c := range map[string][4]string{
		"unit":             {"schedule", "place §fc9: dense[0];", "E0201", "unknown unit `fc9`"},
		"physical":         {"schedule", "place fc1: §dens[0];", "E0201", "unknown class of physical modules `dens`"},
		"physical range":   {"schedule", "place fc1: dense[§3 .. 1];", "E0404", "lesser to the greater"},
		"port":             {"schedule", "into fc1.§q { hold: digital; }", "E0201", "unknown port `q`"},
		"into value":       {"schedule", "into fc1 { hold: §analog; }", "E0216", "unknown word `analog`"},
		"reuse":            {"schedule", "reuse: [fc1, §fc1];", "E0217", "twice"},
		"choose":           {"schedule", "choose: §data.digits();", "E0401", "got a data set, want a heuristic"},
		"choose, unknown":  {"schedule", "choose: §Careful;", "E0201", "unknown name `Careful`"},
		"choose, uncalled": {"schedule", "choose: §control.nearest;", "E0209", "is a function"},
		"refresh":          {"schedule", "refresh { weights: §never; }", "E0216", "unknown word `never`"},
		"scan":             {"schedule", "§scan { repair: spare; }", "E0219", "`scan` needs `every`"},
		"no copies":        {"schedule", "protect fc2 { §vote: median; }", "W0204", "does nothing without `protect.copies`"},
		"no checksum":      {"schedule", "protect { copies: 3; §threshold: 3; }", "W0204", "does nothing without `protect.checksum`"},
		"no data":          {"§train", "loss: nn.mse(y, x);", "E0219", "needs `data`"},
		"no loss":          {"§train", "data: data.digits();", "E0219", "needs `loss`"},
		"no weights":       {"§infer", "data: data.digits();", "E0219", "needs `weights`"},
		"output":           {"train", "data: data.digits(); loss: nn.cross_entropy(§z, label);", "E0201", "unknown output `z`"},
		"field":            {"train", "data: data.digits(); loss: nn.mse(y, §target);", "E0601", "unknown field `target`"},
		"labels, mse":      {"train", "data: data.digits(); loss: nn.mse(y, §label);", "W0601", "compared as numbers"},
		"no labels":        {"train", "data: data.digits(); loss: nn.cross_entropy(y, §input);", "E0601", "takes labels"},
		"not a loss":       {"train", "data: data.digits(); loss: §nn.sgd(0.1);", "E0401", "want a loss"},
		"loss weight":      {"train", "data: data.digits(); loss: nn.mse(y, x) + §0 * nn.mse(y, x);", "E0403", "want a weight above 0"},
		"rate":             {"train", train + "optimizer: nn.sgd(rate = §0);", "E0403", "got 0, want above 0"},
		"momentum":         {"train", train + "optimizer: nn.sgd(0.1, momentum = §1);", "E0403", "from 0 to below 1"},
		"momentum, peak":   {"train", train + "optimizer: nn.sgd(0.1, momentum = nn.one_cycle(§2, from = 0.9));", "E0403", "got 2, want from 0 to below 1"},
		"momentum, from":   {"train", train + "optimizer: nn.sgd(0.1, momentum = nn.one_cycle(0.8, from = §100%));", "E0403", "got 1, want from 0 to below 1"},
		"momentum, factor": {"train", train + "optimizer: nn.sgd(0.1, momentum = nn.steps(0.8, at = [1], factor = §2));", "E0403", "got 2, want from 0 to below 1"},
		"momentum, word":   {"train", train + "optimizer: nn.sgd(0.1, momentum = §data.flip());", "E0401", "want a number or a course of it"},
		"steps and epochs": {"train", train + "epochs: 3; §steps: 4;", "E0405", "not both"},
		"stop":             {"train", train + "stop { when: §accurracy > 0.5; }", "E0216", "unknown metric `accurracy`"},
		"stop, dimension":  {"train", train + "stop { when: energy > §1V; }", "E0402", "want an energy"},
		"stop, no when":    {"train", train + "§stop { patience: 3; }", "E0219", "needs `when`"},
		"report":           {"train", train + "report: [top1, §tpo5];", "E0216", "unknown word `tpo5`"},
		"feed, port":       {"train", train + "feed { §z: input; }", "E0201", "unknown input `z`"},
		"feed, field":      {"train", train + "feed { x: §pixels; }", "E0601", "unknown field `pixels`"},
		"table":            {"train", "data: §data.table(input = [[1]]); loss: nn.mse(y, x);", "E0211", "missing argument `target` or `label`"},
		"table rows":       {"train", "data: data.table(input = [[1], [2]], target = §[[1]]); loss: nn.mse(y, target);", "E0403", "got 1 rows, want 2"},
		"augment":          {"train", "data: data.digits(augment = [§data.digits()]); loss: nn.mse(y, x);", "E0401", "want an augmentation"},
		"after":            {"infer", "data: data.digits(); weights: \"w\"; after: [1s, §2V];", "E0402", "want a time"},
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(strings.TrimPrefix(c[0], "§"), c[1])
			if strings.HasPrefix(c[0], "§") {
				kind := c[0][len("§"):]
				text = strings.Replace(text, kind+" T on", c[0]+" T on", 1)
			}
			run(t, text, c[2], c[3])
		})
	}
}

func TestPairs(t *testing.T) {
	t.Run("one plan for each pair", func(t *testing.T) {
		run(t, uses+keep+"§schedule Keep on chips.ideal { }", "E0222", "has a second schedule block")
	})
	t.Run("parameters need defaults", func(t *testing.T) {
		run(t, uses+"use other;"+keep+"schedule §other.M on chips.ideal { }", "E0211", "the parameter `width` of `M` has no default")
	})
	t.Run("pulses keep no momentum", func(t *testing.T) {
		run(t, uses+"module T { in x: [4]; out y: [4]; route x -> y; } schedule T on chips.fabric45 { update: pulsed; choose: control.nearest(); }"+
			"train T on chips.fabric45 { data: data.digits(); loss: nn.mse(y, x); optimizer: nn.sgd(0.1, momentum = §0.9); }", "E0603", "momentum needs a state")
	})
	t.Run("pulses keep no course of momentum", func(t *testing.T) {
		run(t, uses+"module T { in x: [4]; out y: [4]; route x -> y; } schedule T on chips.fabric45 { update: pulsed; choose: control.nearest(); }"+
			"train T on chips.fabric45 { data: data.digits(); loss: nn.mse(y, x); optimizer: nn.sgd(0.1, momentum = §nn.one_cycle(0.8)); }", "E0603", "momentum needs a state")
	})
	t.Run("two inputs need fields", func(t *testing.T) {
		run(t, uses+keep+"module T { in x: [4]; in z: [4]; out y: [4]; unit s = nn.add(); route x -> s.a; route z -> s.b; route s -> y; }"+
			"§train T on chips.ideal { data: data.digits(); loss: nn.mse(y, x); feed { x: input; } }", "E0602", "the input `z` of `T`")
	})
}

func TestPoliciesAndExperiments(t *testing.T) {
	policy := func(rules string) string { return uses + keep + "policy P { " + rules + " }" }
	experiment := func(settings string) string {
		return uses + keep + "experiment E of Keep on chips.ideal { " + settings + " }"
	}
	for name, c := range map[string][3]string{
		"otherwise":      {strings.Replace(policy("when op == conv: control.nearest();"), "policy P", "policy §P", 1), "E0219", "needs `otherwise`"},
		"fact":           {policy("when §oper == conv: control.nearest(); otherwise: control.nearest();"), "E0216", "unknown metric `oper`"},
		"op":             {policy("when op == §convv: control.nearest(); otherwise: control.nearest();"), "E0216", "unknown word `convv`"},
		"order of words": {policy("when op §< conv: control.nearest(); otherwise: control.nearest();"), "E0401", "words have no order"},
		"variant":        {policy("otherwise: §fest;") + "fabric F : chips.fabric45 { modules { dense fast { count: 2; } } }", "E0201", "unknown variant `fest`"},
		"vary":           {experiment("vary §noise.wait: [1%];"), "E0215", "unknown key `noise.wait`"},
		"vary type":      {experiment("vary noise.weight: [1%, §1V];"), "E0402", "want a number"},
		"vary argument":  {experiment("vary optimizer.§rat: [0.1];"), "E0212", "unknown argument `rat`"},
		"vary param":     {experiment("vary Keep.§hidden: [1];"), "E0201", "unknown parameter `hidden`"},
		"vary no list":   {experiment("vary noise.weight: §1%;"), "E0401", "takes a list"},
		"baseline":       {experiment("case a { } baseline: §b;"), "E0201", "unknown case `b`"},
		"case twice":     {experiment("case a { } §case a { }"), "E0217", "`case` is set twice"},
		"case key":       {experiment("case a { noise.§rid: on; }"), "E0215", "unknown key `rid`"},
		"case unit":      {experiment("case a { protect §fc9 { copies: 2; } }"), "E0201", "unknown unit `fc9`"},
		"no train":       {uses + keep + "experiment E of §Keep on chips.fabric45 { }", "E0604", "no train block"},
	} {
		t.Run(name, func(t *testing.T) { run(t, c[0], c[1], c[2]) })
	}
}

// What is meant is proposed where it is near, and only there.
func TestDidYouMean(t *testing.T) {
	for text, hint := range map[string]string{
		"fabric F { raill { } }":                                             "did you mean `rail`?",
		"fabric F { swing: -1V .. 1V; }":                                     "there is a key `rail.swing`",
		"fabric F : chips.ideal { }":                                         "`use std.chips;` brings it",
		"fabric F { vcr { law: triod; } }":                                   "did you mean `triode`?",
		"fabric F { supply { cells: 2; } }":                                  "write the unit: `2V`",
		"module T { in x: [4]; out y: [4]; unit fc = fcc(); route x -> y; }": "",
	} {
		_, diags := checkText("case.acl", "acl 1;\n"+text)
		errs := diags.Errors()
		if len(errs) != 1 || errs[0].Hint != hint {
			t.Errorf("%s\ngot %+v, want the hint %q", text, errs, hint)
		}
	}
}

func TestSamplesCheck(t *testing.T) {
	files, err := filepath.Glob("../../../shared/samples/*.acl")
	if err != nil || len(files) == 0 {
		t.Skip("the samples are not beside the project")
	}
	o := options()
	o.Load = check.Beside
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, diags := check.Check(source.NewFile(name, string(text)), stdlib.Table(), o)
		for _, d := range diags {
			t.Errorf("%s %s", d.Error(), d.Hint)
		}
	}
}

// Every code of this package is explained, and its example brings it about.
func TestExamplesOfCodes(t *testing.T) {
	o := options()
	self := o.Load
	for _, code := range check.Codes() {
		e, ok := diag.Lookup(code)
		if !ok {
			t.Errorf("%s is not explained", code)
			continue
		}
		file := source.NewFile("example.acl", e.Example)
		o.Load = func(from *source.File, path string) (*source.File, error) {
			if path == "example" {
				return file, nil
			}
			return self(from, path)
		}
		_, diags := check.Check(file, stdlib.Table(), o)
		found := false
		for _, d := range diags {
			found = found || d.Code == code
		}
		if !found {
			t.Errorf("the example of %s gives %v", code, diags)
		}
	}
}

func TestLibraryChecks(t *testing.T) {
	for _, lib := range stdlib.Libraries() {
		f, _ := stdlib.File(lib)
		_, diags := check.Check(source.NewFile(f.Name, f.Text), stdlib.Table(), options())
		for _, d := range diags {
			t.Error(d.Error())
		}
	}
}
