package plan

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
)

// buildLargeEntry returns an entry of an account with so many regions, each with all sources under long names.
func buildLargeEntry(account string, regions int) Entry {
	s := Entry{Request: collect.Input{Account: account, Date: "2026-03-11"}}
	for r := range regions {
		region := Region{Region: fmt.Sprint("eu-test-", r)}
		for n := range 26 {
			region.Sources = append(region.Sources, PlannedSource{SourceName: fmt.Sprint("source", n), Function: "arn:aws:lambda:eu-west-1:111122223333:function:" + strings.Repeat("f", 64)})
		}
		s.Regions = append(s.Regions, region)
	}
	return s
}

// What Step Functions could not read is refused when it is planned, and all regions of AWS are not.
func TestListThatNoMapCouldReadIsRefused(t *testing.T) {
	var size listSize
	if err := size.addEntry(buildLargeEntry("111122223333", 34)); err != nil {
		t.Errorf("34 regions: %v", err)
	}
	err := size.addEntry(buildLargeEntry("444455556666", 100))
	if fault.StatusOf(err) != outcome.Invalid || !strings.Contains(err.Error(), "account 444455556666 has 100 regions") || !strings.Contains(err.Error(), "split the regions") {
		t.Errorf("100 regions: %v", err)
	}
	size, err = listSize{}, nil
	entry, entries := buildLargeEntry("111122223333", 34), 0
	for ; err == nil && entries < 1_000_000; entries++ {
		err = size.addEntry(entry)
	}
	if fault.StatusOf(err) != outcome.Invalid || !strings.Contains(err.Error(), "more than the 10 GiB of one execution: split the accounts or the dates") {
		t.Errorf("%d entries: %v", entries, err)
	}
	t.Logf("%d entries of %d KiB fit", entries-1, size.entry>>10)
}
