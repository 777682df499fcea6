package simaws

var _ = register(service{
	name:     "redshift",
	protocol: queryXML{items: map[string]string{"ReservedNodes": "ReservedNode", "RecurringCharges": "RecurringCharge"}},
	invalid:  "InvalidParameterValue", badToken: "InvalidParameterValue",
	operations: []operation{op("DescribeReservedNodes", describeReservedNodes)},
})

func describeReservedNodes(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range c.reservationsOf("redshift") {
		reserved = append(reserved, object{
			"ReservedNodeId": r.ID, "NodeType": r.InstanceType, "NodeCount": r.Count, "State": r.State, "StartTime": Time{r.Start},
			"Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD", "OfferingType": r.OfferingType,
			"ReservedNodeOfferingType": "Regular", "RecurringCharges": hourlyCharge(r),
		})
	}
	items, next, err := page(c, reserved, in.Marker, in.MaxRecords, rdsPages)
	if err != nil {
		return nil, err
	}
	return object{"ReservedNodes": items, "Marker": next}, nil
}
