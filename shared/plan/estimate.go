package plan

import "view360/shared/catalog"

// Estimate is what a plan asks for.
type Estimate struct {
	Snapshots int `json:"snapshots"` // of one account and date
	Regions   int `json:"regions"`   // snapshot objects: one for each account, date and region
	Services  int `json:"services"`  // collector runs
	// PaidRequests is how many Cost Explorer requests it takes at most, further pages of an answer aside.
	PaidRequests int `json:"paid_requests"`
	// PaidDollars is what AWS charges for them, US dollars.
	PaidDollars float64 `json:"paid_dollars"`
}

// requestsPerDollar: a Cost Explorer request costs 0.01 US dollars.
// Source: https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/
const requestsPerDollar = 100

func (e *Estimate) addEntry(s Entry) {
	e.Snapshots++
	e.Regions += len(s.Regions)
	for _, region := range s.Regions {
		e.Services += len(region.Sources)
		for _, planned := range region.Sources {
			e.PaidRequests += countPaidRequests(planned.Source, s)
		}
	}
	e.PaidDollars = float64(e.PaidRequests) / requestsPerDollar
}

// countPaidRequests is how many requests one run of a source takes at most.
func countPaidRequests(word string, s Entry) int {
	source, _ := catalog.FindByName(word)
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
