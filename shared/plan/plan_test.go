package plan_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/plan"
	"view360/shared/s3disk"
)

// organization is a directory of three accounts; the second is enabled in one region only, the third cannot be read.
type organization struct{}

func (organization) ListAccounts(context.Context) (map[string]plan.Member, error) {
	active := plan.Member{State: "ACTIVE"}
	return map[string]plan.Member{"111111111111": active, "222222222222": active, "333333333333": active}, nil
}
func (organization) ListAccountsIn(context.Context, string) ([]string, error)    { return nil, nil }
func (organization) ListTags(context.Context, string) (map[string]string, error) { return nil, nil }
func (organization) FindCaller(context.Context) (string, error)                  { return "111111111111", nil }
func (organization) ListRegions(_ context.Context, account string, _ *collect.Role) ([]string, error) {
	switch account {
	case "111111111111":
		return []string{"eu-west-1", "us-east-1"}, nil
	case "222222222222":
		return []string{"eu-west-1"}, nil
	default:
		return nil, errors.New("the role cannot be assumed")
	}
}

var noon = time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)

func settings() plan.Settings {
	functions := map[string]string{}
	for _, name := range catalog.Names() {
		functions[name] = "collect-" + name
	}
	return plan.Settings{Organization: true, RoleName: "View360", ExternalID: "x", HomeRegion: "us-east-1", Functions: functions, Concurrency: 5}
}

func planned(t *testing.T, settings plan.Settings, request string) (plan.Plan, []plan.Entry, error) {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	handler := plan.Handler{Settings: settings, Directory: organization{}, Staging: store}
	out, err := handler.Handle(t.Context(), plan.Input{Request: json.RawMessage(request), Run: "run-1", Started: noon})
	if err != nil {
		return out, nil, err
	}
	var list []plan.Entry
	if err := store.GetJSON(t.Context(), out.Key, &list); err != nil {
		t.Fatal(err)
	}
	return out, list, nil
}

// outline is a plan in words: account date region(services).
func outline(list []plan.Entry) []string {
	var lines []string
	for _, s := range list {
		for _, r := range s.Regions {
			var words []string
			for _, service := range r.Sources {
				words = append(words, service.SourceName)
			}
			home := ""
			if r.Home {
				home = " home"
			}
			lines = append(lines, fmt.Sprintf("%s %s %s%s %s", s.Request.Account[:3], s.Request.Date, r.Region, home, strings.Join(words, ",")))
		}
	}
	return lines
}

