package collecttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// Cases describe a source to [Run]: how to bring about each situation, and what the source does in it. A situation
// without a function does not exist for the source, or its own tests cover it.
type Cases struct {
	// Options are those of the simulated organization. Its production account must make the collector call each of its
	// operations.
	Options simaws.Options
	// Otherwise, if set, prepares a second run with the operations that the first does not call.
	Otherwise func(*Bench)
	// Golden changes the request of the run that testdata/<source>.golden.json shows.
	Golden func(*Bench)
	// Pages gives the account the items of several pages, in each list of the section, and returns the texts that
	// identify them, in the order of the section.
	Pages func(*Bench) (section string, ids []string)
	// Empty takes all items from the account.
	Empty func(*Bench)
	// Essential are the operations without which the source fails. A denied call of any other one is a warning.
	Essential []string
	// NotApplicable are the ways for the source to have nothing to collect from.
	NotApplicable []NotApplicable
	// NoHistory sources collect nothing for a past date.
	NoHistory bool
}

// NotApplicable is a source that does not apply to an account or region.
type NotApplicable struct {
	Prepare func(*Bench)
	Status  outcome.Status
	Reason  string // part of it
}

// conformance runs the cases of one collector.
type conformance struct {
	Cases
	collector collect.Collector
	source    catalog.Source
}

// Run checks that the collector behaves as every collector must.
func Run(t *testing.T, collector collect.Collector, cases Cases) {
	t.Helper()
	t.Parallel()
	source, known := catalog.FindByName(collector.SourceName)
	if !known {
		t.Fatalf("%s is not in the catalog", collector.SourceName)
	}
	c := conformance{cases, collector, source}
	t.Run("matches its golden file", c.matchesGolden)
	t.Run("calls exactly what its role allows", c.callsWhatRoleAllows)
	t.Run("reads every page in order", c.readsEveryPage)
	t.Run("loses nothing to throttling", c.survivesThrottling)
	t.Run("reports what is denied", c.reportsDenial)
	t.Run("reports that it does not apply", c.reportsNotApplicable)
	t.Run("has empty lists for an empty account", c.hasEmptyLists)
	t.Run("ends with its context", c.endsWithContext)
	t.Run("collects nothing for a past date", c.leavesOutPastDates)
}

func (c conformance) newBench(t *testing.T) *Bench {
	t.Helper()
	return New(t, c.collector, c.Options)
}

func (c conformance) matchesGolden(t *testing.T) {
	t.Parallel()
	b := c.newBench(t)
	if c.Golden != nil {
		c.Golden(b)
	}
	b.Passed().Golden(t, c.source.Name)
}

func (c conformance) callsWhatRoleAllows(t *testing.T) {
	t.Parallel()
	b := c.newBench(t)
	b.Passed()
	if c.Otherwise != nil {
		c.Otherwise(b)
		b.Passed()
	}
	b.LeastPrivilege()
}

func (c conformance) readsEveryPage(t *testing.T) {
	if c.Pages == nil {
		t.Skip("the source has no pages, or its own test of them")
	}
	t.Parallel()
	b := c.newBench(t)
	section, want := c.Pages(b)
	got := findTexts(t, b.Passed().Content[section], want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s has %d items, want %d (-want +got):\n%.1000s", section, len(got), len(want), diff)
	}
}

// findTexts returns the strings of a JSON text that are among the wanted ones, in their order in the text.
func findTexts(t *testing.T, text json.RawMessage, wanted []string) []string {
	t.Helper()
	is := map[string]bool{}
	for _, w := range wanted {
		is[w] = true
	}
	var found []string
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, isText := token.(string); isText && is[s] {
			found = append(found, s)
		}
	}
	return found
}

func (c conformance) survivesThrottling(t *testing.T) {
	t.Parallel()
	b := c.newBench(t)
	want := b.Passed()
	operations := b.Operations()
	for _, operation := range operations {
		service, name, _ := strings.Cut(operation, ":")
		b.Fault(simaws.Fault{Service: service, Operation: name, Kind: simaws.Throttled, Times: 1}, simaws.Fault{Service: service, Operation: name, Kind: simaws.Throttled, Rate: 0.3})
	}
	got := b.Passed()
	if got.Throttles < len(operations) {
		t.Errorf("%d throttles in %d calls, want one of each of %v at least", got.Throttles, got.Calls, operations)
	}
	if diff := cmp.Diff(want.Content, got.Content); diff != "" {
		t.Errorf("(-calm +throttled):\n%.2000s", diff)
	}
}

