package test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"view360/shared/catalog"
	"view360/shared/collecttest"
	"view360/shared/simaws"
)

// latency is that of every call.
const latency = 50 * time.Millisecond

// BenchmarkCollectLatency collects one account and region with all sources side by side, as the machine does, and
// compares the time with the longest chain of calls that waited for each other: the plan's, the account's and those of
// the source that has most. What exceeds the chain is not waiting for AWS.
func BenchmarkCollectLatency(b *testing.B) {
	options := fullOrganization()
	options.Latency = latency
	for b.Loop() {
		c := newCollection(b, setting{account: collecttest.Production, organization: options})
		started := time.Now()
		c.run("all", map[string]any{"regions": []string{"us-east-1"}})
		whole := time.Since(started)
		longest, table := sumChains(c.Calls())
		b.Log(table)
		b.ReportMetric(whole.Seconds(), "s/region")
		b.ReportMetric(longest.Seconds(), "s/chain")
		b.ReportMetric(whole.Seconds()/longest.Seconds(), "times")
	}
}

// sumChains returns the longest chain of a run, and the table of all.
func sumChains(calls []simaws.Call) (longest time.Duration, table string) {
	first, table := sumChain(calls, []string{"sts:GetCallerIdentity", "account:ListRegions"}), "calls that waited for each other"
	for _, source := range catalog.Sources {
		own := sumChain(calls, listOperations(source))
		table += fmt.Sprintf("\n%20s %8s", source.Name, own.Round(time.Millisecond))
		if source.Placement == catalog.Account {
			first += own
			continue
		}
		longest = max(longest, own)
	}
	return first + longest, table
}

// sumChain returns the total time of the longest sequence of these operations' calls that do not overlap.
func sumChain(calls []simaws.Call, operations []string) (total time.Duration) {
	own := slices.DeleteFunc(slices.Clone(calls), func(c simaws.Call) bool {
		return !slices.Contains(operations, strings.Join([]string{c.Service, c.Operation}, ":"))
	})
	end := func(c simaws.Call) time.Time { return c.Time.Add(c.Duration) }
	slices.SortFunc(own, func(a, b simaws.Call) int { return cmp.Compare(end(a).UnixNano(), end(b).UnixNano()) })
	var ended time.Time
	for _, c := range own {
		if !c.Time.Before(ended) {
			total, ended = total+c.Duration, end(c)
		}
	}
	return total
}
