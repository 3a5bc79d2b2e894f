package array

import (
	"math"

	"acl/fabric/kernel"
)

// logShape is the sd of the logarithm of a lognormal error [A]: skewed, with a
// tail, of the kind that oxide traps show.
const logShape = 0.5

// Draw fills dst with draws of a noise law, of mean 0 and variance 1, elements
// from.. of a key's stream: gaussian; uniform in ±√3; lognormal, e^{z/2} brought
// to mean 0 and variance 1; telegraph, ±1 with equal chance.
func Draw(dst []float32, law string, key kernel.Key, from int) {
	switch law {
	case "uniform":
		key.Uniform(dst, 0, from)
		for i, u := range dst {
			dst[i] = float32(math.Sqrt(12)) * (u - 0.5)
		}
	case "lognormal":
		key.Normal(dst, 0, from)
		mean := math.Exp(logShape * logShape / 2)
		sd := mean * math.Sqrt(math.Expm1(logShape*logShape))
		for i, z := range dst {
			dst[i] = float32((math.Exp(logShape*float64(z)) - mean) / sd)
		}
	case "telegraph":
		key.Uniform(dst, 0, from)
		for i, u := range dst {
			dst[i] = 1
			if u < 0.5 {
				dst[i] = -1
			}
		}
	default:
		key.Normal(dst, 0, from)
	}
}

// AddNoise adds draws of a noise law of standard deviation sigma to dst, elements
// from.. of a key's stream.
func AddNoise(dst []float32, law string, sigma float32, key kernel.Key, from int) {
	var z [chunk]float32
	for lo := 0; lo < len(dst); lo += chunk {
		part := dst[lo:min(lo+chunk, len(dst))]
		Draw(z[:len(part)], law, key, from+lo)
		add(part, z[:len(part)], sigma)
	}
}
