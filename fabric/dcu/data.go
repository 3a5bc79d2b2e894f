package dcu

// Batch is the samples of one step. Inputs hold, for each input port of the
// program, N rows in the language's row-major order.
type Batch struct {
	N       int
	Inputs  [][]float32
	Labels  []int32   // nil where the data has none
	Targets []float32 // N rows of the target, nil where the data has none
}

// Part says which rows of the data are meant.
type Part uint8

// The parts of a data set.
const (
	TrainPart Part = iota
	TestPart
)

// Data gives rows. Load fills b with the given rows of a part; epoch keys what is
// drawn for them (augmentation).
type Data interface {
	Rows(p Part) int
	Load(b *Batch, p Part, rows []int, epoch int) error
}
