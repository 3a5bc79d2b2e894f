package check

import (
	"os"
	"path/filepath"
	"strings"

	"acl/lang/source"
)

// Beside is the LoadFunc of files on disk: a.b is a/b.acl in the folder of the
// file that uses it. Its errors name the path that was looked for.
func Beside(from *source.File, path string) (*source.File, error) {
	name := filepath.Join(filepath.Dir(from.Name), filepath.FromSlash(strings.ReplaceAll(path, ".", "/"))+".acl")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return source.NewFile(name, string(text)), nil
}
