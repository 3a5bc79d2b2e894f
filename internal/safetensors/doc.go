// Package safetensors reads and writes weights in the format of Hugging Face's
// safetensors (https://github.com/huggingface/safetensors): the length of a header,
// the header as JSON, and the tensors' bytes, little endian. Elements are float32
// in memory; files of F16, BF16 and F64 are converted when read.
//
// What does not live here: which unit a tensor belongs to, and whether its values
// are of use. NaN and infinities are read as they are; NotFinite finds them.
package safetensors
