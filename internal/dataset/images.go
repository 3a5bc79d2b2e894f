package dataset

import (
	"archive/zip"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// A listing is an image folder before its images are read: the classes, and the
// files of each in the order of their names.
type listing struct {
	root    string // for messages
	fsys    fs.FS
	classes []string
}

// An entry is one image file.
type entry struct {
	path  string // within the folder or zip
	class int
}

func loadImages(ctx context.Context, r Request) (*loaded, error) {
	at, err := r.find(r.Paths[0])
	if err != nil {
		return nil, err
	}
	return openImages(ctx, at, r, 0)
}

// openImages reads a folder or zip file of png, jpeg and gif images, as far as the
// request's limit needs them: train/CLASS/* and test/CLASS/*, train/CLASS/* alone,
// or CLASS/*; a zip may have all of it in one folder. Without a test folder, file i
// with i mod 5 = 4 of the training files, by class and name, is a test row. Each
// part then takes its classes in turn, so that its beginning holds all of them.
// Classes are numbered in the order of their names. Images have depth channels, or,
// if depth is 0, one if all are grey and else three.
func openImages(ctx context.Context, at string, r Request, depth int) (*loaded, error) {
	st, err := os.Stat(at)
	if err != nil {
		return nil, because(at, "cannot open", err)
	}
	l := &listing{root: at}
	if st.IsDir() {
		l.fsys = os.DirFS(at)
	} else {
		z, err := zip.OpenReader(at)
		if err != nil {
			return nil, because(at, "neither a folder nor a zip file that can be read", err)
		}
		defer z.Close()
		l.fsys = z
	}
	train, test, err := l.parts()
	if err != nil {
		return nil, err
	}
	train, test = train[:limited(len(train), r.Limit)], test[:limited(len(test), r.Limit)]
	d := decoder{listing: l, entries: slices.Concat(train, test), depth: depth, resize: r.Resize}
	pictures, depth, err := d.all(ctx)
	if err != nil {
		return nil, err
	}
	out := &loaded{source: at, classes: len(l.classes), names: l.classes, data: newPixels(pictures, 255)}
	out.shape = []int{depth, pictures[0].h, pictures[0].w}
	for i, e := range d.entries {
		out.labels = append(out.labels, int32(e.class))
		if i < len(train) {
			out.train = append(out.train, i)
		} else {
			out.test = append(out.test, i)
		}
	}
	return out, nil
}

// parts lists both parts in the order in which their rows are numbered.
func (l *listing) parts() (train, test []entry, err error) {
	base, err := l.base()
	if err != nil {
		return nil, nil, err
	}
	trainDir, testDir := path.Join(base, "train"), path.Join(base, "test")
	hasTrain, hasTest := l.isDir(trainDir), l.isDir(testDir)
	switch {
	case hasTest && !hasTrain:
		return nil, nil, &Error{File: l.root, Msg: "there is a test folder but no train folder", Hint: layoutHint}
	case !hasTrain:
		trainDir = base
	}
	if l.classes, err = l.folders(trainDir); err != nil {
		return nil, nil, err
	}
	if len(l.classes) == 0 {
		return nil, nil, &Error{File: l.root, Msg: "there are no class folders", Hint: layoutHint}
	}
	if train, err = l.files(trainDir, l.classes); err != nil {
		return nil, nil, err
	}
	if hasTest {
		names, err := l.folders(testDir)
		if err != nil {
			return nil, nil, err
		}
		if test, err = l.files(testDir, names); err != nil {
			return nil, nil, err
		}
	} else {
		train, test = fifthFiles(train)
	}
	if len(test) == 0 {
		return nil, nil, &Error{File: l.root, Msg: "there are no test images",
			Hint: "put some into test/CLASS, or have five or more to train on: every fifth is then tested on"}
	}
	return inTurn(train), inTurn(test), nil
}

const layoutHint = "want train/CLASS/* and test/CLASS/*, or CLASS/*"

// base is the folder that train lies in: the root, or the only folder there.
func (l *listing) base() (string, error) {
	if l.isDir("train") {
		return ".", nil
	}
	names, err := l.folders(".")
	if err != nil {
		return "", err
	}
	if len(names) == 1 && l.isDir(path.Join(names[0], "train")) {
		return names[0], nil
	}
	return ".", nil
}

func (l *listing) isDir(name string) bool {
	st, err := fs.Stat(l.fsys, name)
	return err == nil && st.IsDir()
}

// visible lists a folder by name, without the files that systems leave there.
func (l *listing) visible(dir string) ([]string, error) {
	list, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		return nil, because(l.root+"/"+dir, "cannot list", err)
	}
	var names []string
	for _, e := range list {
		switch n := e.Name(); {
		case strings.HasPrefix(n, "."), n == "__MACOSX", n == "Thumbs.db", n == "desktop.ini":
		default:
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (l *listing) folders(dir string) ([]string, error) {
	names, err := l.visible(dir)
	return slices.DeleteFunc(names, func(n string) bool { return !l.isDir(path.Join(dir, n)) }), err
}

// files lists the images of class folders, by class and name. A class that train
// does not have, an empty one, and a file of another type are errors: skipped in
// silence they would change what is learned.
func (l *listing) files(dir string, classes []string) ([]entry, error) {
	var list []entry
	for _, class := range classes {
		k := slices.Index(l.classes, class)
		folder := path.Join(dir, class)
		if k < 0 {
			return nil, fault(l.root+"/"+folder, "there is no class %q to train on", class)
		}
		names, err := l.visible(folder)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fault(l.root+"/"+folder, "the class folder is empty")
		}
		for _, n := range names {
			file := path.Join(folder, n)
			switch strings.ToLower(path.Ext(n)) {
			case ".png", ".jpg", ".jpeg", ".gif":
				list = append(list, entry{file, k})
			default:
				return nil, &Error{File: l.root + "/" + file, Msg: "not a png, jpeg or gif image",
					Hint: "a class folder holds images only: " + layoutHint}
			}
		}
	}
	return list, nil
}

// fifthFiles splits files as fifths splits rows.
func fifthFiles(list []entry) (train, test []entry) {
	a, b := fifths(len(list))
	for _, i := range a {
		train = append(train, list[i])
	}
	for _, i := range b {
		test = append(test, list[i])
	}
	return train, test
}

// inTurn orders files sorted by class so that the first of each class come first,
// then the second of each, and so on.
func inTurn(list []entry) []entry {
	seen := map[int]int{}
	rank := make(map[string]int, len(list))
	for _, e := range list {
		rank[e.path] = seen[e.class]
		seen[e.class]++
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(rank[a.path], rank[b.path]), cmp.Compare(a.class, b.class))
	})
	return list
}

// place names a file of the listing in messages.
func (l *listing) place(e entry) string { return fmt.Sprintf("%s/%s", l.root, e.path) }
