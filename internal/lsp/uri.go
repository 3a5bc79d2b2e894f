package lsp

import (
	"net/url"
	"path"
	"strings"
)

// libraryScheme begins the names of the library's texts: acl:/std/nn.acl.
const libraryScheme = "acl:/"

// fileOf is the name of a document in programs: the path of a file, the name of a
// library's text, or the address itself.
func fileOf(uri string) string {
	if name, ok := strings.CutPrefix(uri, libraryScheme); ok {
		return name
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return uri
	}
	name := path.Clean(u.Path)
	if len(name) > 2 && name[0] == '/' && name[2] == ':' {
		name = name[1:] // /c:/x.acl
	}
	if u.Host != "" {
		name = "//" + u.Host + name
	}
	return name
}

// fileURI is the address of a file.
func fileURI(name string) string {
	if host, ok := strings.CutPrefix(name, "//"); ok {
		host, rest, _ := strings.Cut(host, "/")
		return (&url.URL{Scheme: "file", Host: host, Path: "/" + rest}).String()
	}
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}
