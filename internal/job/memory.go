package job

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"acl/fabric/dcu"
	"acl/internal/dataset"
)

// Memory is about how much a run of a model takes, in bytes, before anything is
// allocated.
type Memory struct {
	Cells  float64 // weights, gradients, the optimizer's state, dies
	Values float64 // what a batch puts on the wires
	Data   float64 // the data set; 0 where its size is not known before it is read
}

// Bytes is all of it, with what the program itself takes.
func (n Memory) Bytes() float64 { return programBytes + n.Cells + n.Values + n.Data }

// programBytes is what the program takes with nothing to run: docs/performance.md has
// estimates beside what was measured.
const programBytes = 24 << 20

// estimate is the memory that a run of a model takes.
func (p *Program) estimate(m *Model) Memory {
	cells, values := dcu.Footprint(m.Fabric(), wholeSetting(m, "batch", 64))
	n := Memory{Cells: float64(cells), Values: float64(values)}
	n.Data = dataBytes(m)
	return n
}

// dataBytes is what a data set takes whose size is known by its name: a byte a
// pixel.
func dataBytes(m *Model) float64 {
	call, ok := dataCall(m.Plan)
	if !ok {
		return 0
	}
	r := request(call, nil)
	r.Resize = [2]int{}
	info, err := dataset.Describe(r)
	if err != nil || !info.Known {
		return 0
	}
	return float64(info.TrainRows+info.TestRows) * float64(product(info.Shape))
}

// affordable refuses a run that cannot fit into memory, before anything is read or
// allocated.
func (p *Program) affordable(m *Model, o Options) error {
	free := float64(o.Memory)
	if free == 0 {
		free = freeMemory()
	}
	n := p.estimate(m)
	if n.Bytes() <= free {
		return nil
	}
	return fmt.Errorf("%s on %s would take about %s of memory, and %s are free: %s for weights and gradients, %s for the values of a batch, %s for the data",
		m.Fabric().Name, m.Fabric().Chip.Name, gib(n.Bytes()), gib(free), gib(n.Cells), gib(n.Values), gib(n.Data))
}

func gib(bytes float64) string { return fmt.Sprintf("%.2f GiB", bytes/(1<<30)) }

// freeMemory is what the system has free for one program, in bytes; infinite where it
// does not say so.
func freeMemory() float64 {
	free := math.Inf(1)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemAvailable:" {
				if kib, err := strconv.ParseFloat(f[1], 64); err == nil {
					free = kib * 1024
				}
			}
		}
	}
	limit, used := number64("/sys/fs/cgroup/memory.max"), number64("/sys/fs/cgroup/memory.current")
	if !math.IsNaN(limit) && !math.IsNaN(used) {
		free = math.Min(free, math.Max(limit-used, 0))
	}
	return free
}

// number64 is the number that a file holds, NaN without one.
func number64(path string) float64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
