package verify

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// acceptance is where each of the sixteen acceptance tests of physics.md §11 stands:
// tests by package, cases of the conformance suite by file.
var acceptance = []struct {
	number int
	what   string
	where  []string
}{
	{1, "forms of §2 at their worked values", []string{
		"fabric/circuit TestWorkedValues", "fabric/circuit TestWorkedReads", "internal/evaluate TestWorkedValues",
		"internal/spice TestSweepAmplifiers", "internal/spice TestSweepNoise", "internal/spice TestSweepResistors", "internal/spice TestSweepJunctions",
		"internal/spice TestSweepWeakInversion", "internal/spice TestSweepCapacitors"}},
	{2, "exported netlists run in ngspice and agree", []string{"internal/spice TestAgainstNgspice", "internal/spice TestProgramsAgainstNgspice"}},
	{3, "600 dies of the exact circuit against the statistics of arrays", []string{
		"fabric/circuit TestDiesFollowTheStatistics", "fabric/circuit TestTableOfReads", "fabric/array TestStatsAreThoseOfTheTable"}},
	{4, "noise off: the circuit level equals a float64 reference to 1e-9, the array level to 1e-4 after 50 steps", []string{
		"internal/verify TestCircuitIsExact", "internal/verify TestIdealIsExact"}},
	{5, "gradients against finite differences; plain triodes without a dummy row fail", []string{
		"internal/verify TestCircuitGradients", "internal/verify TestGradients", "internal/verify TestDummyRow"}},
	{6, "kT/C of 1e5 pushes, droop", []string{"fabric/stack TestPushesErrByKTC", "fabric/stack TestDroop", "fabric/circuit TestHold"}},
	{7, "the linear-step law, 400 pulses, the symmetry point", []string{
		"fabric/array TestCellReachesItsTop", "fabric/array TestCellSettlesAtItsSymmetryPoint"}},
	{8, "moments of a stochastic update", []string{"fabric/array TestStochasticPulsesHaveTheirMoments"}},
	{9, "settling", []string{"fabric/circuit TestSettling", "fabric/ledger TestTimesOfATile"}},
	{10, "false alarms and detections of a checksum", []string{"fabric/array TestChecksumOfNoisyColumns"}},
	{11, "median of three, one stuck copy", []string{"fabric/array TestVariancesOfVotes", "fabric/array TestVoteVariance", "fabric/array TestMedianSurvivesAStuckCopy"}},
	{12, "energy: 513 fJ a multiply-accumulate, the network ratios, the loss of the small net, gating", []string{
		"fabric/ledger TestTileReads", "fabric/ledger TestNetworks", "fabric/ledger TestVerdicts", "fabric/ledger TestAlwaysOn", "fabric/ledger TestGating"}},
	{13, "the leak lint passes, warns and fails", []string{"fabric/ledger TestLambdaEq"}},
	{14, "last in, first out inside a frame: swapped, the gradient check fails", []string{
		"internal/verify TestStackOrder", "fabric/stack TestFrameDiscipline"}},
	{15, "triode and common-mode lints", []string{
		"lang/conformance/diagnostics/triode.txtar", "lang/conformance/diagnostics/common_mode.txtar", "fabric/circuit TestRangeChecks"}},
	{16, "temperature of the exponent converter and of the ratio form", []string{"fabric/circuit TestTemperature"}},
}

// TestAcceptance: every number is there once, and what it names exists.
func TestAcceptance(t *testing.T) {
	for i, a := range acceptance {
		if a.number != i+1 {
			t.Errorf("number %d stands at place %d", a.number, i+1)
		}
		if a.where == nil {
			t.Errorf("%d, %s: no test", a.number, a.what)
		}
		for _, where := range a.where {
			if !exists(t, where) {
				t.Errorf("%d, %s: there is no %s", a.number, a.what, where)
			}
		}
	}
	if len(acceptance) != 16 {
		t.Errorf("%d acceptance tests, want 16", len(acceptance))
	}
}

// exists finds a file, or a test in a package.
func exists(t *testing.T, where string) bool {
	t.Helper()
	const root = "../.."
	folder, name, isTest := strings.Cut(where, " ")
	if !isTest {
		_, err := os.Stat(filepath.Join(root, where))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	of := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if of.Match(text) {
			return true
		}
	}
	return false
}
