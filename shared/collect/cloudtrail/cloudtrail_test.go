package cloudtrail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/cloudtrail"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.cloudtrail"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, cloudtrail.Collector, simaws.Options{})
}

func trails(t *testing.T, r collecttest.Result) []snapshot.Trail {
	t.Helper()
	return collecttest.Elements[snapshot.Trail](t, r, section)
}

func names(trails []snapshot.Trail) []string {
	names := []string{}
	for _, trail := range trails {
		names = append(names, *trail.Name)
	}
	return names
}

func trail(name, region string) simaws.Trail {
	return simaws.Trail{Name: name, ARN: "arn:aws:cloudtrail:" + region + ":" + collecttest.Production + ":trail/" + name, HomeRegion: region, Logging: true}
}

// events answers LookupEvents with events at the given times.
func events(b *collecttest.Bench, times ...time.Time) {
	var found []map[string]any
	for i, at := range times {
		found = append(found, map[string]any{"EventId": fmt.Sprint(i), "EventTime": at.Unix()})
	}
	b.Override(simaws.Answer{Service: "cloudtrail", Operation: "LookupEvents", Give: func(simaws.Request) (any, error) {
		return map[string]any{"Events": found, "NextToken": "more"}, nil
	}})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, cloudtrail.Collector, collecttest.Cases{
		Empty:     collecttest.Clear[simaws.Trail],
		Essential: []string{"DescribeTrails"},
	})
}

func TestTrailHasItsKey(t *testing.T) { // D53
	b := bench(t)
	encrypted := trail("encrypted", "us-east-1")
	encrypted.KmsKeyID = "arn:aws:kms:us-east-1:528416073925:key/k"
	simaws.Set(b.Organization, simaws.Place{}, encrypted, trail("plain", "us-east-1"))
	got := trails(t, b.Passed())
	if got[0].KMSKeyID == nil || *got[0].KMSKeyID != encrypted.KmsKeyID || got[1].KMSKeyID != nil {
		t.Errorf("got keys %v and %v", got[0].KMSKeyID, got[1].KMSKeyID)
	}
}

func TestTrailIsReportedAtHomeOnly(t *testing.T) { // D53
	b := bench(t)
	organization := trail("organization", "us-east-1")
	organization.IsOrganizationTrail, organization.IsMultiRegionTrail = true, true
	europe := trail("europe", "eu-west-1")
	europe.IsMultiRegionTrail = true
	simaws.Set(b.Organization, simaws.Place{}, organization, europe)
	if diff := cmp.Diff([]string{"organization"}, names(trails(t, b.Passed()))); diff != "" {
		t.Errorf("us-east-1 (-want +got):\n%s", diff)
	}
	b.Request.Region, b.Request.Home = "eu-west-1", false
	if diff := cmp.Diff([]string{"europe"}, names(trails(t, b.Passed()))); diff != "" {
		t.Errorf("eu-west-1 (-want +got):\n%s", diff)
	}
}

// What lives where nothing is collected is read in the account's home region, and only there.
func TestTrailOfARegionThatIsNotCoveredIsReadAtHome(t *testing.T) {
	b := bench(t)
	tokyo := trail("tokyo", "ap-northeast-1")
	tokyo.IsMultiRegionTrail = true
	simaws.Set(b.Organization, simaws.Place{}, tokyo, trail("own", "us-east-1"))
	b.Request.Covered = []string{"eu-west-1", "us-east-1"}
	if diff := cmp.Diff([]string{"tokyo", "own"}, names(trails(t, b.Passed()))); diff != "" {
		t.Errorf("us-east-1 (-want +got):\n%s", diff)
	}
	b.Request.Region, b.Request.Home = "eu-west-1", false
	if got := names(trails(t, b.Passed())); len(got) != 0 {
		t.Errorf("eu-west-1 has %v", got)
	}
}

func TestOneLookupCountsTheEventsOfTheWindow(t *testing.T) { // D53
	b := bench(t)
	window := b.Request.Window
	simaws.Set(b.Organization, simaws.Place{}, trail("a", "us-east-1"), trail("b", "us-east-1"), trail("c", "us-east-1"))
	events(b, window.Start, window.Start.Add(time.Hour), window.End.Add(-time.Second), window.End)
	got := trails(t, b.Passed())
	for _, trail := range got {
		if trail.RecentEventsCount == nil || *trail.RecentEventsCount != 3 { // D21: the one at the end is tomorrow's
			t.Errorf("trail %s has %v events, want 3", *trail.Name, trail.RecentEventsCount)
		}
	}
	lookups := 0
	for _, call := range b.Calls() {
		if call.Operation == "LookupEvents" {
			lookups++
		}
	}
	if len(got) != 3 || lookups != 1 {
		t.Errorf("got %d trails with %d lookups, want 3 with 1", len(got), lookups)
	}
}

func TestUnreadableStatusLeavesTheOtherTrails(t *testing.T) { // D53
	b := bench(t)
	foreign := trail("organization", "us-east-1")
	foreign.IsOrganizationTrail, foreign.Unreadable = true, true
	simaws.Set(b.Organization, simaws.Place{}, trail("first", "us-east-1"), foreign, trail("last", "us-east-1"))
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "TrailNotFoundException") {
		t.Errorf("got status %q with %d warnings (%s)", result.Status, result.Warnings, result.Reason)
	}
	got := trails(t, result)
	if diff := cmp.Diff([]string{"first", "organization", "last"}, names(got)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got[1].IsLogging != nil || got[2].IsLogging == nil || !*got[2].IsLogging {
		t.Errorf("logging is %v of the unreadable trail and %v of the last", got[1].IsLogging, got[2].IsLogging)
	}
}

func TestUnreadableEventsLeaveTheCountNull(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Operation: "LookupEvents", Kind: simaws.Denied})
	result := b.Run()
	if result.Status != outcome.Warned || result.Reason != "denied cloudtrail:LookupEvents" {
		t.Errorf("got status %q (%s)", result.Status, result.Reason)
	}
	for _, trail := range trails(t, result) {
		if trail.RecentEventsCount != nil || trail.IsLogging == nil {
			t.Errorf("got %+v, want no count and a status", trail)
		}
	}
}

func TestTrailDeletedAfterItWasDescribed(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, trail("kept", "us-east-1"), trail("deleted", "us-east-1"))
	b.Override(simaws.Answer{Service: "cloudtrail", Operation: "GetTrailStatus", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "deleted") {
			return nil, simaws.Failure(400, "TrailNotFoundException", "Unknown trail: deleted")
		}
		return nil, simaws.ErrPassOn
	}})
	if diff := cmp.Diff([]string{"kept"}, names(trails(t, b.Passed()))); diff != "" {
		t.Error(diff)
	}
}
