package rispsavings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/rispsavings"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const (
	section = "ri_sp_savings"
	ec2     = "Amazon Elastic Compute Cloud - Compute"
	rds     = "Amazon Relational Database Service"
)

// namespaces are the services with reservations by the name that Cost Explorer has for them.
var namespaces = map[string]string{ec2: "ec2", rds: "rds", "Amazon ElastiCache": "elasticache", "Amazon OpenSearch Service": "es", "Amazon Redshift": "redshift"}

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, rispsavings.Collector, simaws.Options{})
}

// savings are the elements, of which there must be some.
func savings(t *testing.T, r collecttest.Result) []snapshot.CommitmentSaving {
	t.Helper()
	got := collecttest.Elements[snapshot.CommitmentSaving](t, r, section)
	if len(got) == 0 {
		t.Fatal("got no commitments")
	}
	return got
}

var bought = time.Date(2025, time.June, 1, 10, 0, 0, 0, time.UTC)

func reservation(id, service, region string) simaws.Reservation {
	return simaws.Reservation{
		ID: id, ARN: "arn:aws:" + namespaces[service] + ":" + region + ":528416073925:reserved-instances/" + id, Service: service, Region: region,
		InstanceType: "m6i.large", Product: "Linux/UNIX", Count: 4, OfferingType: "Partial Upfront", Start: bought, Years: 1, Upfront: 876, Hourly: 0.05, OnDemandHourly: 0.2, State: "active",
	}
}

func plan(id string) simaws.Plan {
	return simaws.Plan{
		ID: id, ARN: "arn:aws:savingsplans::528416073925:savingsplan/" + id, OfferingID: "offer", Kind: "Compute", Payment: "No Upfront",
		Products: []string{"EC2", "Lambda"}, Start: bought, Years: 1, Hourly: 2.5, State: "active",
	}
}

// hold sets all commitments of the account: the reservations of each region, and the plans.
func hold(b *collecttest.Bench, plans []simaws.Plan, reservations ...simaws.Reservation) {
	simaws.Set[simaws.Reservation](b.Organization, simaws.Place{})
	byRegion := map[string][]simaws.Reservation{}
	for _, r := range reservations {
		byRegion[r.Region] = append(byRegion[r.Region], r)
	}
	for region, here := range byRegion {
		simaws.Set(b.Organization, simaws.Place{Region: region}, here...)
	}
	simaws.Set(b.Organization, simaws.Place{}, plans...)
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, rispsavings.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			reservations, plans := make([]simaws.Reservation, 250), make([]simaws.Plan, 250)
			var ids, planIDs []string
			for i := range plans {
				ids, planIDs = append(ids, fmt.Sprint("r", i)), append(planIDs, fmt.Sprint("p", i))
				reservations[i], plans[i] = reservation(ids[i], rds, "us-east-1"), plan(planIDs[i])
			}
			hold(b, plans, reservations...)
			return section, append(ids, planIDs...)
		},
		Empty: func(b *collecttest.Bench) { hold(b, nil) },
	})
}

func TestPlansHaveTheirOwnFigures(t *testing.T) { // D35
	b := bench(t)
	small := plan("small")
	small.Hourly = 0.5
	hold(b, []simaws.Plan{plan("large"), small})
	got := savings(t, b.Passed())
	if len(got) != 2 {
		t.Fatalf("got %d elements, want two plans", len(got))
	}
	for _, p := range got {
		if *p.UtilizationPercentage <= 0 || *p.OnDemandCost <= 0 || *p.ReservationCost <= 0 || *p.NetSavings == 0 || *p.Date != "2026-03-09" {
			t.Errorf("got %+v", p)
		}
		if used := *p.Commitment * 24 * *p.UtilizationPercentage / 100; *p.ReservationCost-used > 0.01 || used-*p.ReservationCost > 0.01 {
			t.Errorf("the used commitment is %v, want %.2f", *p.ReservationCost, used)
		}
	}
	if *got[0].ReservationCost <= *got[1].ReservationCost {
		t.Errorf("got used commitments %v and %v", *got[0].ReservationCost, *got[1].ReservationCost)
	}
}

