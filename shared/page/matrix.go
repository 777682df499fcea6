package page

import (
	"cmp"
	"slices"
	"time"

	"view360/shared/outcome"
)

// buildMatrix builds the matrix of the entries, accounts with most failures first.
func (c *coveragePage) buildMatrix(found []coverageEntry, now time.Time) {
	cells := map[string]map[string][]coverageEntry{} // by account and service
	names, totals := map[string]string{}, map[outcome.Status]int64{}
	for _, o := range found {
		if cells[o.Account] == nil {
			cells[o.Account] = map[string][]coverageEntry{}
		}
		cells[o.Account][o.Service] = append(cells[o.Account][o.Service], o)
		names[o.Account] = o.Name
		totals[o.Status]++
		if !slices.Contains(c.Services, o.Service) {
			c.Services = append(c.Services, o.Service)
		}
	}
	slices.SortFunc(c.Services, compareSources)
	for account, entries := range cells {
		row := coverageRow{Account: account, Name: names[account]}
		for _, service := range c.Services {
			row.Cells = append(row.Cells, newCell(entries[service], now))
		}
		c.Rows = append(c.Rows, row)
	}
	slices.SortFunc(c.Rows, func(a, b coverageRow) int {
		return cmp.Or(b.countFailures()-a.countFailures(), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
	})
	for _, info := range outcome.Infos {
		if totals[info.Status] > 0 {
			c.Totals = append(c.Totals, statusTotal{coverageEntry{Status: info.Status}, totals[info.Status]})
		}
	}
}

func (r coverageRow) countFailures() (n int) {
	for _, c := range r.Cells {
		if c.Status.IsFailure() {
			n++
		}
	}
	return n
}

// newCell returns the outcome of the most urgent region and its age.
func newCell(regions []coverageEntry, now time.Time) coverageCell {
	if len(regions) == 0 {
		return coverageCell{}
	}
	c := coverageCell{coverageEntry: slices.MinFunc(regions, compareUrgency)}
	for _, o := range regions {
		if o.Status != outcome.Skipped { // account-wide sources are read in one region
			c.Regions++
		}
		if o.Status == c.Status {
			c.Like++
		}
	}
	c.Age = "never"
	if c.SuccessAt != nil {
		c.Age = formatAge(now.Sub(*c.SuccessAt))
	}
	if c.Status.IsNotApplicable() && !c.Status.NeedsAction() {
		c.Age = formatAge(now.Sub(c.RunAt))
	}
	return c
}
