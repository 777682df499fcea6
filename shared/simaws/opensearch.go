package simaws

import (
	"strings"

	"view360/shared/simaws/wire"
)

var openSearchService = service{
	name: "es", protocol: wire.RESTJSON{},
	operations: []operation{
		{name: "DescribeReservedInstances", route: "GET /2021-01-01/opensearch/reservedInstances", handle: handleInput(describeReservedSearchInstances)},
	},
}

type searchInput struct {
	MaxResults *number
	NextToken  string
}

func describeReservedSearchInstances(c *call, in searchInput) (any, error) {
	reserved := []object{}
	for _, r := range findReservationsOf(c.location, "es") {
		reserved = append(reserved, object{
			"ReservedInstanceId": r.ID, "ReservationName": "search", "InstanceType": r.InstanceType, "InstanceCount": r.Count, "State": r.State,
			"StartTime": Time{Time: r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD",
			"PaymentOption": strings.ToUpper(strings.ReplaceAll(r.OfferingType, " ", "_")), "RecurringCharges": toHourlyCharges(r),
		})
	}
	return answerPage(c, "ReservedInstances", reserved, "NextToken", in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
}
