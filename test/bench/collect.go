package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
)

// latencyFigure is one metric of the benchmark.
var latencyFigure = regexp.MustCompile(`([0-9.]+) (s/region|s/chain|times)\b`)

// measureCollect runs the benchmark that collects one account and region with 50 ms a call, and compares the time with the
// longest chain of calls that had to wait for each other. The benchmark stands beside the tests whose organization it uses.
func measureCollect(ctx context.Context, summary *table) error {
	bench := exec.CommandContext(ctx, "go", "test", "view360/test", "-run", "^$", "-bench", "CollectLatency", "-benchtime", "3x")
	bench.Stderr = os.Stderr
	out, err := bench.Output()
	if err != nil {
		return fmt.Errorf("running the benchmark: %w\n%s", err, out)
	}
	figures := map[string]string{}
	for _, match := range latencyFigure.FindAllStringSubmatch(string(out), -1) {
		figures[match[2]] = match[1]
	}
	if len(figures) != 3 {
		return fmt.Errorf("the benchmark printed no figures:\n%s", out)
	}
	t := newTable("collect one region, s", "longest chain of calls, s", "times")
	t.add(figures["s/region"], figures["s/chain"], figures["times"])
	t.print("Collecting one account and region with all sources, each call taking 50 ms", "")
	summary.add("collecting one account and region", figures["times"]+" times its longest chain of calls")
	return nil
}