func TestReservationsOfEveryServiceHaveFigures(t *testing.T) { // D36
	b := bench(t)
	var reservations []simaws.Reservation
	for service, namespace := range namespaces {
		reservations = append(reservations, reservation(namespace, service, "us-east-1"))
	}
	hold(b, nil, reservations...)
	b.Request.Options.PaidCalls = 7
	result := b.Passed()
	var services []string
	for _, r := range savings(t, result) {
		services = append(services, r.Service)
		if r.Date == nil || *r.UtilizationPercentage <= 0 || *r.ReservationCost != 14.4 { // 24 hours of 4 at 0.05, and a day of 876 a year
			t.Errorf("%s has no figures of its own: %+v", r.Service, r)
		}
		if *r.Region != "us-east-1" || *r.StartDate != "2025-06-01T10:00:00+00:00" || *r.EndDate != "2026-06-01T10:00:00+00:00" || *r.Commitment != 146 || *r.State != "active" {
			t.Errorf("%s: got %+v", r.Service, r)
		}
	}
	want := []string{"Amazon EC2", "Amazon RDS", "Amazon ElastiCache", "Amazon OpenSearch Service", "Amazon Redshift"}
	if diff := cmp.Diff(want, services); diff != "" || result.PaidCalls != 5 {
		t.Errorf("%d paid calls (-want +got):\n%s", result.PaidCalls, diff)
	}
}

func TestDayNeedsFivePaidCallsWithCost(t *testing.T) { // D39
	b := bench(t)
	var reservations []simaws.Reservation
	for service, namespace := range namespaces {
		reservations = append(reservations, reservation(namespace, service, "us-east-1"))
	}
	hold(b, []simaws.Plan{plan("one")}, reservations...)
	result := b.Passed()
	measured := map[string]bool{}
	for _, r := range savings(t, result) {
		measured[r.Service] = r.UtilizationPercentage != nil
	}
	want := map[string]bool{
		"Amazon EC2": true, "Amazon RDS": true, "AWS Savings Plans": true,
		"Amazon ElastiCache": false, "Amazon OpenSearch Service": false, "Amazon Redshift": false,
	}
	if diff := cmp.Diff(want, measured); diff != "" || result.PaidCalls != 3 {
		t.Errorf("%d paid calls, figures (-want +got):\n%s", result.PaidCalls, diff)
	}
	if len(result.Messages) != 3 || !strings.Contains(result.Messages[0].Text, "raise paid_calls") {
		t.Errorf("messages %v, want one for each kind without figures", result.Messages)
	}
}

func TestServiceThatIsNotOfferedHasNoReservations(t *testing.T) {
	b := bench(t)
	hold(b, nil, reservation("a", ec2, "us-east-1"))
	b.Override(simaws.Answer{Service: "redshift", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(400, "UnsupportedOperation", "The requested service is not available in this region")
	}})
	if got := savings(t, b.Passed()); len(got) != 1 {
		t.Errorf("got %d commitments, want 1", len(got))
	}
}

func TestNoDataIsNotZero(t *testing.T) { // D37
	b := bench(t)
	hold(b, []simaws.Plan{plan("one")}, reservation("a", ec2, "us-east-1"))
	for name, failure := range map[string]error{
		"GetReservationUtilization":         simaws.Failure(400, "DataUnavailableException", "no data"),
		"GetSavingsPlansUtilizationDetails": simaws.Failure(400, "DataUnavailableException", "no data"),
	} {
		b.Override(simaws.Answer{Service: "ce", Operation: name, Give: func(simaws.Request) (any, error) { return nil, failure }})
	}
	result := b.Passed()
	got := savings(t, result)
	if len(got) != 2 || len(result.Messages) != 2 {
		t.Errorf("got %d elements and messages %v", len(got), result.Messages)
	}
	for _, c := range got {
		if c.UtilizationPercentage != nil || c.OnDemandCost != nil || c.ReservationCost != nil || c.NetSavings != nil || c.Date != nil {
			t.Errorf("got %+v, want nulls", c)
		}
	}
}

