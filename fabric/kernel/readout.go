package kernel

// ReadOut describes how a sum of products is read out. A block's sum v becomes
// clip(gain·v + offset + sigma·N); the total over the blocks is then rounded to
// multiples of Step. The zero value reads exactly.
type ReadOut struct {
	// Gain and Offset are one number an output column, or one a column of each
	// block (blocks × columns); nil stands for 1 and 0.
	Gain, Offset []float32
	// Sigma is the standard deviation of the noise of each block's sum; SigmaCol,
	// one a column, takes its place where it is not nil.
	Sigma    float32
	SigmaCol []float32
	// Key is the noise's stream: element position·columns+column of sample First+s.
	// Block b > 0 takes Key.Field(b); blocks that differ in nothing else have one draw
	// of the noise of all.
	Key   Key
	First uint32  // number of the batch's first sample in the stream
	Clip  float32 // limit of a block's sum, noise included; 0: none
	Step  float32 // of the converter; 0: none. Halves go to the even multiple
}

// Block is the range [Lo,Hi) of a sum's terms that share a read-out.
type Block struct{ Lo, Hi int }

// linear reports whether blocks read one by one add up to the sum read at once.
func (o *ReadOut) linear() bool {
	return o.Gain == nil && o.Offset == nil && !o.noisy() && !(o.Clip > 0)
}

// noiseAlone reports whether all that a read-out does is to add the same noise
// everywhere: then sums of reads are sums with the sum of their variances.
func (o *ReadOut) noiseAlone() bool {
	return o.Gain == nil && o.Offset == nil && o.Sigma != 0 && o.SigmaCol == nil && !(o.Clip > 0)
}

func (o *ReadOut) noisy() bool { return o.Sigma != 0 || o.SigmaCol != nil }

// plain reports whether a read-out changes nothing.
func (o *ReadOut) plain() bool { return o.linear() && !(o.Step > 0) }

// region says which outputs a tile of sums holds: rows, some of all samples', of
// perSample rows each, and columns [c0,c1) of width; the sums are those of a block.
type region struct {
	rows, perSample int
	c0, c1, width   int
	block           int
	q               [tileRows]int     // each row's number
	at              [tileRows]int     // where each row's sums start
	back            bool              // they are reads back of a convolution
	land            [tileRows]landing // where they go
}

// line is row r of the region in v.
func (g *region) line(v []float32, r int) []float32 { return v[g.at[r]:][:g.c1-g.c0] }

// even is how many rows from r on stand as far apart as the first two, one behind the other,
// and how far. After the last of many images comes a row that stands before it.
func (g *region) even(r int) (rows, ld int) {
	if r+1 == g.rows || g.at[r+1] < g.at[r] {
		return 1, 0
	}
	ld = g.at[r+1] - g.at[r]
	for rows = 2; r+rows < g.rows && g.at[r+rows]-g.at[r+rows-1] == ld; {
		rows++
	}
	return rows, ld
}

// read turns the sums of a region into read-outs in place, before the converter. It
// returns the number of clipped values; c is the convolution of reads back.
func (o *ReadOut) read(v []float32, g *region, c *Conv) (clipped int64) {
	if o.inBlocks(g, c) {
		return o.sense(v, g, c)
	}
	if o.Gain != nil || o.Offset != nil {
		gain, offset := ofBlock(o.Gain, g), ofBlock(o.Offset, g)
		for r := range g.rows {
			amplify(g.line(v, r), gain, offset)
		}
	}
	if o.noisy() {
		o.disturb(v, g)
	}
	if o.Clip > 0 {
		for r := range g.rows {
			if g.back {
				clipped += c.clip(g.line(v, r), &g.land[r], g.c0, o.Clip)
				continue
			}
			clipped += clip(g.line(v, r), o.Clip)
		}
	}
	return clipped
}

// inBlocks reports whether all rows of a region are whole blocks of the noise's stream, of
// one sd and with a limit, and so what of them counts where it is limited.
func (o *ReadOut) inBlocks(g *region, c *Conv) bool {
	return o.Gain == nil && o.Sigma != 0 && o.SigmaCol == nil && o.Clip > 0 &&
		g.width%32 == 0 && g.c0%32 == 0 && g.c1%32 == 0 && !(g.back && c.C%32 != 0)
}

// sense is read of such a region, in one pass.
func (o *ReadOut) sense(v []float32, g *region, c *Conv) (clipped int64) {
	key, offset := o.Key, ofBlock(o.Offset, g)
	if g.block > 0 {
		key = key.Field(uint32(g.block))
	}
	for r := range g.rows {
		line, s, place := g.line(v, r), g.q[r]/g.perSample, g.q[r]%g.perSample
		sample, start := o.First+uint32(s), place*g.width
		part := func(from, to int) int64 {
			shift := offset
			if offset != nil {
				shift = offset[from-g.c0 : to-g.c0]
			}
			return sense(line[from-g.c0:to-g.c0], shift, o.Sigma, o.Clip, key, (start+from)/32, sample)
		}
		if !g.back {
			clipped += part(g.c0, g.c1)
			continue
		}
		for col := g.c0; col < g.c1; {
			_, lo, hi, next := c.run(&g.land[r], col, g.c1)
			part(col, lo)
			clipped += part(lo, hi)
			part(hi, next)
			col = next
		}
	}
	return clipped
}

// ofBlock is the part of a per-column list that belongs to a region; nil for nil.
func ofBlock(list []float32, g *region) []float32 {
	if list == nil {
		return nil
	}
	at := g.c0
	if len(list) > g.width {
		at += g.block * g.width
	}
	return list[at:][:g.c1-g.c0]
}

func amplify(v, gain, offset []float32) {
	if gain != nil {
		mul(v, gain, v)
	}
	if offset != nil {
		add(v, v, offset)
	}
}

// disturb adds noise. Rows that hold all columns and lie together in the stream and
// in v are done in one go.
func (o *ReadOut) disturb(v []float32, g *region) {
	key, m := o.Key, g.c1-g.c0
	if g.block > 0 {
		key = key.Field(uint32(g.block))
	}
	for r := 0; r < g.rows; {
		s, place := g.q[r]/g.perSample, g.q[r]%g.perSample
		rows := 1
		for m == g.width && rows < min(g.perSample-place, g.rows-r) &&
			g.at[r+rows] == g.at[r]+rows*m && g.q[r+rows] == g.q[r]+rows {
			rows++
		}
		run, from := v[g.at[r]:][:rows*m], place*g.width+g.c0
		if o.SigmaCol == nil {
			key.AddNormal(run, o.Sigma, o.First+uint32(s), from)
		} else {
			key.addSpread(run, o.SigmaCol[g.c0:g.c1], o.First+uint32(s), from)
		}
		r += rows
	}
}

// noiseRun is the number of normals made at a time where they are kept: few enough for
// the first cache.
const noiseRun = 256

// addSpread adds normals times sigma, which repeats along dst.
func (k Key) addSpread(dst, sigma []float32, sample uint32, from int) {
	var z [noiseRun]float32
	col := 0
	for len(dst) > 0 {
		n := min(noiseRun-from%32, len(dst))
		k.Normal(z[:n], sample, from)
		for i, next := 0, 0; i < n; i = next {
			next = min(i+len(sigma)-col, n)
			addProduct(dst[i:next], z[i:next], sigma[col:])
			col = (col + next - i) % len(sigma)
		}
		dst, from = dst[n:], from+n
	}
}
