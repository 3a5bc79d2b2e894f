package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"acl/cmd"
)

// runDigits runs the main job of README and returns what it prints.
func runDigits(t *testing.T, args ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	args = append([]string{"run", "../../programs/digits.acl", "--out", t.TempDir() + "/run"}, args...)
	if code := cmd.Main(args, strings.NewReader(""), &out, &errw); code != 0 {
		t.Fatalf("exit %d: %s", code, errw.String())
	}
	return out.String()
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// promised is the part of README's page that a run prints: lines from the model's
// name on, indented by four; `..` stands for what was left out.
var promised = regexp.MustCompile(`(?m)^    digits\.Digits on (?:.*\n)(?:    .*\n)+`)

// Every line of the page that README promises is one that the run prints, in that
// order.
func TestThePromisedPage(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the digits: not in -short")
	}
	page := promised.FindString(readme(t))
	if page == "" {
		t.Fatal("README shows no page of a run")
	}
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	printed := words(runDigits(t))
	for line := range strings.SplitSeq(page, "\n") {
		want := words(strings.TrimSuffix(strings.TrimSpace(line), ".."))
		_, after, found := strings.Cut(printed, want)
		if !found {
			t.Fatalf("the run prints no line %q behind the one before; what it prints from there:\n%s", want, printed)
		}
		printed = after
	}
}

// The digest of the program's own seed is that of docs/results.md.
func TestTheDigestOfTheResults(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the digits: not in -short")
	}
	lines := strings.Split(strings.TrimSpace(runDigits(t, "--json")), "\n")
	var result struct {
		Digest string
		Top1   float64
		Seed   int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("The program's own seed is %d; it reaches %.2f %%, digest %s.", result.Seed, 100*result.Top1, result.Digest)
	if !strings.Contains(string(text), want) {
		t.Errorf("docs/results.md lacks %q", want)
	}
}
