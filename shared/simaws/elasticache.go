package simaws

var _ = register(service{
	name:     "elasticache",
	protocol: queryXML{items: map[string]string{"ReservedCacheNodes": "ReservedCacheNode", "RecurringCharges": "RecurringCharge"}},
	invalid:  "InvalidParameterValue", badToken: "InvalidParameterValue",
	operations: []operation{op("DescribeReservedCacheNodes", describeReservedCacheNodes)},
})

func describeReservedCacheNodes(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range c.reservationsOf("elasticache") {
		reserved = append(reserved, object{
			"ReservedCacheNodeId": r.ID, "CacheNodeType": r.InstanceType, "CacheNodeCount": r.Count, "ProductDescription": r.Product, "State": r.State,
			"StartTime": Time{r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "OfferingType": r.OfferingType,
			"ReservationARN": r.ARN, "RecurringCharges": hourlyCharge(r),
		})
	}
	items, next, err := page(c, reserved, in.Marker, in.MaxRecords, rdsPages)
	if err != nil {
		return nil, err
	}
	return object{"ReservedCacheNodes": items, "Marker": next}, nil
}

// hourlyCharge is the list of a reservation's recurring charges, empty when all is paid upfront.
func hourlyCharge(r Reservation) []object {
	if r.Hourly == 0 {
		return []object{}
	}
	return []object{{"RecurringChargeAmount": r.Hourly, "RecurringChargeFrequency": "Hourly"}}
}
