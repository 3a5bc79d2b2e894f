package module

import (
	"math"

	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// amp is the errors of the amplifiers at a module's output (P1, P1n): a gain a
// little under one, an offset a lane fixed on the die, and noise at each read, all
// in units of the input rail.
type amp struct {
	gain   float32
	offset []float32 // nil: none
	sigma  float32
}

// newAmp returns the errors of summing amplifiers of the given noise gain in
// closed loop, one a lane. Where the setup auto-zeroes the module by K known
// vectors, an offset is what the mean of K converted reads leaves of it, unless
// that is more than the offset itself (physics.md §6.4).
func (b *base) newAmp(noiseGain float64) amp {
	chip := b.env.Chip
	op := circuit.OpAmpOf(chip)
	a := amp{gain: 1}
	vx := chip.Rail.Input
	if l := chip.Noise.Read; l.On() {
		rms := op.NoiseRMS(noiseGain, 0, chip.Temperature)
		a.sigma = float32(rms / vx)
	}
	l := chip.Noise.Offset
	if !l.On() {
		return a
	}
	a.gain = float32(1 / (1 + noiseGain/op.Gain))
	kind := array.KindOffset
	sigma := noiseGain * l.Number(chip.Opamp.Offset) / (1 + noiseGain/op.Gain) / vx
	if b.reads > 0 {
		converter := 0.0
		if chip.Noise.Quantize.On() {
			converter = float64(lsb(chip.ADC.Bits, 1)) / math.Sqrt(12)
		}
		if left := math.Hypot(float64(a.sigma), converter) / math.Sqrt(float64(b.reads)); left < sigma {
			kind, sigma = array.KindCalibrate, left
		}
	}
	a.offset = b.lanes(kind, b.field(laneField), width(b.out), sigma)
	return a
}

// Fields that keep the streams of one unit apart.
const (
	laneField  = 0x100 // fixed offsets of amplifiers
	outField   = 0x101 // noise of amplifiers
	gateField  = 0x102 // fixed offsets of comparators
	pairField  = 0x103 // fixed differences of multipliers
	shareField = 0x104 // kT/C of shared charge
	backward   = 0x80  // added for gradient modules
	portField  = 0x200 // fixed offsets of an input's amplifier, by input
)

// field is the given stream of this unit's role.
func (b *base) field(f uint32) uint32 {
	if b.out != nil && b.unit.Role != 0 {
		return f + backward + uint32(b.unit.Operand)<<12
	}
	return f
}

// amplified is what stands at the output of an amplifier whose operand has a full scale.
func (b *base) amplified(c *Call, from int, a *amp) *kernel.Behind {
	h := b.plain(c, from)
	if !c.Dry {
		h.Gain, h.Offset = a.gain, a.offset
	}
	b.disturb(h, c, array.KindRead, outField, a.sigma)
	return h
}

// charged is what stands behind capacitors that share their charge.
func (b *base) charged(c *Call, from int, sigma float32) *kernel.Behind {
	h := b.plain(c, from)
	b.disturb(h, c, array.KindStorage, shareField, sigma)
	return h
}

// disturb adds a normal error of standard deviation sigma to every output.
func (b *base) disturb(h *kernel.Behind, c *Call, kind array.Kind, field uint32, sigma float32) {
	if c.Dry || c.Clean || sigma == 0 {
		return
	}
	h.Sigma, h.Key, h.First, h.PerSample = sigma, b.key(c, kind, b.field(field)), c.First, elements(b.out)
}

func addLanes(p *kernel.Pool, y []float32, gain float32, offset []float32, n int) {
	if offset == nil {
		kernel.Scale(p, y[:n], gain)
		return
	}
	w := len(offset)
	p.Run(n/w, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := y[i*w : (i+1)*w]
			for j := range row {
				row[j] = float32(gain*row[j]) + offset[j]
			}
		}
	})
}

// ktc is the noise of one write on a hold capacitor, in units of the input rail.
func (b *base) ktc() float32 {
	chip := b.env.Chip
	if !chip.Noise.Storage.On() {
		return 0
	}
	return float32(chip.Noise.Storage.Number(math.Sqrt(circuit.Boltzmann*chip.Temperature/chip.Cap.Hold) / chip.Rail.Input))
}