// reportsDenial denies an essential operation, by the role's policy and by one of the organization, and one call of each
// other operation.
func (c conformance) reportsDenial(t *testing.T) {
	t.Parallel()
	b := c.newBench(t)
	b.Passed()
	for _, operation := range b.Operations() {
		service, name, _ := strings.Cut(operation, ":")
		t.Run(name, func(t *testing.T) {
			b.ClearFaults()
			want := c.findAction(service, name)
			if slices.Contains(c.Essential, name) {
				b.Fault(simaws.Fault{Service: service, Operation: name, Kind: simaws.Denied})
				if got := b.Run(); fault.StatusOf(got.Err) != outcome.Denied || fault.DeniedAction(got.Err) != want {
					t.Errorf("status %q (%s), error %v, want denied %s", got.Status, got.Reason, got.Err, want)
				}
				b.ClearFaults()
				b.Fault(simaws.Fault{Service: service, Operation: name, Kind: simaws.PolicyNamed})
				got := b.Run()
				if got.Err != nil || got.Status != outcome.Excluded || len(got.Content) != 0 || got.AWS == nil || got.AWS.Action != want {
					t.Errorf("status %q (%s), error %v, AWS's words %+v, want it excluded", got.Status, got.Reason, got.Err, got.AWS)
				}
				return
			}
			b.Fault(simaws.Fault{Service: service, Operation: name, Kind: simaws.Denied, Times: 1})
			got := b.Run()
			if got.Err != nil || got.Status != outcome.Warned || got.Warnings != 1 || got.Reason != "denied "+want || got.Items == 0 {
				t.Errorf("status %q (%s) with %d warnings and %d items, error %v, want one warning that %s is denied",
					got.Status, got.Reason, got.Warnings, got.Items, got.Err, want)
			}
		})
	}
}

// findAction returns the IAM action that allows an operation.
func (c conformance) findAction(service, operation string) string {
	for _, a := range c.source.Actions {
		if prefix, _, _ := strings.Cut(a.Name, ":"); prefix == service && a.Operation == operation {
			return a.Name
		}
	}
	return service + ":" + operation
}

func (c conformance) reportsNotApplicable(t *testing.T) {
	t.Parallel()
	for _, n := range c.NotApplicable {
		b := c.newBench(t)
		n.Prepare(b)
		got := b.Run()
		if got.Err != nil || got.Status != n.Status || !strings.Contains(got.Reason, n.Reason) || len(got.Content) != 0 {
			t.Errorf("status %q (%s), error %v, %d sections, want %q (%s) without any", got.Status, got.Reason, got.Err, len(got.Content), n.Status, n.Reason)
		}
	}
}

// hasEmptyLists checks that a list without items is neither missing nor null: a reader takes either for unknown.
func (c conformance) hasEmptyLists(t *testing.T) {
	if c.Empty == nil {
		t.Skip("the account always has an item")
	}
	t.Parallel()
	b := c.newBench(t)
	c.Empty(b)
	got := b.Passed()
	for _, section := range c.source.Sections {
		if text := string(got.Content[section]); text != "[]" && !strings.HasPrefix(text, "{") {
			t.Errorf("%s is %.200s, want []", section, text)
		}
	}
}

// endsWithContext cancels the context during a call of each operation: a failure that would be a warning ends the run.
func (c conformance) endsWithContext(t *testing.T) {
	t.Parallel()
	b := c.newBench(t)
	b.Passed()
	for _, operation := range b.Operations() {
		service, name, _ := strings.Cut(operation, ":")
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			b := c.newBench(t)
			b.Override(simaws.Answer{Service: service, Operation: name, Give: func(simaws.Request) (any, error) {
				cancel()
				return nil, simaws.Failure(429, "ThrottlingException", "Rate exceeded") // the client would wait and call again
			}})
			if got := b.RunUntil(ctx); !errors.Is(got.Err, context.Canceled) {
				t.Errorf("status %q, error %v, want the context's", got.Status, got.Err)
			}
		})
	}
}

func (c conformance) leavesOutPastDates(t *testing.T) {
	if !c.NoHistory {
		t.Skip("the source answers for past dates, or is not planned for them")
	}
	t.Parallel()
	b := c.newBench(t)
	b.Request.History = true
	got := b.Run()
	if got.Status != outcome.Skipped || len(got.Content) != 0 || got.Calls != 0 || got.Reason == "" {
		t.Errorf("status %q (%s), %d sections after %d calls, want it skipped with a reason", got.Status, got.Reason, len(got.Content), got.Calls)
	}
}

// Clear takes all items of a kind from every account.
func Clear[Item any](b *Bench) { simaws.Set[Item](b.Organization, simaws.Place{}) }
