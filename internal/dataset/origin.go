package dataset

// An origin is a file that its authors publish, and how it is told from any other.
type origin struct {
	addresses []string // tried in turn
	size      int64    // bytes
	md5       string   // as published, in hexadecimal
	unpack    []string // the names of an archive's files that are kept; none keeps the file as it is
}

// A source is what a named set is fetched from.
type source struct {
	folder string // in the data folder, where the readers look for the set
	files  []origin
}

// origins are the sets that can be fetched.
//
// CIFAR-10: A. Krizhevsky, "The CIFAR-10 dataset", whose page prints the checksum of
// the binary version. MNIST: Y. LeCun, C. Cortes, C. Burges, "The MNIST database"; its
// first address often answers nobody, the others hold the same bytes, and the
// checksums are those of torchvision's loader.
var origins = map[Kind]source{
	CIFAR10: {cifarFolder, []origin{{
		addresses: []string{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"},
		size:      170052171, md5: "c32a1d4ab5d03f1284b67883e8d87530",
		unpack: cifarFiles,
	}}},
	MNIST: {mnistFolder, []origin{
		{addresses: mnistAddresses(mnistImages), size: 1648877, md5: "9fb629c4189551a2d022fa330f9573f3"},
		{addresses: mnistAddresses(mnistLabels), size: 4542, md5: "ec29112dd5afa0611ce80d1b7f02629c"},
	}},
}

func mnistAddresses(name string) []string {
	return []string{
		"https://ossci-datasets.s3.amazonaws.com/mnist/" + name + ".gz",
		"https://storage.googleapis.com/cvdf-datasets/mnist/" + name + ".gz",
		"http://yann.lecun.com/exdb/mnist/" + name + ".gz",
	}
}
