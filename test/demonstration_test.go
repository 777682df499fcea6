package test

import (
	"testing"

	"view360/shared/collect"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// TestDemonstrationShowsEverything collects and loads the organization of the demonstration, on a day that does not
// change: every section and every table has something, every kind of not applicable is there, and nothing fails.
func TestDemonstrationShowsEverything(t *testing.T) {
	t.Parallel()
	c := newCollection(t, setting{
		organization: simaws.Options{Seed: 360}, tags: collect.Tenancy{Environment: "environment", Product: "product"},
	})
	if ended := c.run("daily", map[string]any{}); ended.Status != "SUCCEEDED" {
		t.Fatalf("by default nothing fails, but the run ended with %s: %s", ended.Error, ended.Cause)
	}
	checkComplete(t, c.readSnapshots())
	p := newPipeline(t)
	p.store = c.store
	if ended := p.loadAll(t.Context(), "load"); !allSucceeded(ended) {
		t.Fatalf("load ended with %v", ended)
	}
	tables := queryTexts(t, p.pool, "select tablename::text from pg_tables where schemaname = 'public'")
	if len(tables) == 0 {
		t.Fatal("no table")
	}
	for _, table := range tables {
		if queryTexts(t, p.pool, "select count(*)::text from "+table)[0] == "0" {
			t.Errorf("nothing is in %s", table)
		}
	}
}

func TestPaidCallsSwitchedOffNeedNoAction(t *testing.T) {
	options := fullOrganization()
	options.Volume = 0.03
	c := newCollection(t, setting{account: collecttest.Production, organization: options, options: collect.Options{NoPaidCalls: true}})
	if ended := c.run("unpaid", map[string]any{"regions": []string{"us-east-1"}}); ended.Status != "SUCCEEDED" {
		t.Fatalf("ended with %s: %s", ended.Error, ended.Cause)
	}
	services := c.readSnapshot(collecttest.Production, "us-east-1", today).Meta.Services
	if cost := services["cost"]; cost.Status != outcome.Skipped || cost.Reason == "" || cost.PaidCalls+services["rispsavings"].PaidCalls != 0 {
		t.Errorf("cost is %+v", cost)
	}
}
