package simaws

// listFailures returns the faults of an organization with failures: regions closed by a policy, a role without a
// permission, a busy service, a broken one.
func (o *Organization) listFailures() []Fault {
	var faults []Fault
	for _, a := range o.accounts {
		for _, region := range a.ClosedRegions {
			faults = append(faults, Fault{Account: a.ID, Region: region, Kind: PolicyDenied})
		}
		switch a.Character {
		case Production:
			faults = append(faults,
				Fault{Account: a.ID, Service: "ssm", Kind: Throttled, Rate: 0.1},
				Fault{Account: a.ID, Service: "config", Operation: "GetComplianceDetailsByConfigRule", Kind: Throttled, Rate: 0.05},
				Fault{Account: a.ID, Service: "cloudtrail", Operation: "LookupEvents", Kind: Throttled, Rate: 0.2})
		case Data:
			faults = append(faults,
				Fault{Account: a.ID, Service: "kms", Operation: "ListKeys", Kind: Denied},
				Fault{Account: a.ID, Service: "guardduty", Region: a.Regions[len(a.Regions)-1], Kind: ServerError})
		case Sandbox:
			faults = append(faults, Fault{Account: a.ID, Service: "ce", Operation: "GetCostForecast", Kind: Denied})
		}
	}
	return faults
}
