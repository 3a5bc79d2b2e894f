// Package dataset opens the data sets of std.data (LANGUAGE.md §5): the digits
// inside the program, MNIST and CIFAR-10 from the user's data folders, image
// folders and zip files, IDX, CSV and NPY/NPZ files, and tables written in the
// program itself. Open reads one; Describe says what is known of it without
// reading, for checks; a Part gives its rows as float32, and is safe for use from
// many goroutines.
//
// Rows stay as they are stored (one byte a pixel where the file has bytes) and are
// turned into numbers, resized, augmented and normalised when they are asked for.
// Every input that a file can hold gives an *Error that names file and place, never
// a panic, and no header's figure is believed before the file's size bears it out.
//
// Fetch brings the original files of a named set into a data folder. Nothing else
// here uses the network.
//
// What does not live here: the order of rows and batches (the training loop's), and
// random streams (Part.Augmented takes a Draw).
package dataset
