package dataset

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// cifarRows is the number of images in each of CIFAR-10's six binary files.
const cifarRows = 10000

const cifarPixels = 3 * 32 * 32

// cifarFolder and cifarFiles are the folder and the files of the original archive,
// the training part before the test part.
const cifarFolder = "cifar-10-batches-bin"

var cifarFiles = []string{
	"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
	"test_batch.bin",
}

// loadCIFAR takes the first of these that a data folder has: cifar10.zip or a
// folder cifar10, with train/CLASS/* and test/CLASS/*; the binary files in
// cifar10, in cifar-10-batches-bin (the folder in the original archive) or in
// the data folder itself.
func loadCIFAR(ctx context.Context, r Request) (*loaded, error) {
	for _, dir := range r.folders() {
		if zip := filepath.Join(dir, "cifar10.zip"); exists(zip) {
			return cifarImages(ctx, zip, r)
		}
		folder := filepath.Join(dir, "cifar10")
		if exists(filepath.Join(folder, "train")) {
			return cifarImages(ctx, folder, r)
		}
		for _, at := range []string{folder, filepath.Join(folder, cifarFolder), filepath.Join(dir, cifarFolder), dir} {
			if exists(filepath.Join(at, cifarFiles[0])) {
				return readCIFAR(ctx, at, cifarRows)
			}
		}
	}
	return nil, r.unfetched("cifar10.zip or " + cifarFolder + "/" + cifarFiles[0])
}

// cifarImages reads CIFAR-10 as an image folder and checks that it is.
func cifarImages(ctx context.Context, path string, r Request) (*loaded, error) {
	l, err := openImages(ctx, path, r, 3)
	switch {
	case err != nil:
		return nil, err
	case !slices.Equal(l.names, cifarNames):
		return nil, fault(path, "not CIFAR-10: the class folders are %s", shortened(fmt.Sprint(l.names)))
	case !slices.Equal(l.shape, []int{3, 32, 32}):
		return nil, fault(path, "not CIFAR-10: the images have shape %v, want [3 32 32]", l.shape)
	}
	return l, nil
}

// readCIFAR reads the last of cifarFiles as test part, the others as training part.
// Each record is a label and 32×32 red, green and blue bytes (A. Krizhevsky, "Binary version" on the set's page).
func readCIFAR(ctx context.Context, dir string, each int) (*loaded, error) {
	l := &loaded{source: dir, shape: []int{3, 32, 32}, classes: 10, names: slices.Clone(cifarNames)}
	var pictures []picture
	for i, name := range cifarFiles {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("dataset: stopped at file %d of %d of %s: %w", i+1, len(cifarFiles), dir, err)
		}
		path, part := filepath.Join(dir, name), &l.train
		if i == len(cifarFiles)-1 {
			part = &l.test
		}
		err := withFile(path, func(b *blob) error {
			data, err := b.take(int64(each)*(1+cifarPixels), "the batch")
			if err != nil {
				return err
			}
			for ; len(data) > 0; data = data[1+cifarPixels:] {
				if data[0] > 9 {
					return fault(path, "label of row %d is %d, want 0 to 9", len(pictures)%each, data[0])
				}
				*part = append(*part, len(pictures))
				l.labels = append(l.labels, int32(data[0]))
				pictures = append(pictures, picture{data[1 : 1+cifarPixels], 32, 32})
			}
			return b.end()
		})
		if err != nil {
			return nil, err
		}
	}
	l.data = newPixels(pictures, 255)
	return l, nil
}
