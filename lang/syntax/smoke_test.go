package syntax

import (
	"os"
	"path/filepath"
	"testing"

	"acl/lang/source"
)

func TestSamplesParse(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/samples/*.acl")
	if len(names) == 0 {
		t.Skip("shared/samples is not beside the project")
	}
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		f, diags := Parse(source.NewFile(n, string(data)))
		if len(diags) > 0 {
			t.Errorf("%s: %v", n, diags[0])
		}
		t.Log(n, len(f.Decls))
	}
}
