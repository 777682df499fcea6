package test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// loseAnswers makes every task run twice: its first call does its work, and the answer does not arrive. It returns the
// names of the functions whose answers were lost.
func (p *pipeline) loseAnswers() (lost func() []string) {
	p.orchestrator.Engine().Sleep = func(context.Context, time.Duration) error { return nil }
	var mu sync.Mutex
	called, names := map[string]bool{}, map[string]bool{}
	for name, function := range p.functions {
		p.functions[name] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
			result, err := function(ctx, payload)
			if err != nil {
				return result, err
			}
			mu.Lock()
			defer mu.Unlock()
			task := name + " " + removeAttempt(payload)
			if called[task] {
				return result, nil
			}
			called[task], names[name] = true, true
			return nil, &asl.Failure{Name: "Lambda.ClientExecutionTimeoutException", Cause: "the answer is lost"}
		}
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		list := make([]string, 0, len(names))
		for name := range names {
			list = append(list, name)
		}
		slices.Sort(list)
		return list
	}
}

// removeAttempt removes from a payload the number of the attempt, in which the calls of one task differ.
func removeAttempt(payload json.RawMessage) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil {
		return string(payload)
	}
	delete(members, "attempt")
	text, err := json.Marshal(members)
	if err != nil {
		return string(payload)
	}
	return string(text)
}

// The answer of every task of both machines is lost once, and the end is that of an undisturbed run.
func TestEveryTaskMayRunTwice(t *testing.T) {
	t.Parallel()
	undisturbed, disturbed := newPipeline(t), newPipeline(t)
	lost := disturbed.loseAnswers()
	for _, p := range []*pipeline{undisturbed, disturbed} {
		if s := p.run(t.Context(), p.collect, "daily", map[string]any{}).Describe(); s.Status != asl.Succeeded {
			t.Fatalf("collecting ended with %s: %s", s.Error, s.Cause)
		}
	}
	if diff := cmp.Diff(undisturbed.listReports(), disturbed.listReports()); diff != "" {
		t.Errorf("collected (-undisturbed +disturbed):\n%s", diff)
	}
	var objects []object.Version
	disturbed.must(undisturbed.store.List(t.Context(), snapshot.DataPrefix, func(v object.Version) error { objects = append(objects, v); return nil }))
	copyObjects(t, undisturbed, disturbed, objects)
	for _, p := range []*pipeline{undisturbed, disturbed} {
		if ended := p.loadAll(t.Context(), "load"); !allSucceeded(ended) {
			t.Fatalf("loading ended with %v", ended)
		}
	}
	if diff := cmp.Diff(readContents(t, undisturbed.pool), readContents(t, disturbed.pool)); diff != "" {
		t.Errorf("loaded (-undisturbed +disturbed):\n%s", diff)
	}
	t.Attr("tried", fmt.Sprintf("%d functions of both machines, the first answer of each lost", len(lost())))
	for name := range disturbed.functions {
		if !slices.Contains(lost(), name) {
			t.Errorf("no answer of %s was lost", name)
		}
	}
}

// listReports returns how each source of each published snapshot ended.
func (p *pipeline) listReports() map[string]string {
	p.Helper()
	ended := map[string]string{}
	p.must(p.store.List(p.Context(), snapshot.StagingPrefix+"runs/", func(v object.Version) error {
		if !strings.Contains(v.Key, "/reports/") {
			return nil
		}
		var report merge.Report
		if err := p.store.GetJSON(p.Context(), v.Key, &report); err != nil {
			return err
		}
		for _, o := range report.Outcomes {
			ended[report.Key+" "+o.SourceName] = string(o.Status)
		}
		return nil
	}))
	return ended
}
