package job

import (
	"math"
	"runtime"
	"strings"
	"testing"

	"acl/fabric/kernel"
	"acl/lang/source"
)

const wideProgram = `acl 1;
use std.nn; use std.data; use std.chips;
module Wide {
  in  x: [1, 8, 8];
  out y: [10];
  route x -> nn.flatten() -> nn.dense(1100) -> nn.relu() -> nn.dense(1100) -> nn.relu() -> nn.dense(10) -> y;
}
train Wide on chips.ideal {
  data: data.digits(); loss: nn.cross_entropy(y, label); steps: 2; batch: 512; test.batch: 64;
}
`

// What is announced before a run is what it comes to hold, within a fifth.
func TestMemoryIsForeseen(t *testing.T) {
	pool := kernel.NewPool(2)
	defer pool.Close()
	p := Compile(source.NewFile("wide.acl", wideProgram), nil)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	foreseen := p.estimate(models[0])
	before := heap()
	r, diags, err := p.Train(t.Context(), models[0], Options{Pool: pool})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	took := heap() - before
	runtime.KeepAlive(r)
	if want := foreseen.Bytes() - programBytes; math.Abs(took-want) > want/5 {
		t.Errorf("a run holds %s, foreseen were %s", gib(took), gib(want))
	}
}

// heap is what is alive on it, in bytes.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// What cannot fit is refused before it begins; what fits runs.
func TestMemoryIsRefused(t *testing.T) {
	p := Compile(source.NewFile("wide.acl", wideProgram), []string{"batch=100000000"})
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	_, _, err := p.Train(t.Context(), models[0], Options{Memory: 64 << 30})
	if err == nil || !strings.Contains(err.Error(), "GiB of memory, and 64.00 GiB are free") {
		t.Errorf("a batch of 1e8 is answered with %v", err)
	}
	if free := freeMemory(); free <= 0 {
		t.Errorf("the system has %g bytes free", free)
	}
}
