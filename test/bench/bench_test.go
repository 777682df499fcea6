package main

import (
	"fmt"
	"log/slog"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv(childInput) != "" {
		if err := runChild(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// TestEveryMeasurementRunsAtSmallSize makes every measurement that builds nothing, as small as it gets.
func TestEveryMeasurementRunsAtSmallSize(t *testing.T) {
	o := options{rows: 20, sizes: []int{1}, scale: scaleSize{accounts: 2, regions: 2, days: 2}, only: []string{"load", "size", "price", "scale"}}
	if err := run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}
