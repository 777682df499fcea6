package simaws

import (
	"view360/shared/simaws/wire"
)

var elastiCacheService = service{
	name:     "elasticache",
	protocol: wire.Query{Items: map[string]string{"ReservedCacheNodes": "ReservedCacheNode", "RecurringCharges": "RecurringCharge"}},
	codes:    wire.ErrorCodes{Invalid: "InvalidParameterValue", BadToken: "InvalidParameterValue"},
	operations: []operation{
		{name: "DescribeReservedCacheNodes", handle: handleInput(describeReservedCacheNodes)},
	},
}

func describeReservedCacheNodes(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range findReservationsOf(c.location, "elasticache") {
		reserved = append(reserved, object{
			"ReservedCacheNodeId": r.ID, "CacheNodeType": r.InstanceType, "CacheNodeCount": r.Count, "ProductDescription": r.Product, "State": r.State,
			"StartTime": Time{Time: r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "OfferingType": r.OfferingType,
			"ReservationARN": r.ARN, "RecurringCharges": toHourlyCharges(r),
		})
	}
	return answerPage(c, "ReservedCacheNodes", reserved, "Marker", in.Marker, in.MaxRecords, rdsPages)
}

// toHourlyCharges returns a reservation's recurring charges, an empty list if all is paid upfront.
func toHourlyCharges(r Reservation) []object {
	if r.Hourly == 0 {
		return []object{}
	}
	return []object{{"RecurringChargeAmount": r.Hourly, "RecurringChargeFrequency": "Hourly"}}
}
