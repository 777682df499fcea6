package simaws

import (
	"view360/shared/simaws/wire"
)

var redshiftService = service{
	name:     "redshift",
	protocol: wire.Query{Items: map[string]string{"ReservedNodes": "ReservedNode", "RecurringCharges": "RecurringCharge"}},
	codes:    wire.ErrorCodes{Invalid: "InvalidParameterValue", BadToken: "InvalidParameterValue"},
	operations: []operation{
		{name: "DescribeReservedNodes", handle: handleInput(describeReservedNodes)},
	},
}

func describeReservedNodes(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range findReservationsOf(c.location, "redshift") {
		reserved = append(reserved, object{
			"ReservedNodeId": r.ID, "NodeType": r.InstanceType, "NodeCount": r.Count, "State": r.State, "StartTime": Time{Time: r.Start},
			"Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD", "OfferingType": r.OfferingType,
			"ReservedNodeOfferingType": "Regular", "RecurringCharges": toHourlyCharges(r),
		})
	}
	return answerPage(c, "ReservedNodes", reserved, "Marker", in.Marker, in.MaxRecords, rdsPages)
}
