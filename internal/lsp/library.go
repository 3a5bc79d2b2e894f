package lsp

import (
	"os"
	"path/filepath"
	"strings"

	"acl/lang/source"
	"acl/stdlib"
)

// library is where a client that reads files only finds the library's texts.
type library struct {
	dir string // "" until a place in it is asked for
}

// libraryFile is a text of the library by its file's name, std/nn.acl, or nil.
func libraryFile(name string) *source.File {
	dotted := strings.ReplaceAll(strings.TrimSuffix(name, ".acl"), "/", ".")
	if f, ok := stdlib.File(dotted); ok && f.Name == name {
		return f
	}
	return nil
}

// path is the file of one of the library's texts; the first call writes all of them,
// so that what they use lies beside them.
func (l *library) path(name string) (string, error) {
	if l.dir == "" {
		dir, err := os.MkdirTemp("", "acl-library-")
		if err != nil {
			return "", err
		}
		l.dir = dir
		if err := os.Mkdir(filepath.Join(dir, "std"), 0o700); err != nil {
			return "", err
		}
		for _, dotted := range stdlib.Libraries() {
			f, _ := stdlib.File(dotted)
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(f.Name)), []byte(f.Text), 0o400); err != nil {
				return "", err
			}
		}
	}
	return filepath.ToSlash(filepath.Join(l.dir, filepath.FromSlash(name))), nil
}

// remove deletes the files. What cannot be removed stays in the system's folder for
// temporary files.
func (l *library) remove() {
	if l.dir != "" {
		os.RemoveAll(l.dir)
	}
}
