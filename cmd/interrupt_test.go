package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// An interrupt ends a run at its next step, without an evaluation, and says how it
// goes on; a resumed run ends as others do.
func TestInterruptedRunResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds: not in -short")
	}
	if runtime.GOOS == "windows" {
		t.Skip("no process can be sent an interrupt on Windows")
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "acl")
	if err := os.Symlink(binary, link); err != nil {
		t.Fatal(err)
	}
	// The test binary is `acl` under that name: see TestMain.
	dir := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(link, "run", "../programs/digits.acl", "--set", "epochs=40", "--out", dir)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if _, err := os.Stat(filepath.Join(dir, "metrics.jsonl")); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("the run ended before its interrupt: %v\n%s%s", err, out.String(), errs.String())
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != exitWrong {
		t.Errorf("an interrupted run ends with %v", err)
	}
	if !strings.Contains(errs.String(), "to go on: acl resume "+dir) {
		t.Errorf("an interrupted run says %s", errs.String())
	}
	if strings.Contains(out.String(), "run record:") {
		t.Error("an interrupted run prints a result")
	}
	again, err := exec.Command(link, "resume", dir).CombinedOutput()
	if err != nil || !strings.Contains(string(again), "run record:") {
		t.Errorf("resumed: %v\n%s", err, again)
	}
}
