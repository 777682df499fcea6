// Command bench measures the parts whose speed and size matter, on this machine, and prints a table for each and a
// summary of all:
//
//	go run ./test/bench             # small, a few minutes
//	go run ./test/bench -full       # snapshots of up to 1 GB, 1,000 accounts x 3 regions x 30 days: hours
//	go run ./test/bench load price  # some of: load size collect start price scale
//
// It needs nothing but what the tests need: PostgreSQL and the bucket are started and removed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are how much is measured.
type options struct {
	full  bool
	rows  int
	only  []string
	sizes []int // MB
	scale scaleSize
}

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if os.Getenv(childInput) != "" {
		exitOn(runChild())
		return
	}
	o := options{sizes: []int{10, 50}, scale: scaleSize{accounts: 20, regions: 3, days: 3}}
	flag.BoolVar(&o.full, "full", false, "measure at full size, which takes hours")
	flag.IntVar(&o.rows, "rows", 20_000, "rows of each table in the measurement of loading")
	days := flag.Int("days", 0, "days of the scale run (default 3, with -full 30)")
	megabytes := flag.String("mb", "", "sizes of snapshots, such as 10,100,1000")
	flag.Parse()
	o.only = flag.Args()
	if o.full {
		o.sizes, o.scale = []int{10, 100, 1000}, scaleSize{accounts: 1000, regions: 3, days: 30}
	}
	if *days > 0 {
		o.scale.days = *days
	}
	if *megabytes != "" {
		exitOn(json.Unmarshal([]byte("["+*megabytes+"]"), &o.sizes))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exitOn(run(ctx, o))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parts are what is measured, in order; some need a database and a bucket. Each adds lines to the summary: what, figure.
var parts = []struct {
	name    string
	rigged  bool
	measure func(context.Context, *rig, options, *table) error
}{
	{"load", true, func(ctx context.Context, r *rig, o options, summary *table) error {
		return measureLoads(ctx, r, o.rows, summary)
	}},
	{"size", true, func(ctx context.Context, r *rig, o options, summary *table) error {
		return measureSizes(ctx, r, o.sizes, summary)
	}},
	{"collect", false, func(ctx context.Context, _ *rig, _ options, summary *table) error {
		return measureCollect(ctx, summary)
	}},
	{"start", false, func(ctx context.Context, _ *rig, o options, summary *table) error {
		return measureStarts(ctx, o.full, summary)
	}},
	{"price", false, func(ctx context.Context, _ *rig, _ options, summary *table) error { return measurePrice(ctx, summary) }},
	{"scale", true, func(ctx context.Context, r *rig, o options, summary *table) error {
		return measureScale(ctx, r, o.scale, summary)
	}},
}

func run(ctx context.Context, o options) error {
	fmt.Println(buildHeading())
	var r *rig
	summary := newTable("summary", "")
	for _, part := range parts {
		if len(o.only) > 0 && !slices.Contains(o.only, part.name) {
			continue
		}
		if part.rigged && r == nil {
			var err error
			if r, err = newRig(ctx); err != nil {
				r.close()
				return fmt.Errorf("starting the database and the bucket: %w", err)
			}
			defer r.close()
		}
		if err := part.measure(ctx, r, o, summary); err != nil {
			return fmt.Errorf("measuring %s: %w", part.name, err)
		}
	}
	summary.print(buildHeading(), "")
	return nil
}

// buildHeading says when and where the figures were measured.
func buildHeading() string {
	return fmt.Sprintf("%s, %s/%s, %d CPUs (%s), %s", time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), readProcessor(), runtime.Version())
}

// readProcessor returns the name of the CPU, if the system reports it.
func readProcessor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown"
}
