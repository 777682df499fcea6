package simaws

import "strings"

var _ = register(service{
	name: "es", protocol: restJSON{},
	operations: []operation{op("DescribeReservedInstances", describeReservedSearchInstances).at("GET /2021-01-01/opensearch/reservedInstances")},
})

type searchInput struct {
	MaxResults *number
	NextToken  string
}

func describeReservedSearchInstances(c *call, in searchInput) (any, error) {
	reserved := []object{}
	for _, r := range c.reservationsOf("es") {
		reserved = append(reserved, object{
			"ReservedInstanceId": r.ID, "ReservationName": "search", "InstanceType": r.InstanceType, "InstanceCount": r.Count, "State": r.State,
			"StartTime": Time{r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD",
			"PaymentOption": strings.ToUpper(strings.ReplaceAll(r.OfferingType, " ", "_")), "RecurringCharges": hourlyCharge(r),
		})
	}
	items, next, err := page(c, reserved, in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"ReservedInstances": items, "NextToken": next}, nil
}
