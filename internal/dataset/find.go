package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// folders returns where relative names are looked for.
func (r Request) folders() []string {
	if len(r.SearchDirs) == 0 {
		return []string{"."}
	}
	return r.SearchDirs
}

// find returns the first place where a path that the program names exists.
func (r Request) find(path string) (string, error) {
	if filepath.IsAbs(path) {
		if _, err := os.Stat(path); err != nil {
			return "", because(path, "cannot open", err)
		}
		return path, nil
	}
	for _, dir := range r.folders() {
		at := filepath.Join(dir, filepath.FromSlash(path))
		if exists(at) {
			return at, nil
		}
	}
	return "", r.missing(path)
}

// missing is the error for something that none of the folders has.
func (r Request) missing(what string) *Error {
	return &Error{File: what, Msg: "not found",
		Hint: "looked in " + strings.Join(r.folders(), ", ") + "; put it into one of these, or name its folder with --data DIR"}
}

// unfetched is the error for a named set that none of the folders has.
func (r Request) unfetched(what string) *Error {
	e := r.missing(what)
	e.Hint += fmt.Sprintf("; `acl data fetch %s` brings the original files", r.Kind)
	return e
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
