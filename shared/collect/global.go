package collect

import (
	"strings"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// FindGlobalRegion returns the region that has the endpoints of account-wide services, such as Support and Health, in the
// partition of region.
// Source: https://docs.aws.amazon.com/general/latest/gr/awssupport.html and .../health.html
func FindGlobalRegion(region string) string {
	for prefix, global := range map[string]string{
		"cn-": "cn-northwest-1", "us-gov-": "us-gov-west-1", "us-iso-": "us-iso-east-1", "us-isob-": "us-isob-east-1",
		"eu-isoe-": "eu-isoe-west-1", "us-isof-": "us-isof-south-1", "eusc-": "eusc-de-east-1",
	} {
		if strings.HasPrefix(region, prefix) {
			return global
		}
	}
	return "us-east-1"
}

// SupportPlans names the plans whose accounts can call the APIs of AWS Support and AWS Health. Developer, Business and
// Enterprise On-Ramp end on 2027-01-01. https://aws.amazon.com/premiumsupport/plans/
const SupportPlans = "Business Support+, Enterprise Support or Unified Operations (until 2027-01-01 also Business or Enterprise On-Ramp)"

// ExplainMissingPlan returns err, with the required support plan if the account does not have it.
func ExplainMissingPlan(source string, err error) error {
	if fault.StatusOf(err) != outcome.NotSubscribed {
		return err
	}
	return fault.Explain(outcome.NotSubscribed, err, "%s needs %s: change the account's support plan to collect it", source, SupportPlans)
}
