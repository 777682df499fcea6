package collect

import (
	"strings"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// FindGlobalRegion is the region where the partition of region runs what an account has only once, such as Support and
// Health.
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

// ExplainMissingPlan returns err, with the support plan that the source needs if the account lacks it.
func ExplainMissingPlan(source string, err error) error {
	if fault.StatusOf(err) != outcome.NotSubscribed {
		return err
	}
	return fault.Explain(outcome.NotSubscribed, err, "%s needs a Business or Enterprise support plan: change the account's plan to collect it", source)
}
