package cost

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"view360/shared/snapshot"
)

// marketplaceEntity is the biller of AWS Marketplace products.
const marketplaceEntity = "AWS Marketplace"

// sumProducts returns the cost of each AWS Marketplace product in a window, the most expensive first.
func (b bill) sumProducts(window snapshot.Window) []*snapshot.MarketplaceProduct {
	found := map[string]*snapshot.MarketplaceProduct{}
	for _, l := range b.lines {
		if l.entity != marketplaceEntity || !window.Contains(l.start) || l.amount.Sign() == 0 {
			continue
		}
		p := found[l.service]
		if p == nil {
			p = &snapshot.MarketplaceProduct{
				ProductCode: l.service, ProductName: l.service, Dimension: "Usage", Currency: l.unit,
				PeriodStart: window.StartDate(), PeriodEnd: window.EndDate(), Status: "CONSUMED",
			}
			found[l.service] = p
		}
		p.CostConsumed = p.CostConsumed.Plus(l.amount)
		p.DailyCosts = append(p.DailyCosts, snapshot.MarketplaceCost{Date: l.start.Format(time.DateOnly), Cost: l.amount})
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *snapshot.MarketplaceProduct) int {
		return cmp.Or(b.CostConsumed.Cmp(a.CostConsumed), strings.Compare(a.ProductName, b.ProductName))
	})
}
