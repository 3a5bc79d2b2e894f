package stdlib

import (
	"embed"
	"io/fs"
	"strings"
	"sync"

	"acl/lang/source"
)

//go:embed std/*.acl
var embedded embed.FS

// FS holds the library's files: std/nn.acl and its neighbours.
var FS fs.FS = embedded

// Libraries returns the dotted names that a program may use, in the order of the
// language's description.
func Libraries() []string {
	return []string{
		"std.nn", "std.data", "std.control", "std.chips", "std.analog", "std.resnet", "std.attention",
	}
}

// texts reads each library once, so that all who ask get the same file.
var texts = sync.OnceValue(func() map[string]*source.File {
	files := map[string]*source.File{}
	for _, lib := range Libraries() {
		name := strings.ReplaceAll(lib, ".", "/") + ".acl"
		text, err := embedded.ReadFile(name)
		if err != nil {
			panic("stdlib: " + err.Error())
		}
		files[lib] = source.NewFile(name, string(text))
	}
	return files
})

// File returns the text of a library by its dotted name, std.chips. Its file
// name is shown as std/chips.acl.
func File(path string) (*source.File, bool) {
	f, ok := texts()[path]
	return f, ok
}
