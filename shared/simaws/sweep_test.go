package simaws

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/simaws/wire"
)

// sweep is an input of every operation that can be asked without knowing what the account holds. All operations of a
// service that is not here are asked without parameters.
var sweep = map[string]map[string]string{
	"sts":           {"GetCallerIdentity": "{}"},
	"account":       {"GetAccountInformation": "{}", "GetContactInformation": "{}", "GetAlternateContact": `{"AlternateContactType":"BILLING"}`, "ListRegions": "{}"},
	"organizations": {},
	"kms":           {"ListKeys": "{}"},
	"guardduty":     {"ListDetectors": "{}"},
	"ce": {
		"GetCostAndUsage":            `{"TimePeriod":{"Start":"2026-11-01","End":"2026-11-18"},"Granularity":"DAILY","Metrics":["UnblendedCost"],"GroupBy":[{"Type":"DIMENSION","Key":"SERVICE"}]}`,
		"GetCostForecast":            `{"TimePeriod":{"Start":"2026-11-19","End":"2026-12-18"},"Granularity":"MONTHLY","Metric":"UNBLENDED_COST"}`,
		"GetReservationUtilization":  `{"TimePeriod":{"Start":"2026-11-16","End":"2026-11-17"}}`,
		"GetSavingsPlansUtilization": `{"TimePeriod":{"Start":"2026-11-16","End":"2026-11-17"}}`,
	},
	"config":              {"DescribeConfigurationRecorders": "{}", "DescribeConformancePacks": "{}", "DescribeComplianceByConfigRule": "{}", "SelectResourceConfig": `{"Expression":"SELECT resourceId, resourceType, configuration"}`},
	"ssm":                 {"DescribeInstanceInformation": "{}", "GetInventory": "{}"},
	"securityhub":         {"DescribeHub": "{}", "GetFindings": `{"MaxResults":100}`, "ListFindingAggregators": "{}"},
	"wafv2":               {"ListWebACLs": `{"Scope":"REGIONAL"}`},
	"cloudtrail":          {"DescribeTrails": "{}", "LookupEvents": "{}"},
	"acm":                 {"ListCertificates": "{}"},
	"inspector2":          {"BatchGetAccountStatus": "{}", "ListFindings": "{}"},
	"iam":                 {"GenerateCredentialReport": "{}", "GetCredentialReport": "{}"},
	"support":             {"DescribeTrustedAdvisorChecks": `{"language":"en"}`, "DescribeCases": `{"includeResolvedCases":true}`},
	"application-signals": {"ListServices": `{"StartTime":"2026-11-17T12:00:00Z","EndTime":"2026-11-18T12:00:00Z"}`},
	"resiliencehub":       {"ListApps": "{}", "ListAppAssessments": "{}"},
	"compute-optimizer":   {"GetEnrollmentStatus": "{}", "GetEC2InstanceRecommendations": "{}", "GetEBSVolumeRecommendations": "{}", "GetLambdaFunctionRecommendations": "{}"},
	"cloudfront":          {"ListDistributionsByWebACLId": `{"WebACLId":"none"}`},
	"ec2":                 {"DescribeInstances": "{}", "DescribeVolumes": "{}", "DescribeSubnets": "{}", "DescribeReservedInstances": "{}", "DescribeRegions": "{}"},
}

// notApplicable are the codes by which services say that the account does not use them.
var notApplicable = []string{"InvalidAccessException", "SubscriptionRequiredException", "OptInRequiredException", "DataUnavailableException"}

// answers asks everything in every account and region and returns the answers in JSON. wrong is called with errors
// other than those of services that the account does not use.
func answers(o *Organization, wrong func(question string, err error)) map[string]string {
	got := map[string]string{}
	for i := range o.accounts {
		a := &o.accounts[i]
		for _, region := range a.Regions {
			for i := range services {
				name := services[i].name
				for _, op := range services[i].operations {
					inputs, listed := sweep[name]
					input, asked := inputs[op.name]
					switch {
					case !listed:
						input = "{}"
					case !asked:
						continue
					}
					question := name + " " + op.name + " in " + a.Name + " " + region
					c := &call{location: &location{Organization: o, now: o.currentTime(), account: a, region: region}, service: &services[i], operation: op}
					out, err := c.runOperation([]byte(input))
					var f *wire.Error
					inspector := name == "inspector2" && !a.hasService(name)
					if errors.As(err, &f) && (slices.Contains(notApplicable, f.Code) || inspector) {
						out, err = object{"error": f.Code}, nil
					}
					if err != nil {
						wrong(question, err)
						continue
					}
					text, err := json.Marshal(out)
					if err != nil {
						wrong(question, err)
					}
					got[question] = string(text)
				}
			}
		}
	}
	return got
}

func TestCompleteSweepIsDeterministic(t *testing.T) {
	t.Parallel()
	at := func(now time.Time) *Organization { return New(Options{Now: func() time.Time { return now }}) }
	noon := time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)
	fail := func(question string, err error) { t.Errorf("%s: %v", question, err) }

	first := answers(at(noon), fail)
	if diff := cmp.Diff(first, answers(at(noon), fail)); diff != "" {
		t.Errorf("the same seed and time answer differently:\n%s", diff)
	}
	for _, now := range []time.Time{noon.AddDate(0, 0, -400), noon.Add(-12 * time.Hour), noon.AddDate(0, 6, 0)} {
		answers(at(now), func(question string, err error) {
			var f *wire.Error
			if !errors.As(err, &f) || f.Code != "ValidationException" { // dates that Cost Explorer does not reach from there
				t.Errorf("at %v: %s: %v", now, question, err)
			}
		})
	}

	t.Run("lasting things stay while findings come", func(t *testing.T) {
		next := answers(at(noon.AddDate(0, 0, 1)), fail)
		for _, lasting := range []string{"kms ListKeys", "s3 ListBuckets", "lambda ListFunctions", "rds DescribeDBInstances", "ec2 DescribeVolumes", "organizations", "savingsplans DescribeSavingsPlans", "account GetAccountInformation"} {
			question := lasting + " in shop-production us-east-1"
			if diff := cmp.Diff(first[question], next[question]); diff != "" && lasting != "lambda ListFunctions" {
				t.Errorf("%s changed overnight:\n%.600s", lasting, diff)
			}
		}
		for _, moving := range []string{"securityhub GetFindings", "inspector2 ListFindings", "health DescribeEvents", "cloudtrail LookupEvents", "ssm DescribeInstanceInformation"} {
			question := moving + " in shop-production us-east-1"
			if first[question] == next[question] {
				t.Errorf("%s is the same a day later", moving)
			}
		}
	})
}
