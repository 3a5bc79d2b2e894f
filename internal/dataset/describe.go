package dataset

import "slices"

// Info is what a data set offers a model. What Describe cannot know without
// reading is zero.
type Info struct {
	Kind  Kind
	Known bool  // shapes, classes and numbers of rows are known
	Shape []int // of one input row: [C, H, W] of images, [D] of vectors, an array's own axes

	HasLabel   bool
	Classes    int      // labels are 0 .. Classes-1
	ClassNames []string // by label; nil where the source has none

	HasTarget   bool
	TargetShape []int

	TrainRows, TestRows int
}

// A Field is something that a data set can feed to a port or to a loss.
type Field struct {
	Name  string // input, label or target
	Shape []int  // of one row, nil while unknown; a label is one number
}

// Fields returns what the data set offers, the input first.
func (i Info) Fields() []Field {
	fields := []Field{{"input", i.Shape}}
	if i.HasLabel {
		fields = append(fields, Field{"label", []int{1}})
	}
	if i.HasTarget {
		fields = append(fields, Field{"target", i.TargetShape})
	}
	return fields
}

// cifarNames are the classes of CIFAR-10 by label, in the order of the binary files
// and, since it is alphabetical, of the image folder.
var cifarNames = []string{
	"airplane", "automobile", "bird", "cat", "deer",
	"dog", "frog", "horse", "ship", "truck",
}

// Describe returns what is known of a data set before anything is read: all of it
// for the named sets and for tables; for files only which fields they have. The
// error is about the request itself: an option out of range or without effect.
func Describe(r Request) (Info, error) {
	if err := r.check(); err != nil {
		return Info{}, err
	}
	info := Info{Kind: r.Kind, HasLabel: true}
	switch r.Kind {
	case Digits:
		info.fix([]int{1, 8, 8}, 10, 1438, 359)
	case MNIST:
		info.fix([]int{1, 28, 28}, 10, 8000, 2000)
	case CIFAR10:
		info.fix([]int{3, 32, 32}, 10, 5*cifarRows, cifarRows)
		info.ClassNames = slices.Clone(cifarNames)
	case Literal:
		return r.Table.info(r.Limit), nil
	default:
		return info, nil
	}
	if r.Resize != [2]int{} {
		copy(info.Shape[1:], r.Resize[:])
	}
	if err := fitAugment(r.Augment, info.Shape); err != nil {
		return Info{}, err
	}
	info.TrainRows = limited(info.TrainRows, r.Limit)
	info.TestRows = limited(info.TestRows, r.Limit)
	return info, nil
}

// fix fills in what is known of a named set.
func (i *Info) fix(shape []int, classes, train, test int) {
	i.Known, i.Shape, i.Classes, i.TrainRows, i.TestRows = true, shape, classes, train, test
}

// limited is the number of rows that limit leaves of n; 0 is no limit.
func limited(n, limit int) int {
	if limit > 0 && limit < n {
		return limit
	}
	return n
}
