package simaws_test

import (
	"fmt"
	"strings"
	"testing"

	"view360/shared/simaws"
)

// The limits are those of the API's models. One more or less than they allow is refused.
func TestPageSizesHaveTheLimitsOfAWS(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	for _, c := range []struct {
		service, target, input, member string
		least, most                    int
	}{
		{"ssm", "AmazonSSM.DescribeInstanceInformation", "", "MaxResults", 5, 50},
		{"ssm", "AmazonSSM.GetInventory", "", "MaxResults", 1, 50},
		{"ssm", "AmazonSSM.DescribeInstancePatchStates", `"InstanceIds":["i-00000000000000001"],`, "MaxResults", 10, 100},
		{"config", "StarlingDoveService.DescribeConformancePacks", "", "Limit", 0, 20},
		{"config", "StarlingDoveService.SelectResourceConfig", `"Expression":"SELECT resourceId",`, "Limit", 0, 100},
		{"support", "AWSSupport_20130415.DescribeCases", "", "maxResults", 10, 100},
		{"kms", "TrentService.ListKeys", "", "Limit", 1, 1000},
		{"wafv2", "AWSWAF_20190729.ListWebACLs", `"Scope":"REGIONAL",`, "Limit", 1, 100},
		{"organizations", "AWSOrganizationsV20161128.ListAccounts", "", "MaxResults", 1, 20},
	} {
		for size, refused := range map[int]bool{c.least - 1: true, c.least: false, c.most: false, c.most + 1: true} {
			answer := ask(t, server, platform, "us-east-1", c.service, c.target, fmt.Sprintf(`{%s"%s":%d}`, c.input, c.member, size))
			if strings.Contains(answer, "error detected") != refused {
				t.Errorf("%s with %d: %.300s, want it refused: %t", c.target, size, answer, refused)
			}
		}
	}
}

func TestListsHaveTheLimitsOfAWS(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	list := func(element string, n int) string { return "[" + strings.Repeat(element+",", n-1) + element + "]" }
	for _, c := range []struct {
		service, target, input, element string
		most                            int
	}{
		{"ssm", "AmazonSSM.GetInventory", `{"Filters":%s}`, `{"Key":"k","Values":["v"]}`, 5},
		{"ssm", "AmazonSSM.GetInventory", `{"Filters":[{"Key":"k","Values":%s}]}`, `"v"`, 40},
		{"support", "AWSSupport_20130415.DescribeCases", `{"caseIdList":%s}`, `"c"`, 100},
		{"config", "StarlingDoveService.DescribeComplianceByConfigRule", `{"ComplianceTypes":%s}`, `"COMPLIANT"`, 3},
		{"config", "StarlingDoveService.DescribeComplianceByConfigRule", `{"ConfigRuleNames":%s}`, `"r"`, 25},
		{"ce", "AWSInsightsIndexService.GetCostAndUsage", `{"TimePeriod":{"Start":"2026-11-01","End":"2026-11-02"},"Granularity":"DAILY","Metrics":["UnblendedCost"],"GroupBy":%s}`,
			`{"Type":"DIMENSION","Key":"SERVICE"}`, 2},
	} {
		for n, refused := range map[int]bool{c.most: false, c.most + 1: true} {
			answer := ask(t, server, platform, "us-east-1", c.service, c.target, fmt.Sprintf(c.input, list(c.element, n)))
			if strings.Contains(answer, "error detected") != refused {
				t.Errorf("%s with %d: %.300s, want it refused: %t", c.target, n, answer, refused)
			}
		}
	}
}
