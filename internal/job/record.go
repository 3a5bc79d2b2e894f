package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/internal/checkpoint"
	"acl/internal/dataset"
	"acl/lang/sig"
)

// A run record is a folder:
//
//	program/…         the exact files that were run, without the library
//	fabric.txt        the fabric program
//	metrics.jsonl     a line an evaluation
//	record.json       model, seed, hash of the program, results, event counts
//	checkpoint.bin    the machine's state after the last step, or batch of an evaluation
//	report.html       the page that `acl report` writes
//
// Files are replaced whole; metrics grow by whole lines.

// Version is the form of the record.
const Version = 1

// Record is record.json.
type Record struct {
	Version int             `json:"version"`
	Root    string          `json:"root"` // of program/
	Model   string          `json:"model"`
	Fabric  string          `json:"fabric"`
	Seed    uint64          `json:"seed"`
	Hash    string          `json:"program_sha256"`
	Sets    []string        `json:"set,omitempty"`
	Data    string          `json:"data"`
	Done    bool            `json:"done"` // false: interrupted
	Epochs  int             `json:"epochs"`
	Steps   int             `json:"steps"`
	Samples int64           `json:"samples,omitempty"` // trained on
	Result  map[string]any  `json:"result,omitempty"`
	Counts  json.RawMessage `json:"counts,omitempty"`
	Classes []string        `json:"classes,omitempty"`
	Input   *dataset.Input  `json:"input,omitempty"` // how rows were brought to the network
	Trial   *TrialRecord    `json:"trial,omitempty"` // nil: no experiment's
}

// TrialRecord says which training of an experiment a record is of, beside its seed.
type TrialRecord struct {
	Experiment string `json:"experiment"`
	Cell       int    `json:"cell"`
	Die        int    `json:"die"`
}

// record writes a run's folder.
type record struct {
	dir  string // empty: nothing is kept
	p    *Program
	m    *Model
	head Record
	keep int
}

// NewDir makes a new folder under runs/, numbered after the ones that are there.
func NewDir(name string) (string, error) {
	if err := os.MkdirAll("runs", 0o777); err != nil {
		return "", plain(err)
	}
	for n := 1; n < 1e6; n++ {
		dir := filepath.Join("runs", name+"-"+strconv.Itoa(n))
		err := os.Mkdir(dir, 0o777)
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", plain(err)
		}
	}
	return "", fmt.Errorf("runs/%s-N: too many runs", name)
}

// newRecord begins a record: a folder that holds another run is refused, unless
// that is a record, which is replaced.
func (p *Program) newRecord(dir string, m *Model, set *dataset.Set) (*record, error) {
	r := &record{dir: dir, p: p, m: m, keep: wholeSetting(m, "checkpoint.keep", 2)}
	if dir == "" {
		return r, nil
	}
	if err := clearDir(dir); err != nil {
		return nil, err
	}
	f, input := m.Fabric(), set.Input()
	r.head = Record{
		Version: Version, Root: p.RootName(), Model: f.Name, Fabric: f.Chip.Name, Seed: f.Learn.Seed,
		Hash: p.Hash(), Sets: p.Sets, Data: set.Source, Classes: set.ClassNames, Input: &input,
	}
	if t := m.Trial; t != nil {
		r.head.Trial = &TrialRecord{Experiment: t.Cell.Experiment.Name, Cell: t.Cell.Number, Die: t.Die}
	}
	if err := p.Save(filepath.Join(dir, "program")); err != nil {
		return nil, err
	}
	if err := writeText(filepath.Join(dir, "fabric.txt"), fabric.Print(f)); err != nil {
		return nil, err
	}
	return r, r.write()
}

// Save writes the program's files, without the library, into a folder.
func (p *Program) Save(dir string) error {
	for _, file := range p.Files {
		if err := writeText(filepath.Join(dir, p.saved(file.Name)), file.Text); err != nil {
			return err
		}
	}
	return nil
}

// clearDir makes an empty folder of dir: it is new, empty, or an older record.
func clearDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return plain(err)
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, "record.json")); err != nil {
			return fmt.Errorf("%s holds files that are no run record: nothing is overwritten", dir)
		}
		for _, name := range []string{"record.json", "metrics.jsonl", "checkpoint.bin", "fabric.txt", "report.html", "program"} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return plain(err)
			}
		}
	}
	return plain(os.MkdirAll(dir, 0o777))
}

