package test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collecttest"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

var update = flag.Lookup("update") // of package collecttest

const today = "2026-03-11"

// TestSnapshotsFollowTheContract checks the contract's rules for snapshots, one by one, on one run over the whole
// organization. TestSectionsFollowTheContract checks the rules for single sections.
func TestSnapshotsFollowTheContract(t *testing.T) {
	c := newCollection(t, setting{organization: simaws.Options{Volume: 0.1}})
	if ended := c.run("daily", map[string]any{}); ended.Status != "SUCCEEDED" {
		t.Fatalf("by default nothing fails, but the run ended with %s: %s", ended.Error, ended.Cause)
	}
	all := c.readSnapshots()

	t.Run("name and window", func(t *testing.T) { // D24
		for key, p := range all {
			window := p.Meta.Window
			if !strings.HasSuffix(key, "/"+window.EndDate()+"_DAILY.json") || !window.Start.AddDate(0, 0, 1).Equal(window.End) {
				t.Errorf("%s covers %s to %s", key, window.StartDate(), window.EndDate())
			}
		}
		var cost struct{ Period snapshot.CostPeriod }
		c.decode([]byte(c.readSnapshot(collecttest.Production, "us-east-1", today).Sections["cost"]), &cost)
		if cost.Period.Start != "2026-03-10" || cost.Period.End != today {
			t.Errorf("the cost is of %+v", cost.Period)
		}
	})
	t.Run("all 17 keys, lists are arrays", func(t *testing.T) { checkKeys(t, c, slices.Collect(maps.Keys(all))) })
	t.Run("times", func(t *testing.T) {
		text := c.readSnapshot(collecttest.Production, "us-east-1", today).Sections["security.kms"]
		times := regexp.MustCompile(`"creation_date":"([^"]*)"`).FindAllStringSubmatch(text, -1)
		form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$`)
		for _, at := range times {
			if !form.MatchString(at[1]) || strings.Contains(at[1], ".000000") {
				t.Errorf("%s is not as the contract has times", at[1])
			}
		}
		if len(times) == 0 {
			t.Error("no key has a time")
		}
	})
	t.Run("the text None for labels that are not set", func(t *testing.T) {
		var account map[string]any
		c.decode([]byte(c.readSnapshot(collecttest.Production, "us-east-1", today).Sections["account"]), &account)
		for _, label := range []string{"partner_name", "customer_name", "category", "account_type", "product"} {
			if account[label] != "None" {
				t.Errorf("%s is %v", label, account[label])
			}
		}
	})
	t.Run("cost in exactly one snapshot for an account and day", func(t *testing.T) {
		homes := map[string]int{}
		for _, p := range all {
			if cost := p.Sections["cost"]; cost != "{}" {
				homes[p.Meta.Account+p.Meta.Date]++
			}
		}
		for _, account := range c.Accounts() {
			if homes[account.ID+today] != 1 {
				t.Errorf("%s has cost in %d snapshots of a day", account.Name, homes[account.ID+today])
			}
		}
	})
	t.Run("every section has data, every kind of not applicable is there", func(t *testing.T) { checkComplete(t, all) })
	t.Run("nothing is called to probe", func(t *testing.T) { checkDeclared(t, c.listCalled()) }) // D2
	t.Run("sources without a snapshot before are collected", func(t *testing.T) {                // D9
		home := c.readSnapshot(collecttest.Production, "us-east-1", today)
		for _, path := range []string{"marketplace", "application", "iam"} {
			if len(home.Sections[path]) < 10 {
				t.Errorf("%s is %s", path, home.Sections[path])
			}
		}
	})
	t.Run("what was not collected does not pass", func(t *testing.T) { // D10
		away := c.readSnapshot(collecttest.Production, "eu-west-1", today)
		if got := away.Logs.Statuses["trusted_advisor_status"]; got != "Skipped" {
			t.Errorf("trusted_advisor_status away from home is %s", got)
		}
	})
	t.Run("every enabled region has its snapshot, account-wide sections are at home", func(t *testing.T) { // D11, D12
		for _, account := range c.Accounts() {
			for _, region := range account.Regions {
				p, there := all["data/"+account.ID+"/"+region+"/"+today+"_DAILY.json"]
				if !there {
					t.Errorf("%s has no snapshot of %s", account.Name, region)
				}
				for _, path := range []string{"service", "ri_sp_savings", "marketplace", "trusted_advisor", "support_tickets", "health"} {
					if !p.Meta.Home && p.Sections[path] != "[]" {
						t.Errorf("%s of %s has %s, which belongs to the home region", region, account.Name, path)
					}
				}
			}
		}
	})
	t.Run("a snapshot says what it is", func(t *testing.T) { // D22, D26, D29, D30
		for key, p := range all {
			m := p.Meta
			if m.SchemaVersion != snapshot.SchemaVersion || m.Run != "daily" || m.Interval != snapshot.Daily || m.Date != m.Window.EndDate() || m.Date == today && !m.CollectedAt.Equal(collecttest.Now) {
				t.Errorf("%s says %+v", key, m)
			}
		}
	})
}

// readSnapshots returns all published snapshots, by key.
func (c *collection) readSnapshots() map[string]published {
	c.Helper()
	all := map[string]published{}
	err := c.store.List(c.Context(), snapshot.DataPrefix, func(v object.Version) error {
		parts := strings.Split(v.Key, "/")
		date, _, _ := strings.Cut(parts[3], "_")
		all[v.Key] = c.readSnapshot(parts[1], parts[2], date)
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
	return all
}

func checkKeys(t *testing.T, c *collection, keys []string) {
	t.Helper()
	for _, key := range keys {
		var document map[string]json.RawMessage
		if err := c.store.GetJSON(t.Context(), key, &document); err != nil {
			t.Fatal(err)
		}
		for _, section := range snapshot.Sections {
			text, want := string(document[section.Key]), "["
			if section.Object {
				want = "{"
			}
			if !strings.HasPrefix(text, want) {
				t.Errorf("%s: %s is %.50s", key, section.Key, text)
			}
		}
	}
}

// checkComplete asks of the demonstration that a user sees everything once.
func checkComplete(t *testing.T, all map[string]published) {
	t.Helper()
	statuses := map[outcome.Status]bool{}
	filled := map[string]bool{}
	for key, p := range all {
		for name, service := range p.Meta.Services {
			statuses[service.Status] = true
			if service.Status.NeedsAction() {
				t.Errorf("%s: %s is %q: %s", key, name, service.Status, service.Reason)
			}
		}
		for path, text := range p.Sections {
			filled[path] = filled[path] || text != "[]" && text != "{}"
		}
	}
	for _, source := range catalog.Sources {
		for _, path := range source.Sections {
			if !filled[path] {
				t.Errorf("%s is empty everywhere", path)
			}
		}
	}
	for _, status := range []outcome.Status{outcome.Passed, outcome.Skipped, outcome.NotEnabled, outcome.NotSubscribed, outcome.NotAvailable} {
		if !statuses[status] {
			t.Errorf("nothing is %q", status)
		}
	}
}

// checkDeclared fails the test where a run calls more than collectors and the plan may.
func checkDeclared(t *testing.T, called []string) {
	t.Helper()
	may := []string{"account:ListRegions", "organizations:ListAccounts", "organizations:DescribeAccount", "organizations:ListTagsForResource", "sts:AssumeRole", "sts:GetCallerIdentity"}
	for _, source := range catalog.Sources {
		may = append(may, listOperations(source)...)
	}
	for _, operation := range called {
		if !slices.Contains(may, operation) {
			t.Errorf("%s is called and nowhere declared", operation)
		}
	}
}

func TestBackfillPublishesTheRequestedDates(t *testing.T) {
	for _, of := range []struct {
		name, start, end string
		want             []string
	}{
		{"both dates and none else", "06-03-2026", "07-03-2026", []string{"2026-03-06", "2026-03-07"}},
		{"dates may be written as ISO", "2026-03-06", "2026-03-06", []string{"2026-03-06"}},
		{"the start after the end is refused", "08-03-2026", "07-03-2026", nil},
	} {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
			c.run("history", map[string]any{"history": true, "start": of.start, "end": of.end, "regions": []string{"us-east-1"}, "services": []string{"guardduty"}})
			var dates []string
			for _, p := range c.readSnapshots() {
				dates = append(dates, p.Meta.Date)
			}
			slices.Sort(dates)
			if diff := cmp.Diff(of.want, dates); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A denied source loses its own section and nothing else.
func TestDeniedSourceLosesOnlyItsOwnSection(t *testing.T) {
	options := fullOrganization()
	options.Volume = 0.03
	calm := newCollection(t, setting{account: collecttest.Production, organization: options})
	calm.run("calm", map[string]any{"regions": []string{"us-east-1"}})
	want := calm.readSnapshot(collecttest.Production, "us-east-1", today)
	for _, name := range []string{"kms", "securityhub", "cost", "config", "trustedadvisor"} {
		t.Run(name, func(t *testing.T) { // D1, D6
			t.Parallel()
			source, _ := catalog.FindByName(name)
			c := newCollection(t, setting{account: collecttest.Production, organization: options})
			for _, operation := range listOperations(source) {
				service, name, _ := strings.Cut(operation, ":")
				c.Fault(simaws.Fault{Service: service, Operation: name, Kind: simaws.Denied})
			}
			if ended := c.run("denied", map[string]any{"regions": []string{"us-east-1"}}); ended.Error != "View360.PartialSnapshot" {
				t.Errorf("ended with %s %s", ended.Status, ended.Error)
			}
			got := c.readSnapshot(collecttest.Production, "us-east-1", today)
			for path, text := range want.Sections {
				own := slices.Contains(source.Sections, path)
				if empty := got.Sections[path] == "[]" || got.Sections[path] == "{}"; own && !empty || !own && got.Sections[path] != text {
					t.Errorf("%s is %.200s", path, got.Sections[path])
				}
			}
			key, _, _ := strings.Cut(source.Sections[0], ".")
			if status := got.Logs.Statuses[key+"_status"]; status != "Fail" {
				t.Errorf("%s_status is %s", key, status)
			}
			count := 0
			for _, message := range got.Logs.Messages {
				count += strings.Count(message, "denied: ")
			}
			if count != 1 {
				t.Errorf("%d messages of a denial, want one: %v", count, got.Logs.Messages)
			}
		})
	}
}

// TestSnapshotsMatchTheGoldenFiles keeps a whole snapshot of each character of account.
func TestSnapshotsMatchTheGoldenFiles(t *testing.T) {
	c := newCollection(t, setting{organization: simaws.Options{Volume: 0.01}})
	for _, region := range []string{"eu-west-1", "eu-central-1"} { // a service control policy closes two regions
		c.Fault(simaws.Fault{Account: collecttest.Staging, Region: region, Kind: simaws.PolicyDenied})
	}
	c.run("golden", map[string]any{"accounts": []string{collecttest.Production, collecttest.Staging, collecttest.Sandbox}})
	for name, place := range map[string][2]string{
		"production": {collecttest.Production, "us-east-1"}, "sandbox-without-security-hub": {collecttest.Sandbox, "us-east-1"},
		"staging-without-support": {collecttest.Staging, "us-east-1"}, "staging-denied-region": {collecttest.Staging, "eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			var document map[string]any
			key := "data/" + place[0] + "/" + place[1] + "/" + today + "_DAILY.json"
			if err := c.store.GetJSON(t.Context(), key, &document); err != nil {
				t.Fatal(err)
			}
			forgetMeasures(document)
			checkGolden(t, "testdata/"+name+".golden.json", document)
		})
	}
}

// forgetMeasures removes the members that differ from run to run.
func forgetMeasures(document map[string]any) {
	meta, _ := document["meta"].(map[string]any)
	services, _ := meta["services"].(map[string]any)
	for _, service := range services {
		measures, _ := service.(map[string]any)
		for _, measure := range []string{"duration_ms", "calls", "throttles"} {
			delete(measures, measure)
		}
	}
}

func checkGolden(t *testing.T, file string, value any) {
	t.Helper()
	got, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if update.Value.String() == "true" {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), string(append(got, '\n'))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
