package merge_test

import (
	"testing"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/merge"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// readOutcomes returns the outcomes of the published snapshot.
func (b *bench) readOutcomes() map[string]outcome.Outcome {
	b.t.Helper()
	var document struct{ Meta snapshot.Meta }
	if err := b.store.GetJSON(b.t.Context(), "data/111122223333/eu-west-1/2026-03-11_DAILY.json", &document); err != nil {
		b.t.Fatal(err)
	}
	return document.Meta.Services
}

// What the state machine catches is a name and a text. The rest of the failure is in staging.
func TestFailureKeepsItsStatusAndRequests(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", func(*collect.Part) error { return fault.New(outcome.Throttled, "rate exceeded") })
	b.runCollector("guardduty", addKeys)
	b.runCollector("waf", func(*collect.Part) error { return fault.New(outcome.Transient, "reset") })
	// A killed function has staged nothing, or what an earlier attempt met.
	b.results = append(b.results,
		merge.CollectorResult{Output: collect.Output{Outcome: outcome.Outcome{SourceName: "cost"}}, Error: "Lambda.Unknown", Cause: "Sandbox.Timedout"})
	for i, r := range b.results {
		switch r.SourceName {
		case "kms":
			b.results[i].Error = outcome.RetryableError
		case "waf":
			b.results[i].Error, b.results[i].Cause = "States.Timeout", ""
		}
	}
	b.mergeParts()
	got := b.readOutcomes()
	if kms := got["kms"]; kms.Status != outcome.Throttled || kms.Class != outcome.RetryableError || kms.Reason != "rate exceeded" {
		t.Errorf("kms is %+v", kms)
	}
	if waf := got["waf"]; waf.Status != outcome.Failed || waf.Class != "States.Timeout" || waf.Reason != "States.Timeout" {
		t.Errorf("waf is %+v", waf)
	}
	if cost := got["cost"]; cost.Status != outcome.Failed || cost.Class != "Lambda.Unknown" || cost.Reason != "Lambda.Unknown: Sandbox.Timedout" {
		t.Errorf("cost is %+v", cost)
	}
	if guardduty := got["guardduty"]; guardduty.Status != outcome.Passed || guardduty.Class != "" || guardduty.Run != b.request.Run {
		t.Errorf("guardduty is %+v", guardduty)
	}
}

// readLosses returns the sources that a run has reported as lost.
func (b *bench) readLosses(run string) (sources []string) {
	b.t.Helper()
	var some []merge.Loss
	if err := b.store.GetJSON(b.t.Context(), snapshot.LossesPrefix(run)+"111122223333/eu-west-1.json", &some); err != nil {
		return nil
	}
	for _, l := range some {
		sources = append(sources, l.Service)
	}
	return sources
}

// A source that was read before and does not apply now is reported once, until it passes again.
func TestLossIsReportedOnce(t *testing.T) {
	b := newBench(t)
	off := func(*collect.Part) error { return fault.New(outcome.NotSubscribed, "the plan ended") }
	excluded := func(*collect.Part) error { return fault.New(outcome.Excluded, "a service control policy denies it") }
	broken := func(*collect.Part) error { return fault.New(outcome.Denied, "denied") }
	for _, day := range []struct {
		run    string
		read   func(*collect.Part) error
		losses int
	}{
		{"never read", off, 0}, {"first success", addKeys, 0}, {"a failure is not a loss", broken, 0}, {"lost", off, 1}, {"still lost", off, 0},
		{"back", addKeys, 0}, {"lost again", off, 1}, {"read again", addKeys, 0}, {"excluded", excluded, 1}, {"still excluded", excluded, 0},
	} {
		b.request.Run, b.results = day.run, nil
		b.runCollector("kms", day.read)
		b.mergeParts()
		if got := b.readLosses(day.run); len(got) != day.losses {
			t.Errorf("%s: lost %v, want %d", day.run, got, day.losses)
		}
		b.mergeParts() // its answer was lost: a second time changes nothing
		if got := b.readLosses(day.run); len(got) != day.losses {
			t.Errorf("%s, merged twice: lost %v, want %d", day.run, got, day.losses)
		}
	}
}

// A backfill's day says nothing about the present.
func TestPastDateLosesNothing(t *testing.T) {
	b := newBench(t)
	b.runCollector("kms", addKeys)
	b.mergeParts()
	b.request.Run, b.request.History, b.results = "backfill", true, nil
	b.runCollector("kms", func(*collect.Part) error { return fault.New(outcome.NotEnabled, "off") })
	b.mergeParts()
	if got := b.readLosses("backfill"); got != nil {
		t.Errorf("lost %v", got)
	}
}