// saved is the name of a file in program/: its path from the folder of the files'
// common ancestor.
func (p *Program) saved(name string) string {
	root := filepath.Dir(p.Files[0].Name)
	for _, f := range p.Files {
		for !strings.HasPrefix(filepath.Dir(f.Name)+"/", root+"/") && root != "." && root != "/" {
			root = filepath.Dir(root)
		}
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return filepath.Base(name)
	}
	return rel
}

func writeText(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return plain(err)
	}
	return checkpoint.WriteFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

func (r *record) write() error {
	text, err := json.MarshalIndent(&r.head, "", "  ")
	if err != nil {
		return err
	}
	return writeText(filepath.Join(r.dir, "record.json"), string(text)+"\n")
}

// epoch appends an evaluation, and keeps a checkpoint where it is time for one.
func (r *record) epoch(e dcu.Epoch, every int, t *dcu.Trainer) error {
	if r.dir == "" {
		return nil
	}
	line, err := json.Marshal(Finite(map[string]any{
		"epoch": e.Epoch, "train_loss": e.TrainLoss, "loss": e.Score.Loss, "top1": e.Score.Top1, "top5": e.Score.Top5,
		"seconds": e.Seconds, "train_seconds": e.Training, "chip_seconds": e.Clock,
	}))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(r.dir, "metrics.jsonl"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return plain(err)
	}
	_, err = f.Write(append(line, '\n'))
	if err := firstError(err, f.Close()); err != nil {
		return err
	}
	if every > 0 && e.Epoch%every == 0 {
		return r.checkpoint(t, fmt.Sprintf("checkpoint-%06d.bin", e.Epoch))
	}
	return nil
}

// cut drops the lines of metrics after an epoch, which a resumed run writes again.
func (r *record) cut(epoch int) error {
	path := filepath.Join(r.dir, "metrics.jsonl")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return plain(err)
	}
	var kept strings.Builder
	for _, line := range strings.SplitAfter(string(text), "\n") {
		var m struct{ Epoch int }
		if json.Unmarshal([]byte(line), &m) == nil && m.Epoch <= epoch {
			kept.WriteString(line)
		}
	}
	return writeText(path, kept.String())
}

// Finite drops numbers that JSON cannot hold: a metric that does not apply.
func Finite(m map[string]any) map[string]any {
	for k, v := range m {
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			delete(m, k)
		}
	}
	return m
}

// checkpoint saves the state and drops the oldest beyond those that are kept.
func (r *record) checkpoint(t *dcu.Trainer, name string) error {
	fields := append(t.Machine.State(), fabric.Fields(&t.Place)...)
	if err := checkpoint.Save(filepath.Join(r.dir, name), r.head.Hash, nil, fields); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(r.dir, "checkpoint-*.bin"))
	if err != nil {
		return err
	}
	sort.Strings(old)
	for len(old) > r.keep {
		if err := os.Remove(old[0]); err != nil {
			return plain(err)
		}
		old = old[1:]
	}
	return nil
}

// finish writes results and counts.
func (r *record) finish(res *Result, done bool) error {
	if r.dir == "" {
		return nil
	}
	counts, err := json.Marshal(res.Machine.Memory.Book)
	if err != nil {
		return err
	}
	r.head.Done, r.head.Epochs, r.head.Steps, r.head.Samples = done, res.Epochs, res.Steps, res.Samples
	r.head.Result, r.head.Counts = res.Map(), counts
	return r.write()
}

// end keeps the state that a run came to, from which it goes on if it was
// interrupted. It precedes the evaluations that finish a record: a run that was
// not interrupted has none of them in its middle.
func (r *record) end(t *dcu.Trainer) error {
	if r.dir == "" {
		return nil
	}
	return r.checkpoint(t, "checkpoint.bin")
}

func wholeSetting(m *Model, key string, def int) int {
	if it := m.Plan.Settings.Get(key); it != nil {
		if v, ok := it.Value.(sig.Int); ok {
			return int(v)
		}
	}
	return def
}
