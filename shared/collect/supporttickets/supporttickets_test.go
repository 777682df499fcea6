package supporttickets_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/supporttickets"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "support_tickets"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, supporttickets.Collector, options)
}

func tickets(t *testing.T, r collecttest.Result) []snapshot.SupportTicket {
	t.Helper()
	return collecttest.Elements[snapshot.SupportTicket](t, r, section)
}

// statuses are the cases' statuses in order: id status.
func statuses(tickets []snapshot.SupportTicket) []string {
	var list []string
	for _, ticket := range tickets {
		list = append(list, ticket.CaseID+" "+ticket.Status)
	}
	return list
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, supporttickets.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			cases, ids := make([]simaws.Case, 230), make([]string, 230)
			for i := range cases {
				ids[i] = fmt.Sprint("case-", i)
				cases[i] = simaws.Case{ID: ids[i], Created: collecttest.Now.Add(-time.Duration(i+1) * time.Hour)}
			}
			simaws.Set(b.Organization, simaws.Place{}, cases...)
			return section, ids
		},
		Empty:     collecttest.Clear[simaws.Case],
		Essential: []string{"DescribeCases"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Staging },
			Status:  outcome.NotSubscribed, Reason: "AWS Support needs Business Support+, Enterprise Support or",
		}},
	})
}

func TestTextTimesAreParsed(t *testing.T) { // D33
	b := bench(t, simaws.Options{})
	created := time.Date(2026, time.March, 9, 8, 7, 6, 543_000_000, time.UTC)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Case{ID: "one", Created: created})
	result := b.Passed()
	if got := tickets(t, result)[0].TimeCreated; !got.Equal(created) {
		t.Errorf("got %s, want %s", got, created)
	}
	if text := string(result.Content[section]); !strings.Contains(text, `"time_created":"2026-03-09T08:07:06.543000+00:00"`) {
		t.Errorf("got %s", text)
	}
}

// Emulators leave out the zone.
func TestTimeWithoutZoneIsUTC(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeCases", Give: func(simaws.Request) (any, error) {
		return map[string]any{"cases": []any{map[string]any{"caseId": "one", "status": "opened", "timeCreated": "2026-03-09T08:07:06.543210"}}}, nil
	}})
	got := tickets(t, b.Passed())
	if len(got) == 0 || got[0].TimeCreated.String() != "2026-03-09T08:07:06.543210+00:00" {
		t.Errorf("got %+v", got)
	}
}

func TestUnreadableTimeIsAWarning(t *testing.T) { // D33
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeCases", Give: func(simaws.Request) (any, error) {
		return map[string]any{"cases": []any{
			map[string]any{"caseId": "broken", "status": "opened", "timeCreated": "yesterday"},
			map[string]any{"caseId": "sound", "status": "opened", "timeCreated": "2026-03-09T08:07:06.543Z"},
		}}, nil
	}})
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || !strings.Contains(result.Reason, "creation time of case broken") {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	got := tickets(t, result)
	if diff := cmp.Diff([]string{"sound opened"}, statuses(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[0].Language != "en" || got[0].SubmittedBy != nil {
		t.Errorf("got language %q of %v, want the default of nobody", got[0].Language, got[0].SubmittedBy)
	}
}

func TestOpenAndResolvedCasesAreReported(t *testing.T) { // D34
	b := bench(t, simaws.Options{})
	now := collecttest.Now
	simaws.Set(b.Organization, simaws.Place{},
		simaws.Case{ID: "new", Created: now.Add(-time.Hour), Severity: "urgent"},
		simaws.Case{ID: "open-for-years", Created: now.AddDate(-2, 0, 0)},
		simaws.Case{ID: "resolved", Created: now.AddDate(0, -5, 0), Resolved: now.Add(-time.Hour)},
		simaws.Case{ID: "resolved-long-ago", Created: now.AddDate(-2, 0, 0), Resolved: now.AddDate(-1, -9, 0)},
	)
	want := []string{"new work-in-progress", "open-for-years pending-customer-action", "resolved resolved"}
	if diff := cmp.Diff(want, statuses(tickets(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCommunicationsAreNotDownloaded(t *testing.T) { // D34
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "support", Operation: "DescribeCases", Give: func(r simaws.Request) (any, error) {
		var input struct {
			IncludeCommunications *bool
			MaxResults            int
		}
		if err := json.Unmarshal(r.Input, &input); err != nil {
			return nil, err
		}
		if input.IncludeCommunications == nil || *input.IncludeCommunications || input.MaxResults != 100 {
			t.Errorf("asked %s", r.Input)
		}
		return nil, simaws.ErrPassOn
	}})
	b.Passed()
}

func TestPastDateHasTheCasesOfThatDay(t *testing.T) { // D25
	b := bench(t, simaws.Options{})
	day := collecttest.Now.Truncate(24*time.Hour).AddDate(0, 0, -40)
	b.Request.History, b.Request.Window = true, snapshot.Window{Start: day, End: day.AddDate(0, 0, 1)}
	simaws.Set(b.Organization, simaws.Place{},
		simaws.Case{ID: "the-day-after", Created: day.AddDate(0, 0, 1)}, // D21: the window is half open
		simaws.Case{ID: "that-day", Created: day.Add(time.Hour), Resolved: day.AddDate(0, 0, 9)},
		simaws.Case{ID: "at-midnight", Created: day},
		simaws.Case{ID: "the-day-before", Created: day.Add(-time.Second)},
	)
	got := tickets(t, b.Passed())
	want := []string{"that-day resolved", "at-midnight pending-customer-action"}
	if diff := cmp.Diff(want, statuses(got)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got[0].DateFrom != "2026-01-30" || got[0].DateTo != "2026-01-31" {
		t.Errorf("got dates %s to %s", got[0].DateFrom, got[0].DateTo)
	}
}

func TestContactsCanBeLeftOut(t *testing.T) { // D72
	b := bench(t, simaws.Options{})
	submitted := func(ticket snapshot.SupportTicket) bool { return ticket.SubmittedBy != nil }
	if !slices.ContainsFunc(tickets(t, b.Passed()), submitted) {
		t.Error("nobody submitted a case")
	}
	b.Request.Options.OmitContacts = true
	if slices.ContainsFunc(tickets(t, b.Passed()), submitted) {
		t.Error("an address is left")
	}
}
