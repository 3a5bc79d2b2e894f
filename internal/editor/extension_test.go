package editor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// What the extension's description names is there, and reads.
func TestExtension(t *testing.T) {
	var p struct {
		Main        string
		Contributes struct {
			Languages []struct{ ID, Configuration string }
			Grammars  []struct{ Language, ScopeName, Path string }
		}
		Dependencies map[string]string
	}
	readJSON(t, "package.json", &p)
	if len(p.Contributes.Languages) != 1 || len(p.Contributes.Grammars) != 1 || p.Dependencies["vscode-languageclient"] == "" {
		t.Fatalf("got %+v", p)
	}
	language, colours := p.Contributes.Languages[0], p.Contributes.Grammars[0]
	var g grammar
	readJSON(t, colours.Path, &g)
	if colours.Language != language.ID || colours.ScopeName != g.ScopeName {
		t.Errorf("the grammar of %s is %s", colours.Language, g.ScopeName)
	}
	var c struct{ WordPattern string }
	readJSON(t, language.Configuration, &c)
	word := regexp.MustCompile("^(?:" + c.WordPattern + ")$")
	for _, w := range []string{"c1", "least_energy", "3x3", "10kOhm", "2%", "400V/us"} {
		if !word.MatchString(w) {
			t.Errorf("%q is no word", w)
		}
	}
	if _, err := os.Stat(filepath.Join(extension, p.Main)); err != nil {
		t.Error(err)
	}
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(extension, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