func TestDeniedIsNotZero(t *testing.T) { // D37
	b := bench(t)
	hold(b, nil, reservation("a", ec2, "us-east-1"))
	b.Fault(simaws.Fault{Service: "ce", Kind: simaws.Denied})
	result := b.Run()
	if result.Status != outcome.Warned || result.Reason != "denied ce:GetReservationUtilization" {
		t.Errorf("got %+v", result.Outcome)
	}
	if got := savings(t, result); len(got) != 1 || got[0].UtilizationPercentage != nil {
		t.Errorf("got %+v, want a reservation without figures", got)
	}
}

func TestZeroIsZero(t *testing.T) { // D37
	b := bench(t)
	hold(b, nil, reservation("a", ec2, "us-east-1"))
	b.Override(simaws.Answer{Service: "ce", Operation: "GetReservationUtilization", Give: func(simaws.Request) (any, error) {
		return map[string]any{"UtilizationsByTime": []any{map[string]any{
			"TimePeriod": map[string]string{"Start": "2026-03-10", "End": "2026-03-11"},
			"Groups": []any{map[string]any{
				"Key": "SUBSCRIPTION_ID", "Value": "4711", "Attributes": map[string]string{"leaseId": "a"},
				"Utilization": map[string]string{"UtilizationPercentage": "0", "OnDemandCostOfRIHoursUsed": "0", "TotalAmortizedFee": "7.125", "NetRISavings": "-7.125"},
			}},
		}}}, nil
	}})
	got := savings(t, b.Passed())[0]
	if *got.UtilizationPercentage != 0 || *got.OnDemandCost != 0 || *got.ReservationCost != 7.12 || *got.NetSavings != -7.12 {
		t.Errorf("got %v %v %v %v, want zeros that were measured, and ties rounded to even", *got.UtilizationPercentage, *got.OnDemandCost, *got.ReservationCost, *got.NetSavings)
	}
}

func TestCommitmentFillsItsMembers(t *testing.T) { // D38
	b := bench(t)
	upfront := reservation("all-upfront", ec2, "us-east-1")
	upfront.Hourly = 0
	hold(b, nil, upfront, reservation("instance", ec2, "us-east-1"), reservation("database", rds, "us-east-1"))
	got := savings(t, b.Passed())
	if len(got) != 3 {
		t.Fatalf("got %d reservations, want 3: one without a recurring charge hides none", len(got))
	}
	if r := got[0]; *r.RecurringCost != 0 || *r.Commitment != 0 || r.RecurringFrequency != nil {
		t.Errorf("paid upfront, got %+v", r)
	}
	for _, r := range got[1:] {
		if *r.RecurringCost != 0.05 || *r.RecurringFrequency != "Hourly" || *r.Commitment != 146 || *r.UpfrontCost != 876 {
			t.Errorf("%s: got charges %v %v %v %v", r.SubscriptionID, *r.RecurringCost, *r.RecurringFrequency, *r.Commitment, *r.UpfrontCost)
		}
		if *r.Region != "us-east-1" || *r.StartDate != "2025-06-01T10:00:00+00:00" || *r.EndDate != "2026-06-01T10:00:00+00:00" || *r.Description != "4x m6i.large Linux/UNIX" || *r.DurationSeconds != 365*24*3600 {
			t.Errorf("%s: got %s, %s to %s, %q", r.SubscriptionID, *r.Region, *r.StartDate, *r.EndDate, *r.Description)
		}
	}
}

func TestEveryRegionNeedsFewPaidCalls(t *testing.T) { // D39
	b := bench(t)
	var reservations []simaws.Reservation
	for i := range 90 {
		region := []string{"us-east-1", "eu-west-1", "eu-central-1"}[i%3]
		service := []string{ec2, rds}[i%2]
		reservations = append(reservations, reservation(fmt.Sprintf("r%d", i), service, region))
	}
	retired := reservation("retired", rds, "us-east-1")
	retired.State = "retired"
	var plans []simaws.Plan
	for i := range 100 {
		plans = append(plans, plan(fmt.Sprintf("p%d", i)))
	}
	hold(b, plans, append(reservations, retired)...)
	result := b.Passed()
	regions := map[string]int{}
	for _, c := range savings(t, result) {
		if c.Date == nil {
			t.Errorf("%s has no figures", c.SubscriptionID)
		}
		if c.ReservationType == snapshot.ReservedInstance {
			regions[*c.Region]++
		}
	}
	if diff := cmp.Diff(map[string]int{"us-east-1": 30, "eu-west-1": 30, "eu-central-1": 30}, regions); diff != "" {
		t.Errorf("active reservations (-want +got):\n%s", diff)
	}
	if result.PaidCalls != 3 {
		t.Errorf("got %d paid calls, want 3", result.PaidCalls)
	}
	b.ForgetCalls()
	hold(b, nil)
	if result := b.Passed(); result.PaidCalls != 0 || string(result.Content[section]) != "[]" {
		t.Errorf("without commitments got %d paid calls, %s", result.PaidCalls, result.Content[section])
	}
}

