package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lower"
	"acl/stdlib"
)

// Program is a checked program and the files that it was read from.
type Program struct {
	*check.Program
	Path  string         // of the root file, as it was given
	Files []*source.File // the root first, then what it uses, without the library
	Sets  []string       // assignments over its settings
	Diags diag.List      // warnings, where there are no errors

	grids  *grids                  // nil until they are asked for
	shares map[*check.Plan]*shared // of blocks that do not have their fabric to themselves
}

// maxSource is the size up to which a source file is read; syntax.Parse refuses
// anything near it, so that the file need not be read whole to be refused.
const maxSource = 2 << 20

// Open reads and checks a program. sets are assignments "noise.weight=2%" that go
// over the program's own settings. The error is for a root file that cannot be
// read; everything about its text is in the program's Diags.
func Open(path string, sets []string) (*Program, error) {
	text, err := readSource(path)
	if err != nil {
		return nil, err
	}
	return Compile(source.NewFile(filepath.ToSlash(path), text), sets), nil
}

// Compile checks a program whose root file is at hand; files that it uses are
// read beside it.
func Compile(root *source.File, sets []string) *Program {
	p := &Program{Path: root.Name, Files: []*source.File{root}, Sets: sets}
	o := check.Options{Load: p.read, Library: stdlib.File, Libraries: stdlib.Libraries()}
	p.Program, p.Diags = check.Check(root, stdlib.Table(), o)
	if !p.Diags.HasErrors() {
		for _, s := range sets {
			p.Diags.Add(p.Override(s)...)
		}
	}
	p.Diags.Add(lower.CheckModules(p.Program)...)
	p.Diags.Sort()
	return p
}

// read finds a used file beside the one that uses it.
func (p *Program) read(from *source.File, dotted string) (*source.File, error) {
	rel := strings.ReplaceAll(dotted, ".", "/") + ".acl"
	name := filepath.ToSlash(filepath.Join(filepath.Dir(from.Name), rel))
	for _, f := range p.Files {
		if f.Name == name {
			return f, nil
		}
	}
	text, err := readSource(name)
	if err != nil {
		return nil, err
	}
	f := source.NewFile(name, text)
	p.Files = append(p.Files, f)
	return f, nil
}

func readSource(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", plain(err)
	}
	if info.IsDir() {
		return "", fmt.Errorf("%s is a folder, not a program", path)
	}
	if info.Size() > maxSource {
		return strings.Repeat(" ", maxSource), nil // refused by its size alone
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", plain(err)
	}
	return string(data), nil
}

// plain is an error of the file system in the form "path: reason".
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}

// RootName is the name of the root file in a folder that Save has written.
func (p *Program) RootName() string { return p.saved(p.Files[0].Name) }
