package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serving gives each path its body; other paths are not found.
func serving(t *testing.T, bodies map[string][]byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := bodies[r.URL.Path]; ok {
			w.Write(body)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func published(body []byte, addresses ...string) origin {
	sum := md5.Sum(body)
	return origin{addresses: addresses, size: int64(len(body)), md5: hex.EncodeToString(sum[:])}
}

// packed is a .tar.gz of files in a folder.
func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	w := tar.NewWriter(gz)
	for name, body := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(body))
	}
	if err := errors.Join(w.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tree returns the files under a folder with what they hold.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			out[rel+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(path)
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The real CIFAR-10 in small: the archive's folder, a file that nobody needs, and
// names that would lead out of the data folder.
func TestFetchArchive(t *testing.T) {
	files := map[string]string{
		"cifar-10-batches-bin/batches.meta.txt": "airplane",
		"../readme.html":                        "out",
	}
	for _, name := range cifarFiles {
		files["cifar-10-batches-bin/"+name] = "rows of " + name
	}
	body := packed(t, files)
	o := published(body, serving(t, map[string][]byte{"/c.tar.gz": body})+"/c.tar.gz")
	o.unpack = cifarFiles
	dir := t.TempDir()
	// What lies there already is replaced, what has another name stays.
	old := filepath.Join(dir, cifarFolder)
	if err := errors.Join(os.Mkdir(old, 0o755), os.WriteFile(filepath.Join(old, cifarFiles[0]), []byte("half"), 0o644),
		os.WriteFile(filepath.Join(old, "mine"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	place, err := Fetch{Dir: dir, from: source{cifarFolder, []origin{o}}}.Run(t.Context())
	if err != nil || place != old {
		t.Fatalf("%q, %v", place, err)
	}
	got := tree(t, dir)
	for _, name := range cifarFiles {
		if got[cifarFolder+"/"+name] != "rows of "+name {
			t.Errorf("%s holds %q", name, got[cifarFolder+"/"+name])
		}
	}
	if want := len(cifarFiles) + 2; len(got) != want {
		t.Errorf("the data folder holds %v", got)
	}
}

// Real MNIST files, fetched, open as the set.
func TestFetchMNIST(t *testing.T) {
	needShared(t, "mnist10k")
	bodies, from := map[string][]byte{}, source{folder: mnistFolder}
	url := serving(t, bodies)
	for _, o := range origins[MNIST].files {
		name := filepath.Base(o.addresses[0])
		body, err := os.ReadFile(filepath.Join(shared, mnistFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		bodies["/"+name] = body
		o.addresses = []string{url + "/gone/" + name, url + "/" + name}
		from.files = append(from.files, o)
	}
	dir := t.TempDir()
	var done, total int64
	_, err := Fetch{Kind: MNIST, Dir: dir, from: from, Progress: func(d, n int64) { done, total = d, n }}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if done == 0 || done > total || total != 1648877+4542 {
		t.Errorf("progress ended at %d of %d", done, total)
	}
	if s := open(t, Request{Kind: MNIST, SearchDirs: []string{dir}}); s.Train.Len() != 8000 {
		t.Errorf("%d rows", s.Train.Len())
	}
}

func TestFetchRefuses(t *testing.T) {
	body := []byte("the original")
	url := serving(t, map[string][]byte{
		"/good": body, "/other": []byte("the 0riginal"), "/short": body[:5], "/long": append(body, body...), "/notar": body,
	})
	closed := httptest.NewServer(nil)
	closed.Close()
	torn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "12")
		w.Write(body[:5])
	}))
	defer torn.Close()
	noArchive := published(body, url+"/notar")
	noArchive.unpack = cifarFiles
	half := packed(t, map[string]string{"a/data_batch_1.bin": ""})
	partial := published(half, serving(t, map[string][]byte{"/half": half})+"/half")
	partial.unpack = cifarFiles
	for name, c := range map[string]struct {
		from origin
		want []string
	}{
		"checksum":   {published(body, url+"/other"), []string{"/other: the checksum is ", "the original has "}},
		"short":      {published(body, url+"/short"), []string{"5 bytes came, the original has 12"}},
		"long":       {published(body, url+"/long"), []string{"more than 12 bytes came, the original has 12"}},
		"status":     {published(body, url+"/none"), []string{"/none: the server answers 404 Not Found"}},
		"no network": {published(body, closed.URL+"/x"), []string{"/x: dial tcp"}},
		"torn":       {published(body, torn.URL+"/x"), []string{"unexpected EOF"}},
		"several":    {published(body, url+"/none", url+"/short"), []string{"/none: the server", "/short: 5 bytes"}},
		"no archive": {noArchive, []string{"damaged gzip data"}},
		"partial":    {partial, []string{"the archive has no data_batch_2.bin"}},
	} {
		dir := t.TempDir()
		place := filepath.Join(dir, "s")
		if err := errors.Join(os.Mkdir(place, 0o755), os.WriteFile(filepath.Join(place, "good"), []byte("mine"), 0o644)); err != nil {
			t.Fatal(err)
		}
		// One good file before the bad one: neither is put in place.
		_, err := Fetch{Dir: dir, from: source{"s", []origin{published(body, url+"/good"), c.from}}}.Run(t.Context())
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q has no %q", name, err, want)
			}
		}
		if got := tree(t, dir); len(got) != 2 || got["s/good"] != "mine" {
			t.Errorf("%s: the data folder holds %v", name, got)
		}
	}
}

// An interrupt in mid-file leaves nothing.
func TestFetchInterrupted(t *testing.T) {
	more := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("the first bytes"))
		w.(http.Flusher).Flush()
		<-more
	}))
	defer s.Close()
	defer close(more)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := t.TempDir()
	o := origin{addresses: []string{s.URL, s.URL}, size: 1000}
	_, err := Fetch{Dir: dir, from: source{"s", []origin{o}}, Progress: func(int64, int64) { cancel() }}.Run(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), s.URL) {
		t.Errorf("an interrupted fetch ends with %v", err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("the data folder holds %v", got)
	}
}

func TestFetchUnknown(t *testing.T) {
	for _, k := range []Kind{Digits, Images, "none"} {
		dir := filepath.Join(t.TempDir(), "data")
		if _, err := (Fetch{Kind: k, Dir: dir}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no public address") {
			t.Errorf("%s: %v", k, err)
		}
		if exists(dir) {
			t.Errorf("%s: a folder was made", k)
		}
	}
}
