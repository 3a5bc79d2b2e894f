package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"acl/cmd"
)

// texts are what a user reads, by path from the root: the pages, the programs and
// the explanations of messages.
func texts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"README.md", "docs/*.md", "programs/*.acl", "lang/diag/codes*.go"} {
		files, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[strings.TrimPrefix(filepath.ToSlash(f), "../../")] = string(text)
		}
	}
	return out
}

// named are the places that a pattern finds in the texts; there is at least one.
func named(t *testing.T, pattern *regexp.Regexp) map[string][][]string {
	t.Helper()
	out, count := map[string][][]string{}, 0
	for name, text := range texts(t) {
		out[name] = pattern.FindAllStringSubmatch(text, -1)
		count += len(out[name])
	}
	if count == 0 {
		t.Fatalf("no text names a %s", pattern)
	}
	return out
}

// commandLine is a command in backquotes or in a line of a block, with the word
// behind it, which for some is a command of its own.
var commandLine = regexp.MustCompile("(?m)(?:(?:^|[^`])`|^    .*?\\b)(?:acl|go run \\.) ([a-z]+)(?:$|[^a-z/](?:([a-z]+)\\b)?)")

func TestNamedCommandsExist(t *testing.T) {
	nested := map[string]bool{"data": true, "export": true, "experiment": true}
	tried := map[string]bool{}
	for file, found := range named(t, commandLine) {
		for _, m := range found {
			args := []string{m[1]}
			if nested[m[1]] && m[2] != "" {
				args = append(args, m[2])
			}
			line := strings.Join(args, " ")
			if tried[line] {
				continue
			}
			tried[line] = true
			var out, errw bytes.Buffer
			if code := cmd.Main(append(args, "--help"), strings.NewReader(""), &out, &errw); code != 0 {
				t.Errorf("%s: acl %s: exit %d: %s", file, line, code, errw.String())
			}
		}
	}
	if len(tried) < 20 {
		t.Errorf("only %d commands are named: %v", len(tried), tried)
	}
}

// repositoryFile is a file of the repository that a text sends its reader to.
var repositoryFile = regexp.MustCompile(`\b(?:programs|bench|docs|lang/conformance|editor)/[a-z0-9_/]+\.(?:acl|py|md|txtar)\b`)

func TestNamedFilesExist(t *testing.T) {
	for file, found := range named(t, repositoryFile) {
		for _, m := range found {
			if _, err := os.Stat(filepath.Join("../..", m[0])); err != nil && !strings.Contains(file, "codes") {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// testRun is a command that runs tests or benchmarks of one package by name.
var testRun = regexp.MustCompile(`go test \./([a-z/]+)(?: -run '?\^?([A-Za-z|]+)\$?'?)?(?: -run '\^\$' -(?:bench|fuzz) '?\^?([A-Za-z|]+)\$?'?)?`)

func TestNamedTestsExist(t *testing.T) {
	for file, found := range named(t, testRun) {
		for _, m := range found {
			text := source(t, m[1], true)
			for name := range strings.SplitSeq(m[2]+m[3], "|") {
				if !regexp.MustCompile(`func (Test|Fuzz|Benchmark)?` + name).MatchString(text) {
					t.Errorf("%s: %s has no test that begins with %s", file, m[1], name)
				}
			}
		}
	}
}
