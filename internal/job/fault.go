package job

import (
	"errors"
	"io/fs"

	"acl/internal/dataset"
	"acl/lang/check"
	"acl/lang/diag"
)

// codeMisfit is of data that do not fit the model.
const codeMisfit diag.Code = "E0613"

// dataDiag is the message for data that cannot be used, at the setting that asks
// for them.
func dataDiag(it *check.Setting, err error) diag.Diag {
	code := diag.Code("E0612")
	var e *dataset.Error
	if !errors.As(err, &e) {
		return diag.Errorf(code, it.Span, "%v", err)
	}
	if e.Msg == "not found" || errors.Is(err, fs.ErrNotExist) {
		code = "E0611"
	}
	d := diag.Errorf(code, it.Span, "%v", err)
	if e.Hint != "" {
		d = d.WithHint("%s", e.Hint)
	}
	return d
}
