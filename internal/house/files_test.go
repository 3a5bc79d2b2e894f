package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// longest is the number of lines beyond which a file has more than one subject.
const longest = 600

// goFiles returns the Go files of the tree by folder, both with slashes from the
// top, without what programs wrote: testdata, run records, hidden folders.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	folders := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if hidden := strings.HasPrefix(d.Name(), ".") && rel != "."; hidden || d.Name() == "testdata" || rel == "runs" {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(rel, ".go") {
			rel = filepath.ToSlash(rel)
			folder := "."
			if i := strings.LastIndexByte(rel, '/'); i >= 0 {
				folder = rel[:i]
			}
			folders[folder] = append(folders[folder], rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) < 2 {
		t.Fatalf("%d folders with Go files under %s", len(folders), root)
	}
	return folders
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Files that a generator wrote are as long as they are.
func TestFileLength(t *testing.T) {
	for _, files := range goFiles(t) {
		for _, file := range files {
			text := read(t, file)
			if n := bytes.Count(text, []byte("\n")); n > longest && !generated(t, file, text) {
				t.Errorf("%s has %d lines, more than %d", file, n, longest)
			}
		}
	}
}

func generated(t *testing.T, file string, text []byte) bool {
	t.Helper()
	return ast.IsGenerated(parse(t, file, text))
}

func parse(t *testing.T, file string, text []byte) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A package says in doc.go what lives there, a command in its main.go what it does.
func TestPackageComments(t *testing.T) {
	for folder, files := range goFiles(t) {
		file := folder + "/doc.go"
		if name := parse(t, files[0], read(t, files[0])).Name.Name; name == "main" {
			file = folder + "/main.go"
		}
		if why := undocumented(t, strings.TrimPrefix(file, "./"), files); why != "" {
			t.Error(why)
		}
	}
}

// undocumented says what a package comment in a file lacks, "" for nothing.
func undocumented(t *testing.T, file string, files []string) string {
	t.Helper()
	for _, have := range files {
		if have != file {
			continue
		}
		f := parse(t, file, read(t, file))
		comment := f.Doc.Text()
		if comment == "" || f.Name.Name != "main" && !strings.HasPrefix(comment, "Package "+f.Name.Name+" ") {
			return file + " has no package comment"
		}
		return ""
	}
	return "no " + file
}
