package syntax

import (
	"strings"
	"testing"

	"acl/lang/diag"
	"acl/lang/source"
)

// read are the codes that Parse itself reports.
func read(c diag.Code) bool { return strings.HasPrefix(string(c), "E01") || c == "E0406" }

// The examples of the codes of this package trigger them; those of the others are
// programs that it reads.
func TestExamples(t *testing.T) {
	for _, e := range diag.All() {
		_, list := Parse(source.NewFile("example.acl", e.Example))
		if !read(e.Code) {
			if len(list) > 0 {
				t.Errorf("the example of %s does not parse: %s", e.Code, list[0].Error())
			}
			continue
		}
		hit := false
		for _, d := range list {
			hit = hit || d.Code == e.Code
		}
		if !hit {
			t.Errorf("the example of %s gives %v", e.Code, list)
		}
	}
}
