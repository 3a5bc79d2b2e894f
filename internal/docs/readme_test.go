package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/cmd"
)

const readmeFile = "../../README.md"

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
	text, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// promised is the part of README's page that a run prints: lines from the model's
// name on, indented by four; `..` stands for what was left out.
var promised = regexp.MustCompile(`(?m)^    digits\.Digits on (?:.*\n)(?:    .*\n)+`)

// figuresOf splits a line at its first digit; what stands before says which line
// it is.
var figuresOf = regexp.MustCompile(`^(\D*)(.*)$`)

// Every line of the page that README shows is one that the run prints, in that order;
// -update puts the run's figures there.
func TestThePromisedPage(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the digits: not in -short")
	}
	text := readme(t)
	page := promised.FindString(text)
	if page == "" {
		t.Fatal("README shows no page of a run")
	}
	printed := strings.Split(runDigits(t), "\n")
	var fresh strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(page, "\n"), "\n") {
		want := strings.TrimPrefix(line, "    ")
		if strings.TrimSpace(want) == ".." {
			fresh.WriteString(line + "\n")
			continue
		}
		name := figuresOf.FindStringSubmatch(want)[1]
		for len(printed) > 0 && !strings.HasPrefix(printed[0], name) {
			printed = printed[1:]
		}
		if len(printed) == 0 {
			t.Fatalf("the run prints no line %q behind the one before", want)
		}
		fresh.WriteString("    " + shorten(printed[0], want) + "\n")
		printed = printed[1:]
	}
	renew(t, readmeFile, text, strings.Replace(text, page, fresh.String(), 1))
}

// shorten cuts a printed line where the line of the page is cut, at its `..`.
func shorten(printed, shown string) string {
	head, cut := strings.CutSuffix(shown, " ..")
	if !cut {
		return printed
	}
	words := strings.Fields(printed)
	return "  " + strings.Join(words[:min(len(words), len(strings.Fields(head)))], " ") + " .."
}

// renew compares a page with what it should be, or with -update writes it.
func renew(t *testing.T, path, text, want string) {
	t.Helper()
	if *update && text != want {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(text, want); d != "" {
		t.Errorf("run with -update (-page +run):\n%s", d)
	}
}

// ownSeed is the line of docs/results.md on the program's own seed.
var ownSeed = regexp.MustCompile(`The program's own seed is .*`)

// The digest and accuracy of the program's own seed are those of docs/results.md.
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
	const path = "../../docs/results.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !ownSeed.Match(text) {
		t.Fatalf("%s has no line on the program's own seed", path)
	}
	want := fmt.Sprintf("The program's own seed is %d; it reaches %.2f %%, digest %s.", result.Seed, 100*result.Top1, result.Digest)
	renew(t, path, string(text), ownSeed.ReplaceAllLiteralString(string(text), want))
}
