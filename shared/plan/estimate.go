package plan

import "view360/shared/catalog"

// Estimate is the size and the cost of a plan.
type Estimate struct {
	Snapshots int `json:"snapshots"` // of one account and date
	Regions   int `json:"regions"`   // snapshot objects: one for each account, date and region
	Services  int `json:"services"`  // collector runs
	// PaidRequests is the maximum number of Cost Explorer requests, except for further pages of a response.
	PaidRequests int `json:"paid_requests"`
	// PaidDollars is the cost of PaidRequests, in US dollars.
	PaidDollars float64 `json:"paid_dollars"`
}

// requestsPerDollar follows from the price of a Cost Explorer request, 0.01 US dollars.
// Source: https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/
const requestsPerDollar = 100

// addEntry adds the size and the cost of one entry.
func (e *Estimate) addEntry(s Entry) {
	e.Snapshots++
	e.Regions += len(s.Regions)
	for _, region := range s.Regions {
		e.Services += len(region.Sources)
		for _, planned := range region.Sources {
			e.PaidRequests += countPaidRequests(planned.SourceName, s)
		}
	}
	e.PaidDollars = float64(e.PaidRequests) / requestsPerDollar
}

// countPaidRequests returns the maximum number of paid requests of one collector run.
func countPaidRequests(name string, s Entry) int {
	source, _ := catalog.FindByName(name)
	switch {
	case !source.Paid || s.Request.Options.NoPaidCalls:
		return 0
	case !source.CoversManyDays:
		return s.Request.Options.PaidCallsBeyondCost()
	case s.Request.History:
		return 1 // the past has no forecast
	default:
		return 2
	}
}
