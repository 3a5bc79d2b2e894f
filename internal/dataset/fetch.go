package dataset

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Fetch brings the original files of a named set into a data folder.
type Fetch struct {
	Kind Kind
	Dir  string // the data folder, made if it is not there

	// Progress is told the bytes that have come, of how many; at most 10 times a
	// second. It may be nil.
	Progress func(done, total int64)

	from source // in place of the set's own, for tests
}

// Fetched returns the kinds that can be fetched, in the order of their names.
func Fetched() []Kind { return slices.Sorted(maps.Keys(origins)) }

// Run fetches the set and returns the folder that holds it then. Nothing is put in
// place before every file has come whole and has the checksum that its authors
// publish; what has the same name is then replaced file by file. An interrupt leaves
// the data folder as it was.
//
// Errors are *Error, or wrap ctx's.
func (f Fetch) Run(ctx context.Context) (string, error) {
	from, ok := f.from, f.from.files != nil
	if !ok {
		if from, ok = origins[f.Kind]; !ok {
			return "", refused("", "no public address is known for %q", f.Kind)
		}
	}
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return "", because(f.Dir, "cannot make the folder", err)
	}
	scratch, err := os.MkdirTemp(f.Dir, ".fetch-*")
	if err != nil {
		return "", because(f.Dir, "cannot write", err)
	}
	defer os.RemoveAll(scratch)
	b := &bringer{dir: scratch, progress: f.Progress}
	for _, file := range from.files {
		b.total += file.size
	}
	for _, file := range from.files {
		if err := b.bring(ctx, file); err != nil {
			return "", err
		}
	}
	place := filepath.Join(f.Dir, from.folder)
	return place, b.install(place)
}

// A bringer collects files in a folder of its own.
type bringer struct {
	dir         string
	files       []string // their names, as far as they are whole
	done, total int64    // bytes
	progress    func(done, total int64)
	told        time.Time
}

// bring gets a file from the first of its addresses that gives it, and unpacks it.
func (b *bringer) bring(ctx context.Context, o origin) error {
	var failed []string
	before := b.done
	for _, address := range o.addresses {
		b.done = before
		at := filepath.Join(b.dir, path.Base(address))
		err := b.download(ctx, address, at, o)
		switch {
		case err == nil && o.unpack != nil:
			return b.unpack(ctx, at, o.unpack)
		case err == nil:
			b.files = append(b.files, filepath.Base(at))
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("dataset: stopped while %s came: %w", address, ctx.Err())
		case errors.As(err, new(*Error)):
			return err
		}
		failed = append(failed, address+": "+err.Error())
	}
	return refused("fetch it by other means and put it into a data folder", "%s", strings.Join(failed, "; "))
}

// stalledAfter is how long a server may send nothing.
const stalledAfter = time.Minute

// download writes what an address holds to a new file, if it is what it should be.
// An *Error is about the file, which no other address can help.
func (b *bringer) download(ctx context.Context, address, to string, o origin) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stalledAfter, func() { cancel(fmt.Errorf("nothing came for %s", stalledAfter)) })
	defer stall.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return why(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", answer.Status)
	}
	sum := md5.New()
	n, err := save(to, io.TeeReader(io.LimitReader(answer.Body, o.size+1), io.MultiWriter(sum, counter(func(n int) {
		stall.Reset(stalledAfter)
		b.count(n)
	}))))
	if err != nil {
		return why(ctx, err)
	}
	if n != o.size {
		return fmt.Errorf("%s bytes came, the original has %d", atMost(n, o.size), o.size)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != o.md5 {
		return fmt.Errorf("the checksum is %s, the original has %s", got, o.md5)
	}
	return nil
}

// atMost prints a number that was not counted beyond a limit.
func atMost(n, limit int64) string {
	if n > limit {
		return fmt.Sprintf("more than %d", limit)
	}
	return fmt.Sprint(n)
}

// why is an error in fewer words: without the address, which is printed anyway, and
// with what ended the wait.
func why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// count notes bytes that have come.
func (b *bringer) count(n int) {
	b.done += int64(n)
	const pause = time.Second / 10
	if now := time.Now(); b.progress != nil && now.Sub(b.told) >= pause {
		b.told = now
		b.progress(b.done, b.total)
	}
}

// A counter is a writer that is told how much was written.
type counter func(n int)

func (c counter) Write(p []byte) (int, error) {
	c(len(p))
	return len(p), nil
}

// unpack takes files out of a .tar.gz by their last names; folders in the archive
// and other files are passed over.
func (b *bringer) unpack(ctx context.Context, archive string, want []string) error {
	f, err := os.Open(archive)
	if err != nil {
		return because(archive, "cannot open", err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		return because(archive, "damaged gzip data", err)
	}
	for r := tar.NewReader(packed); ; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("dataset: stopped while %s was unpacked: %w", filepath.Base(archive), err)
		}
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return because(archive, "damaged archive", err)
		}
		name := path.Base(head.Name)
		if head.Typeflag != tar.TypeReg || !slices.Contains(want, name) || slices.Contains(b.files, name) {
			continue
		}
		if _, err := save(filepath.Join(b.dir, name), r); err != nil {
			return because(filepath.Base(archive), "cannot unpack", err)
		}
		b.files = append(b.files, name)
	}
	for _, name := range want {
		if !slices.Contains(b.files, name) {
			return fault(filepath.Base(archive), "the archive has no %s", name)
		}
	}
	return nil
}

// save writes a new file. An *Error is about the file, any other about the source.
func save(to string, from io.Reader) (int64, error) {
	f, err := os.Create(to)
	if err != nil {
		return 0, because(to, "cannot write", err)
	}
	defer f.Close()
	n, err := io.Copy(f, from)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return n, because(to, "cannot write", err)
	}
	if err != nil {
		return n, err
	}
	if err := f.Close(); err != nil {
		return n, because(to, "cannot write", err)
	}
	return n, nil
}

// install moves what was brought into a folder.
func (b *bringer) install(place string) error {
	if err := os.MkdirAll(place, 0o755); err != nil {
		return because(place, "cannot make the folder", err)
	}
	for _, name := range b.files {
		if err := os.Rename(filepath.Join(b.dir, name), filepath.Join(place, name)); err != nil {
			return because(place, "cannot put "+name+" in place", err)
		}
	}
	return nil
}
