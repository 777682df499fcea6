package simaws

import "slices"

// ListDenied returns the IAM actions, such as kms:ListKeys, that a fault denies in an account for want of a permission.
func (o *Organization) ListDenied(account string) []string { return o.faults.listDenied(account) }

// Grant removes the faults that deny the actions in an account for want of a permission.
func (o *Organization) Grant(account string, actions []string) {
	o.faults.remove(func(f Fault) bool {
		return f.isMissingPermission(account) && slices.Contains(actions, f.action())
	})
}

// EndOutages removes the faults that pass by themselves: the errors of a service.
func (o *Organization) EndOutages() {
	o.faults.remove(func(f Fault) bool { return f.Kind == ServerError || f.Kind == Unavailable })
}

// isMissingPermission reports whether the fault denies one operation in an account as a role without the permission would.
func (f Fault) isMissingPermission(account string) bool {
	return f.Kind == Denied && f.Account == account && f.Operation != "" && findService(f.Service) != nil
}

// action returns the IAM action that the fault denies.
func (f Fault) action() string {
	c := call{service: findService(f.Service), operation: operation{name: f.Operation}}
	for _, o := range c.service.operations {
		if o.name == f.Operation {
			c.operation = o
		}
	}
	return c.iamAction()
}

func (f *faults) listDenied(account string) (actions []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if r.isMissingPermission(account) {
			actions = append(actions, r.action())
		}
	}
	return actions
}

func (f *faults) remove(matches func(Fault) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = slices.DeleteFunc(f.rules, func(r *rule) bool { return matches(r.Fault) })
}

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
