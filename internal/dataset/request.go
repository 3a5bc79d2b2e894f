package dataset

// A Kind is a data set's name in std.data.
type Kind string

// The data sets of std.data.
const (
	Digits  Kind = "digits"
	MNIST   Kind = "mnist10k"
	CIFAR10 Kind = "cifar10"
	Images  Kind = "images"
	IDX     Kind = "idx"
	CSV     Kind = "csv"
	NPY     Kind = "npy"
	Literal Kind = "table"
)

// A Request is one call of std.data with its arguments settled.
type Request struct {
	Kind Kind

	// Paths are the path arguments in the order of the signature: images(path),
	// idx(images, labels), csv(path), npy(input, label). A path that is not absolute
	// is looked for in SearchDirs. For an .npz file see Open.
	Paths []string

	// Table holds the matrices of table(..).
	Table Table

	// Limit keeps the first n rows of the training part and the first n of the test
	// part, fewer where there are fewer; 0 keeps all. Class folders are taken in
	// turn, so that the first n rows hold every class alike.
	Limit int

	// Resize is the height and width that images are brought to, stretched if their
	// aspect is another; zero keeps the stored size.
	Resize [2]int

	// Normalize subtracts each channel's mean and divides by its standard deviation,
	// both measured on the training part as stored (after Limit, before Resize and
	// Augment). The channels are C of [C, H, W] and the last axis of other shapes. A
	// channel that never varies is divided by 1.
	Normalize bool

	// Augment is applied to training rows in its order, after Resize and before
	// Normalize.
	Augment []Augment

	// SearchDirs are the folders to look in, first found first: beside the program,
	// then the data folders. None means the working folder.
	SearchDirs []string
}

// A Table is literal rows. Exactly one of Target and Label is set.
type Table struct {
	Input  [][]float64
	Target [][]float64
	Label  []float64 // whole numbers from 0
}

// sides of an image that Resize may ask for.
const maxSide = 1 << 14

// check reports what is wrong with the request as it stands, reading nothing: an
// option without effect on this data set is refused.
func (r Request) check() error {
	want, ok := map[Kind][]string{
		Digits: nil, MNIST: nil, CIFAR10: nil, Literal: nil,
		Images: {"path"}, IDX: {"images", "labels"}, CSV: {"path"}, NPY: {"input", "label"},
	}[r.Kind]
	if !ok {
		return refused("", "no data set is called %q", r.Kind)
	}
	// npy(file.npz) may leave the label to the file's own names.
	npz := r.Kind == NPY && len(r.Paths) == 1 && isNPZ(r.Paths[0])
	if len(r.Paths) != len(want) && !npz {
		return refused("", "%s takes %d paths, got %d", r.Kind, len(want), len(r.Paths))
	}
	for i, p := range r.Paths {
		if p == "" {
			return refused("", "the %s of %s is empty", want[i], r.Kind)
		}
	}
	if r.Limit < 0 {
		return refused("leave limit out to keep all rows", "limit is %d, want 1 or more", r.Limit)
	}
	if err := r.checkImageOptions(); err != nil {
		return err
	}
	if r.Kind == Literal {
		return r.Table.check()
	}
	return nil
}

func (r Request) checkImageOptions() error {
	noImages := r.Kind == CSV || r.Kind == Literal
	if r.Resize != [2]int{} {
		if noImages {
			return refused("only images can be resized", "resize has no effect on %s", r.Kind)
		}
		for _, n := range r.Resize {
			if n < 1 || n > maxSide {
				return refused("", "resize to %dx%d, want sides from 1 to %d", r.Resize[0], r.Resize[1], maxSide)
			}
		}
	}
	if noImages && len(r.Augment) > 0 {
		return refused("only images can be shifted or mirrored", "augment has no effect on %s", r.Kind)
	}
	seen := map[Op]bool{}
	for _, a := range r.Augment {
		if err := a.check(); err != nil {
			return err
		}
		if seen[a.Op] {
			return refused("", "augment has %s twice", a.Op)
		}
		seen[a.Op] = true
	}
	return nil
}
