package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Metric is a line of metrics.jsonl: an evaluation. What does not apply is nil.
type Metric struct {
	Epoch     int      `json:"epoch"`
	TrainLoss *float64 `json:"train_loss"`
	Loss      *float64 `json:"loss"`
	Top1      *float64 `json:"top1"`
	Top5      *float64 `json:"top5"`
}

// Metrics reads the evaluations of a record, in their order; none where the run
// had none.
func Metrics(dir string) ([]Metric, error) {
	path := filepath.Join(dir, "metrics.jsonl")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, plain(err)
	}
	var out []Metric
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var m Metric
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		out = append(out, m)
	}
	return out, nil
}
