package report

import (
	"fmt"
	"io"

	"acl/internal/job"
)

// Together writes what models that trained side by side on one fabric came to: each in a
// line, and the shared time beside one after the other.
func Together(w io.Writer, t *job.Together) {
	fmt.Fprintf(w, "\n%d models side by side on %s\n", len(t.Results), t.Fabric)
	for _, r := range t.Results {
		fmt.Fprintf(w, "  %-24s %d steps, latency %s, energy %s, %d tiles", r.Machine.Program().Name, r.Steps, seconds(r.Clock),
			joules(r.Bill.Training().Value), r.Machine.Program().Tiles+r.Machine.Program().GradTiles)
		if r.Score.Top1 == r.Score.Top1 {
			fmt.Fprintf(w, ", top-1 %.2f %%", 100*r.Score.Top1)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "  together %s, one after the other %s; the control unit issues for %s of that\n", seconds(t.Makespan), seconds(t.Serial), seconds(t.Issue))
	fmt.Fprintf(w, "  energy %s; %d tiles, %.1f %% of the chip's\n", joules(t.Energy), t.Tiles, 100*t.Utilization)
}