func TestFiguresOfEveryPageAreRead(t *testing.T) {
	b := bench(t)
	var databases []simaws.Reservation
	var plans []simaws.Plan
	for i := range 250 {
		databases, plans = append(databases, reservation(fmt.Sprintf("r%d", i), rds, "us-east-1")), append(plans, plan(fmt.Sprintf("p%d", i)))
	}
	hold(b, plans, databases...)
	got := savings(t, b.Passed())
	if len(got) != 500 || slices.ContainsFunc(got, func(c snapshot.CommitmentSaving) bool { return c.Date == nil }) {
		t.Errorf("got %d commitments, want 500 with figures", len(got))
	}
}

func TestOneRegionFailsAlone(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Region: "eu-west-1", Kind: simaws.Denied})
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 5 || result.Reason != "denied ec2:DescribeReservedInstances" {
		t.Errorf("got %+v", result.Outcome)
	}
	regions := map[string]bool{}
	for _, c := range savings(t, result) {
		if c.ReservationType == snapshot.ReservedInstance {
			regions[*c.Region] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"us-east-1": true, "eu-central-1": true}, regions); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
}

func TestExcludedRegionIsNoted(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Region: "eu-west-1", Kind: simaws.PolicyDenied}, simaws.Fault{Region: "eu-central-1", Kind: simaws.PolicyLacking})
	result := b.Passed()
	if m := result.Messages; len(m) == 0 || !m[0].Note || !strings.HasSuffix(m[0].Text, "in eu-central-1, eu-west-1") || len(savings(t, result)) == 0 {
		t.Errorf("messages %+v", m)
	}
	b.Fault(simaws.Fault{Kind: simaws.PolicyNamed})
	if result := b.Run(); result.Err != nil || result.Status != outcome.Excluded {
		t.Errorf("status %q, error %v with everything excluded", result.Status, result.Err)
	}
}

func TestOnlyCoveredRegionsAreAsked(t *testing.T) {
	b := bench(t)
	hold(b, nil, reservation("covered", ec2, "us-east-1"), reservation("not covered", ec2, "eu-west-1"))
	b.Request.Covered = []string{"us-east-1", "eu-central-1"}
	if got := savings(t, b.Passed()); len(got) != 1 || got[0].SubscriptionID != "covered" {
		t.Errorf("got %+v", got)
	}
}

func TestEverythingDeniedFailsTheSource(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	if err := b.Run().Err; fault.StatusOf(err) != outcome.Denied {
		t.Errorf("got %v", err)
	}
}

func TestNewAccountHasNoFiguresYet(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "ce", Kind: simaws.NoData})
	result := b.Passed()
	if m := result.Messages; len(m) < 3 || !m[0].Note || !strings.Contains(m[0].Text, "in the window yet") && !strings.Contains(m[0].Text, "left out") {
		t.Errorf("messages %+v", m)
	}
	for _, c := range savings(t, result) {
		if c.Date != nil {
			t.Errorf("got figures of %s", *c.Date)
		}
	}
}

