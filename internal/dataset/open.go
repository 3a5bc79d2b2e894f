package dataset

import (
	"context"
	"fmt"
	"slices"
)

// A Set is an open data set.
type Set struct {
	Info
	Source      string // the file or folder it came from; "embedded", "table"
	Train, Test *Part
	Mean, Std   []float32 // per channel, as used; nil without Normalize
	Augment     []Augment // what Train.Augmented does
}

// loaded is what a reader hands over: rows, what belongs to each, and which of them
// are of which part.
type loaded struct {
	source      string
	shape       []int // before Resize
	data        rows
	labels      []int32
	classes     int
	names       []string
	targets     []float32
	targetWidth int
	train, test []int
}

// Open reads a data set. Without a test part of its own, rows i with i mod 5 = 4,
// counted from 0 in the file's order, are it; a table is tested on itself.
//
// For npy, a path may name one array of an .npz file as "file.npz:name"; without
// a name, the input is the array called input or x and the label that called label
// or y, and the second path may be left out.
//
// Errors are *Error, or wrap ctx's.
func Open(ctx context.Context, r Request) (*Set, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	l, err := load(ctx, r)
	if err != nil {
		return nil, err
	}
	return l.assemble(r)
}

func load(ctx context.Context, r Request) (*loaded, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dataset: not opened: %w", err)
	}
	switch r.Kind {
	case Digits:
		return loadDigits()
	case MNIST:
		return loadMNIST(r)
	case CIFAR10:
		return loadCIFAR(ctx, r)
	case Images:
		return loadImages(ctx, r)
	case IDX:
		return loadIDX(r)
	case CSV:
		return loadCSV(r)
	case NPY:
		return loadNPY(r)
	case Literal:
		return r.Table.load(), nil
	}
	panic(fmt.Sprintf("dataset: kind %q was not checked", r.Kind))
}

// fifths makes rows i with i mod 5 = 4 of n the test part, the others the training
// part. The rule is LANGUAGE.md's.
func fifths(n int) (train, test []int) {
	for i := range n {
		if i%5 == 4 {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	return train, test
}

// assemble applies the options.
func (l *loaded) assemble(r Request) (*Set, error) {
	if len(l.test) == 0 {
		return nil, &Error{File: l.source, Msg: fmt.Sprintf("%d rows leave no test part", len(l.train)),
			Hint: "every fifth row is tested on: 5 rows or more are needed"}
	}
	train := l.train[:limited(len(l.train), r.Limit)]
	test := l.test[:limited(len(l.test), r.Limit)]
	shape := slices.Clone(l.shape)
	if r.Resize != [2]int{} {
		if len(shape) != 3 {
			return nil, refused("rows of shape [C, H, W] are images", "resize needs images, rows have shape %v", shape)
		}
		copy(shape[1:], r.Resize[:])
	}
	if err := fitAugment(r.Augment, shape); err != nil {
		return nil, err
	}
	all := Part{shape: shape, data: l.data, labels: l.labels, targets: l.targets, width: l.targetWidth}
	all.fit = l.fitting(r.Resize, train, test)
	s := &Set{Source: l.source, Augment: slices.Clone(r.Augment)}
	wantsMean := slices.ContainsFunc(r.Augment, func(a Augment) bool { return a.Mean })
	if r.Normalize || wantsMean {
		n := newNorm(l.data, train, shape)
		if r.Normalize {
			all.norm, s.Mean, s.Std = n, n.mean, n.std
		}
		all.mean = n.mean
	}
	onTrain, onTest := all, all
	onTrain.index, onTrain.augment = train, s.Augment
	onTest.index = test
	s.Train, s.Test = &onTrain, &onTest
	s.Info = l.info(r.Kind, shape, len(train), len(test))
	return s, nil
}

// fitting returns a resampler for all sizes that occur, nil without resize.
func (l *loaded) fitting(size [2]int, parts ...[]int) *resampler {
	if size == [2]int{} {
		return nil
	}
	fit := newResampler(size[0], size[1])
	for _, part := range parts {
		for _, row := range part {
			fit.expect(l.data.size(row))
		}
	}
	return fit
}

func (l *loaded) info(kind Kind, shape []int, train, test int) Info {
	info := Info{
		Kind: kind, Known: true, Shape: shape,
		HasLabel: l.labels != nil, Classes: l.classes, ClassNames: l.names,
		HasTarget: l.targetWidth > 0, TrainRows: train, TestRows: test,
	}
	if info.HasTarget {
		info.TargetShape = []int{l.targetWidth}
	}
	return info
}
