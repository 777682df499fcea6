package asl_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

// An observer receives the events of parents and children as they happen, and may call Describe.
func TestObserverSeesEventsAsTheyHappen(t *testing.T) {
	l := newLab()
	var mu sync.Mutex
	seen := map[string][]string{}
	var last asl.Description
	l.Observe = func(x *asl.Execution, event asl.Event) {
		mu.Lock()
		defer mu.Unlock()
		seen[x.Name] = append(seen[x.Name], event.Type)
		last = x.Describe()
	}
	x := l.run(t, machine("M", `"M":{"Type":"Map",`+items(`[1]`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true}`), `{}`)
	want := map[string][]string{
		"run":     eventTypes(x),
		"run-1-0": strings.Fields("ExecutionStarted SucceedStateEntered SucceedStateExited ExecutionSucceeded"),
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if last.Status != asl.Succeeded {
		t.Errorf("with the last event it was %s, want %s", last.Status, asl.Succeeded)
	}
}
