package stdlib

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

const samples = "../../shared/samples/"

func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(samples + name)
	if err != nil {
		t.Skipf("the sample %s is not beside the project", name)
	}
	return string(text)
}

func TestEveryLibraryHasItsFile(t *testing.T) {
	entries, err := fs.ReadDir(FS, "std")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(Libraries()) {
		t.Errorf("%d files for %d libraries", len(entries), len(Libraries()))
	}
	for _, lib := range Libraries() {
		f, ok := File(lib)
		if !ok || !strings.HasPrefix(f.Text, "acl 1;") {
			t.Errorf("%s: no text of edition 1", lib)
			continue
		}
		if want := "std/" + strings.TrimPrefix(lib, "std.") + ".acl"; f.Name != want {
			t.Errorf("%s is shown as %s, want %s", lib, f.Name, want)
		}
		if again, _ := File(lib); again != f {
			t.Errorf("%s: two files for one library", lib)
		}
	}
	if _, ok := File("std.missing"); ok {
		t.Error("std.missing was found")
	}
}

// The samples chips.acl and resnet.acl are the library's text; attention.acl holds
// its modules.
func TestTextsAreTheSamples(t *testing.T) {
	for _, name := range []string{"chips", "resnet"} {
		f, _ := File("std." + name)
		if f.Text != sample(t, name+".acl") {
			t.Errorf("std.%s differs from the sample", name)
		}
	}
	text, whole := sample(t, "attention.acl"), ""
	f, _ := File("std.attention")
	if _, modules, ok := strings.Cut(f.Text, "use std.nn;\n\n"); ok {
		whole = modules
	}
	if whole == "" || !strings.Contains(text, whole) {
		t.Error("the modules of std.attention differ from the sample's")
	}
}
