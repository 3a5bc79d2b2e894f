package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"acl/fabric/kernel"
	"acl/lang/diag"
)

// The exit codes.
const (
	exitOK    = 0
	exitWrong = 1
	exitUsage = 2
)

// errWrong ends a command whose program is wrong, after its diagnostics have been
// printed.
var errWrong = errors.New("the program is wrong")

// streams are what a command talks to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // err is one: progress may redraw its line
	color    bool
	width    int
}

// commands is the command line.
type commands struct {
	Run         runCmd         `cmd:"" help:"Train a program's models on their chips, then answer its infer blocks."`
	Check       checkCmd       `cmd:"" help:"Check programs: names, types, shapes, drivers, capacity. Reads no data."`
	Fmt         fmtCmd         `cmd:"" help:"Format programs."`
	Lower       lowerCmd       `cmd:"" help:"Print a program's graph or fabric program."`
	Passes      passesCmd      `cmd:"" help:"List the passes of lowering."`
	Experiment  experimentCmd  `cmd:"" help:"List an experiment's trainings, run those of one cell, or collect what is there."`
	Resume      resumeCmd      `cmd:"" help:"Go on with a run that was interrupted."`
	Report      reportCmd      `cmd:"" help:"Price a finished run's event counts, anew or by another table."`
	Trace       traceCmd       `cmd:"" help:"Print the schedule of a run as Chrome trace JSON, for Perfetto."`
	Export      exportCmd      `cmd:"" help:"Write what a run has made in another form."`
	Test        testCmd        `cmd:"" help:"Answer the test set with a finished run's chip as it stands."`
	Predict     predictCmd     `cmd:"" help:"Answer images, arrays or rows of numbers with a finished run's chip."`
	Repl        replCmd        `cmd:"" help:"Hold a session: declare, compute, look, run. Off a terminal, run a script."`
	Eval        evalCmd        `cmd:"" help:"Compute an expression with quantities, chips and the machine's formulas."`
	Doc         docCmd         `cmd:"" help:"Print what a name means: a unit, function, key, chip or formula."`
	Fit         fitCmd         `cmd:"" help:"Fit the law of a cell to a measured pulse curve."`
	Montecarlo  montecarloCmd  `cmd:"" help:"Measure an analog unit on many dies: spread, percentiles, yield."`
	Data        dataCmd        `cmd:"" help:"List data sets, fetch one, or show one."`
	Explain     explainCmd     `cmd:"" help:"Explain the code of a diagnostic."`
	Conformance conformanceCmd `cmd:"" help:"Run the cases of the language in a folder: lang/conformance has them."`
	Lsp         lspCmd         `cmd:"" help:"Serve an editor: the Language Server Protocol over standard input and output."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// Main runs a command line and returns the exit code.
func Main(args []string, in io.Reader, out, errw io.Writer) (code int) {
	s := newStreams(in, out, errw)
	if err := kernel.SetErr(); err != nil {
		fmt.Fprintf(errw, "acl: %v\n", err)
		return exitUsage
	}
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("acl"), kong.Description("Analog dataflow programs: check, train and measure networks on simulated analog chips."),
		kong.Writers(out, errw), kong.UsageOnError(), kong.Exit(func(n int) { exited = n; panic(exitPanic{}) }),
	)
	if err != nil {
		panic(err)
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitPanic); !ok {
				panic(r)
			}
			code = exited
		}
	}()
	k, err := parser.Parse(expressionLast(args))
	if err != nil {
		fmt.Fprintf(errw, "acl: %v\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	switch err := k.Run(s); {
	case err == nil:
		return exitOK
	case errors.Is(err, errWrong):
		return exitWrong
	default:
		fmt.Fprintf(errw, "acl: %v\n", err)
		return exitWrong
	}
}

// exitPanic unwinds when --help has printed its page.
type exitPanic struct{}

func newStreams(in io.Reader, out, errw io.Writer) *streams {
	s := &streams{in: in, out: out, err: errw, width: 100}
	if f, ok := errw.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = true
		s.color = os.Getenv("NO_COLOR") == ""
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			s.width = w
		}
	}
	return s
}

// report prints diagnostics for a reader and says whether any is an error.
func (s *streams) report(list diag.List) error {
	if err := diag.Render(s.err, list, diag.Options{Width: s.width, Color: s.color}); err != nil {
		return err
	}
	if list.HasErrors() {
		return errWrong
	}
	return nil
}

type versionCmd struct{}

// Run prints the version that the binary was built from.
func (versionCmd) Run(s *streams) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, kv := range info.Settings {
			if kv.Key == "vcs.revision" && len(kv.Value) >= 12 {
				version += " " + kv.Value[:12]
			}
		}
		version += " " + info.GoVersion
	}
	_, err := fmt.Fprintln(s.out, "acl", version, "language edition 1")
	return err
}
