package collect_test

import (
	"testing"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
)

func TestGlobalRegionDependsOnThePartition(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"us-east-1": "us-east-1", "ap-southeast-7": "us-east-1", "il-central-1": "us-east-1", "eu-west-1": "us-east-1",
		"cn-north-1": "cn-northwest-1", "us-gov-east-1": "us-gov-west-1", "us-isob-west-1": "us-isob-east-1",
		"us-iso-west-1": "us-iso-east-1", "eusc-de-east-1": "eusc-de-east-1", "eu-isoe-west-1": "eu-isoe-west-1",
	} {
		if got := collect.FindGlobalRegion(region); got != want {
			t.Errorf("got %s for %s, want %s", got, region, want)
		}
	}
}

func TestMissingPlanExplainsNoOtherFailure(t *testing.T) {
	t.Parallel()
	for _, status := range []outcome.Status{outcome.Denied, outcome.Transient, outcome.NotAvailable} {
		err := fault.New(status, "broken")
		if got := collect.ExplainMissingPlan("AWS Health", err); got != err {
			t.Errorf("got %v for a failure with status %s", got, status)
		}
	}
}
