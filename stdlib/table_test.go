package stdlib

import (
	"regexp"
	"strings"
	"testing"

	"acl/lang/sig"
)

// settingPaths reads the paths of the settings in a block of the text, by its braces
// alone: name { .. } nests, name: sets.
func settingPaths(text string) []string {
	text = regexp.MustCompile(`//[^\n]*`).ReplaceAllString(text, "")
	token := regexp.MustCompile(`[A-Za-z_][\w.]*\s*(:|\{)|[{};]`)
	var paths, stack []string
	for _, tok := range token.FindAllString(text, -1) {
		name := strings.TrimRight(tok, " \n\t:{")
		switch {
		case tok == "}":
			stack = stack[:len(stack)-1]
		case tok == ";":
		case strings.HasSuffix(tok, "{"):
			stack = append(stack, name)
		default:
			paths = append(paths, strings.Join(append(stack[:len(stack):len(stack)], name), "."))
		}
	}
	return paths
}

// fabric45 states every key of a fabric, and the table knows every setting of it.
func TestFabricKeysAreThoseOfChips(t *testing.T) {
	f, _ := File("std.chips")
	_, body, ok := strings.Cut(f.Text, "fabric fabric45 {")
	end := strings.Index(body, "\n}")
	if !ok || end < 0 {
		t.Fatal("no fabric45")
	}
	set := map[string]bool{}
	for _, path := range settingPaths(body[:end]) {
		set[path] = true
		if Table().Key("fabric", path) == nil {
			t.Errorf("the table has no key %s", path)
		}
	}
	for _, k := range Table().Keys {
		variant := strings.HasPrefix(k.Path, "modules.") && strings.Count(k.Path, ".") == 2
		if k.Block != "fabric" || k.Group || variant || k.Path == "faults.fail.step" {
			continue
		}
		if !set[k.Path] {
			t.Errorf("fabric45 does not set %s", k.Path)
		}
	}
}

func TestKeysAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Table().Keys {
		id := k.Block + " " + k.Path
		if seen[id] {
			t.Errorf("%s stands twice", id)
		}
		seen[id] = true
		if k.Doc == "" {
			t.Errorf("%s has no words", id)
		}
		if k.Off && !k.Group {
			t.Errorf("%s can be off and is no group", id)
		}
		if i := strings.LastIndexByte(k.Path, '.'); i >= 0 {
			g := Table().Key(k.Block, k.Path[:i])
			if g == nil || !g.Group && g.Subject != sig.VariantSubject {
				t.Errorf("%s lies in no group", id)
			}
		}
	}
}

// The top-level keys of fabric, schedule and train are disjoint, so that an
// experiment's paths need no prefix.
func TestTopLevelKeysAreDisjoint(t *testing.T) {
	of := map[string]string{}
	for _, k := range Table().Keys {
		if strings.Contains(k.Path, ".") || k.Block != "fabric" && k.Block != "schedule" && k.Block != "train" {
			continue
		}
		if other, ok := of[k.Path]; ok {
			t.Errorf("%s is a key of %s and of %s", k.Path, other, k.Block)
		}
		of[k.Path] = k.Block
	}
}

func TestPrimitivesAreWhole(t *testing.T) {
	classes := map[string]bool{"": true, "conv": true, "dense": true, "pool": true, "activation": true, "attention": true}
	for name, p := range Table().Primitives {
		if p.Name != name || p.Doc == "" || p.Out != "y" || p.Infer == nil || !classes[p.Class] {
			t.Errorf("%s is not whole", name)
		}
		if p.In.Variadic == (len(p.In.Ports) > 0) {
			t.Errorf("%s has named ports or two and more, not both", name)
		}
		params(t, name, p.Params)
	}
	for name, f := range Table().Funcs {
		if f.Name != name || f.Doc == "" || f.Group == "" {
			t.Errorf("%s is not whole", name)
		}
		params(t, name, f.Params)
	}
}

// params checks that required parameters stand before the others, so that they can
// be given by position.
func params(t *testing.T, name string, list []sig.Param) {
	t.Helper()
	optional := false
	for _, p := range list {
		if p.Doc == "" {
			t.Errorf("%s: %s has no words", name, p.Name)
		}
		required := p.Default == nil && p.DefaultDoc == ""
		if required && optional {
			t.Errorf("%s: the required %s stands behind an optional one", name, p.Name)
		}
		optional = optional || !required
	}
}

// The language's description names these; §5 of it is the list.
func TestNamesOfTheDescription(t *testing.T) {
	for _, n := range words("conv dense maxpool avgpool global_avgpool relu tanh softmax flatten reshape slice concat add mul sub mean batchnorm layernorm position similarity aggregate") {
		if Table().Primitive("nn."+n) == nil {
			t.Errorf("no nn.%s", n)
		}
	}
	for _, n := range words("add mul max sub div compare exp gain hold") {
		if Table().Primitive("analog."+n) == nil {
			t.Errorf("no analog.%s", n)
		}
	}
	for _, n := range words("nn.cross_entropy nn.mse nn.sgd nn.adam nn.two_array nn.steps nn.cosine nn.one_cycle data.digits data.mnist10k data.cifar10 data.images data.idx data.csv data.npy data.table data.pad_crop data.flip control.round_robin control.least_loaded control.least_energy control.nearest control.least_worn control.adaptive") {
		if Table().Func(n) == nil {
			t.Errorf("no %s", n)
		}
	}
}