func TestRequestFiltersThePlan(t *testing.T) {
	tests := []struct {
		name, request string
		want          []string
	}{
		{"a scheduled event asks for today", `{"source":"aws.events","time":"2026-03-11T01:00:00Z","services":["cost","kms"]}`, []string{
			"111 2026-03-11 eu-west-1 kms", "111 2026-03-11 us-east-1 home cost,kms",
			"222 2026-03-11 eu-west-1 home cost,kms", "333 2026-03-11 us-east-1 home cost,kms"}},
		{"one account and region", `{"accounts":["111111111111"],"regions":["eu-west-1"],"services":["cost","kms"]}`, []string{
			"111 2026-03-11 eu-west-1 kms"}},
		{"by the sections that are filled", `{"accounts":["222222222222"],"services":["marketplace","cost","security.kms"]}`, []string{
			"222 2026-03-11 eu-west-1 home cost,kms"}},
		{"day-month-year", `{"date":"9-3-2026","accounts":["222222222222"],"services":["guardduty"]}`, []string{
			"222 2026-03-09 eu-west-1 home guardduty"}},
		{"monthly is named by the last day", `{"interval":"MONTHLY","date":"2026-03-11","accounts":["222222222222"],"services":["cost"]}`, []string{
			"222 2026-03-31 eu-west-1 home cost"}},
		{"days only come from daily runs", `{"interval":"MONTHLY","date":"2026-03-11","accounts":["222222222222"],"services":["cost","rispsavings"]}`, []string{
			"222 2026-03-31 eu-west-1 home cost"}},
		{"a backfill leaves out what only knows the present", `{"history":"True","start":"06-03-2026","end":"7-3-2026","accounts":["222222222222"],"services":["kms","cost"]}`, []string{ // D25
			"222 2026-03-07 eu-west-1 home cost"}}, // and the day before with the same request
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, list, err := planned(t, settings(), test.request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, outline(list)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanCoversTheOrganization(t *testing.T) {
	out, list, err := planned(t, settings(), `{}`)
	if err != nil {
		t.Fatal(err)
	}
	if out.Snapshots != 3 || len(list) != 3 || out.Concurrency != 5 {
		t.Errorf("planned %+v with %d elements, want 3 snapshots at concurrency 5", out, len(list))
	}
	role := list[1].Request.Role
	if role == nil || role.ARN != "arn:aws:iam::222222222222:role/View360" || role.ExternalID != "x" {
		t.Errorf("role of the second account is %+v", role)
	}
}

func TestHomeRegionDoesNotMoveWithTheRequest(t *testing.T) {
	_, list, err := planned(t, settings(), `{"accounts":["111111111111"],"regions":["eu-west-1"]}`)
	if err != nil {
		t.Fatal(err)
	}
	if list[0].HomeRegion != "us-east-1" || list[0].Regions[0].Home {
		t.Errorf("a run narrowed to eu-west-1 has home %s: account-wide sections would appear twice", list[0].HomeRegion)
	}
}

func TestInvalidRequestIsRefusedWithItsReason(t *testing.T) {
	tests := []struct{ name, request, want string }{
		{"a date that is none", `{"date":"2026-13-01"}`, `date "2026-13-01" is not a date: write 2026-03-11 or 11-3-2026`}, // D28
		{"a start that is none", `{"history":true,"start":"03/06/2026"}`, `start "03/06/2026" is not a date`},              // D28
		{"a date in the future", `{"date":"2099-01-01"}`, "date 2099-01-01 is after today"},
		{"an end in the future", `{"history":true,"start":"1-3-2026","end":"1-1-2099"}`, "end 2099-01-01 is after today"},
		{"a time in the future", `{"time":"2026-03-11T12:02:00Z"}`, "time 2026-03-11T12:02:00Z is after the start of the run, 2026-03-11T12:00:00Z"},
		{"start after end", `{"history":true,"start":"7-3-2026","end":"6-3-2026"}`, "start 2026-03-07 is after end 2026-03-06"},
		{"a range of decades", `{"history":true,"start":"1-1-1926","end":"6-3-2026"}`, "split the range"},
		{"an interval", `{"interval":"HOURLY"}`, "use DAILY, WEEKLY, MONTHLY or YEARLY"},
		{"a monthly backfill", `{"interval":"MONTHLY","history":true}`, "leave interval MONTHLY out"},
		{"a service", `{"services":["gardduty"]}`, `service "gardduty" is unknown: use one of account, cost`},
		{"an account", `{"accounts":["12"]}`, `account "12" is not 12 digits`},
		{"an account of somebody else", `{"accounts":["999999999999"]}`, "account 999999999999 is not one of the 3 accounts"},
		{"a region", `{"regions":["europe"]}`, `region "europe" is not a region name`},
		{"a region that is not enabled", `{"regions":["ap-east-1"]}`, "region ap-east-1 is not enabled"},
		{"a mode", `{"config_mode":"full"}`, "use delta or all"},
		{"history in words", `{"history":"yes"}`, "use true or false"},
		{"no object", `[]`, "reading the execution's input"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := planned(t, settings(), test.request)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if fault.StatusOf(err) != outcome.Invalid {
				t.Errorf("class %s, want invalid", fault.StatusOf(err))
			}
		})
	}
}

func TestAccountIsNotARegionalSource(t *testing.T) {
	_, list, err := planned(t, settings(), `{}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range outline(list) {
		if slices.Contains(strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' }), "account") {
			t.Errorf("%s: the account function runs once, before the regions", line)
		}
	}
	if list[0].Account != "collect-account" {
		t.Errorf("account function %q", list[0].Account)
	}
}

// refusing is a directory in which a request fails.
type refusing struct {
	plan.Directory
	err error
}

func (r refusing) ListRegions(context.Context, string, *collect.Role) ([]string, error) {
	return nil, r.err
}

// An answer that may come later makes the plan wait; another one leaves the regions that the run before knew.
func TestRegionsThatCannotBeListedAreNotForgotten(t *testing.T) {
	r := newRun(t, settings())
	r.handler.Settings.Organization, r.handler.Settings.Regions = true, nil
	known := outline(r.plan(`{"services":["kms"]}`))
	r.plan(`{}`) // covers everything, and so writes the roster
	directory := r.handler.Directory
	r.handler.Directory = refusing{directory, fault.New(outcome.Throttled, "slow down")}
	_, err := r.handler.Handle(t.Context(), plan.Input{Request: json.RawMessage(`{}`), Run: "throttled", Started: noon})
	if fault.StatusOf(err) != outcome.Throttled || !strings.Contains(fmt.Sprint(err), "listing the regions of account") {
		t.Errorf("throttled: got %v", err)
	}
	r.handler.Directory = refusing{directory, fault.New(outcome.Denied, "no")}
	if diff := cmp.Diff(known, outline(r.plan(`{"services":["kms"]}`))); diff != "" {
		t.Errorf("denied (-before +now):\n%s", diff)
	}
}
