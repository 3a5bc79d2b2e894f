package dataset

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// npyBytes is an NPY file, version 1, as numpy.save writes it for single precision.
func npyBytes(shape []int, vals []float32) []byte {
	var dims []string
	for _, d := range shape {
		dims = append(dims, strconv.Itoa(d))
	}
	text := "{'descr': '<f4', 'fortran_order': False, 'shape': (" + strings.Join(dims, ", ") + ",), }"
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	var out bytes.Buffer
	out.WriteString("\x93NUMPY\x01\x00")
	binary.Write(&out, binary.LittleEndian, uint16(len(text)))
	out.WriteString(text)
	binary.Write(&out, binary.LittleEndian, vals)
	return out.Bytes()
}
