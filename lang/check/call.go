package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// checkCall holds the rules of single functions that their parameters' types do
// not say.
func checkCall(call sig.Call, r *syntax.Ref) diag.List {
	switch call.Func.Name {
	case "data.table":
		return checkTable(call, r)
	case "data.npy":
		input, _ := call.Args[0].(sig.String)
		if call.Args[1] == nil && !strings.HasSuffix(string(input), ".npz") {
			return diag.List{diag.Errorf(codeMissingArg, r.NameSpan(), "missing argument `label`: only an .npz holds both")}
		}
	case "nn.cosine":
		from, _, _ := number(call.Args[0])
		to, _, _ := number(call.Args[1])
		if to.Num > from.Num {
			return diag.List{diag.Errorf(codeBounds, call.Spans[1], "got %g, want at most `from`, %g", to.Num, from.Num)}
		}
	case "nn.steps":
		return checkSteps(call)
	}
	return nil
}

// checkSteps wants epochs that rise.
func checkSteps(call sig.Call) diag.List {
	list, _ := call.Args[1].(sig.List)
	for i := 1; i < len(list); i++ {
		if list[i].(sig.Int) <= list[i-1].(sig.Int) {
			return diag.List{diag.Errorf(codeBounds, call.Spans[1], "the epochs of a course rise")}
		}
	}
	return nil
}

// checkTable wants rows of equal length, and exactly one of target and label.
func checkTable(call sig.Call, r *syntax.Ref) diag.List {
	at := map[string]int{}
	for i, p := range call.Func.Params {
		at[p.Name] = i
	}
	input, target, label := call.Args[at["input"]], call.Args[at["target"]], call.Args[at["label"]]
	switch {
	case target == nil && label == nil:
		return diag.List{diag.Errorf(codeMissingArg, r.NameSpan(), "missing argument `target` or `label`")}
	case target != nil && label != nil:
		return diag.List{diag.Errorf(codeConflict, call.Spans[at["label"]], "a table has `target` or `label`, not both")}
	}
	var diags diag.List
	rows, ok := matrix(input)
	if !ok {
		diags.Add(mistyped(call.Spans[at["input"]], "want rows of equal length: `[[0, 1], [1, 0]]`"))
	}
	answers, good := matrix(target)
	where, want := at["target"], "rows of equal length: `[[0], [1]]`"
	if target == nil {
		answers, good = classes(label)
		where, want = at["label"], "a list of classes from 0: `[0, 1]`"
	}
	switch {
	case !good:
		diags.Add(mistyped(call.Spans[where], "want %s", want))
	case ok && rows != answers:
		diags.Add(diag.Errorf(codeBounds, call.Spans[where], "got %d rows, want %d as input has", answers, rows))
	}
	return diags
}

// matrix counts the rows of a list of rows of numbers; ok is false where they
// differ in length or there are none.
func matrix(v sig.Value) (rows int, ok bool) {
	list, _ := v.(sig.List)
	width := -1
	for _, row := range list {
		items, isRow := row.(sig.List)
		if !isRow || len(items) == 0 || width >= 0 && len(items) != width {
			return 0, false
		}
		width = len(items)
		for _, x := range items {
			if _, _, num := number(x); !num {
				return 0, false
			}
		}
	}
	return len(list), len(list) > 0
}

// classes counts a list of classes.
func classes(v sig.Value) (rows int, ok bool) {
	list, _ := v.(sig.List)
	for _, x := range list {
		if n, isInt := x.(sig.Int); !isInt || n < 0 {
			return 0, false
		}
	}
	return len(list), len(list) > 0
}