// Cost Explorer has called one service by several names.
func TestReservationsAreFoundByEveryNameOfTheirService(t *testing.T) {
	b := bench(t)
	b.Request.Options.PaidCalls = 8
	var asked []string
	b.Override(simaws.Answer{Service: "ce", Operation: "GetReservationUtilization", Give: func(r simaws.Request) (any, error) {
		asked = append(asked, string(r.Input))
		return nil, simaws.ErrPassOn
	}})
	hold(b, nil, reservation("search", "Amazon OpenSearch Service", "us-east-1"))
	b.Passed()
	if len(asked) != 1 || !strings.Contains(asked[0], `["Amazon OpenSearch Service","Amazon Elasticsearch Service"]`) {
		t.Errorf("asked %s", asked)
	}
}

// Each day's figures are read once, when they have settled, with the requests of one day.
func TestSettledDayIsRead(t *testing.T) {
	paid := 0
	for settled, want := range map[int]string{0: "2026-03-09", 1: "2026-03-09", 2: "2026-03-08", 6: "2026-03-04"} {
		b := collecttest.New(t, rispsavings.Collector, simaws.Options{Volume: 0.2})
		b.Request.SettledDays = settled
		result := b.Passed()
		if paid == 0 {
			paid = result.PaidCalls
		}
		if result.PaidCalls != paid {
			t.Errorf("%d days before: %d paid requests, want %d", settled, result.PaidCalls, paid)
		}
		for _, c := range savings(t, result) {
			if c.Date != nil && *c.Date != want {
				t.Errorf("%d days before: got figures of %s, want %s", settled, *c.Date, want)
			}
		}
	}
}

// A backfilled day in the past is read itself; only the newest day is not to be had.
func TestPastDayHasItsOwnFigures(t *testing.T) {
	b := bench(t)
	b.Request.History, b.Request.Date = true, "2026-03-10"
	b.Request.Window = snapshot.WindowOf(snapshot.Daily, collecttest.Now.AddDate(0, 0, -1))
	for _, c := range savings(t, b.Passed()) {
		if *c.Date != "2026-03-09" || c.DateFrom != "2026-03-09" {
			t.Errorf("got date %s, window from %s", *c.Date, c.DateFrom)
		}
	}
}

func TestPaidCallsCanBeSwitchedOff(t *testing.T) {
	b := bench(t)
	b.Request.Options.NoPaidCalls = true
	result := b.Run()
	if result.Status != outcome.Passed || result.PaidCalls != 0 || !strings.Contains(result.Reason, "paid") {
		t.Errorf("got %+v", result.Outcome)
	}
	for _, c := range savings(t, result) {
		if c.UtilizationPercentage != nil {
			t.Errorf("got %+v, want no figures", c)
		}
	}
	b.Request.History = true
	if result := b.Run(); result.Status != outcome.Skipped {
		t.Errorf("of the past got %+v", result.Outcome)
	}
}

func TestPastDateHasOnlyCommitmentsUsedThen(t *testing.T) { // D25
	b := bench(t)
	ended := reservation("ended", ec2, "us-east-1")
	ended.Start, ended.State = bought.AddDate(-1, 3, 0), "retired" // until 1 September 2025
	later := reservation("later", ec2, "us-east-1")
	later.Start = collecttest.Now.AddDate(0, 0, -5)
	hold(b, nil, ended, later, reservation("then and now", ec2, "us-east-1"))
	b.Request.History, b.Request.Date = true, "2025-07-02"
	b.Request.Window = snapshot.WindowOf(snapshot.Daily, time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC))
	var ids []string
	for _, c := range savings(t, b.Passed()) {
		ids = append(ids, c.SubscriptionID)
		if *c.Date != "2025-07-01" || c.DateTo != "2025-07-02" {
			t.Errorf("got date %s, window end %s", *c.Date, c.DateTo)
		}
	}
	if diff := cmp.Diff([]string{"ended", "then and now"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWindowEndsToday(t *testing.T) { // D21
	b := bench(t)
	b.Request.Interval, b.Request.Options.PaidCalls = snapshot.Monthly, 8
	b.Request.Window = snapshot.WindowOf(snapshot.Monthly, collecttest.Now)
	for _, c := range savings(t, b.Passed()) {
		if c.DateFrom != "2026-03-01" || c.DateTo != "2026-04-01" || *c.Date != "2026-03-01" {
			t.Errorf("got window %s to %s, date %s", c.DateFrom, c.DateTo, *c.Date)
		}
	}
}
