package simaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestRecorderCanBeStopped(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := configservice.NewFromConfig(server.Config(production))
	for kind, want := range map[simaws.Kind][]bool{"": {true}, simaws.Stopped: {false}, simaws.NotEnabled: nil} {
		server.Fault(simaws.Fault{Service: "config", Kind: kind})
		found, err := client.DescribeConfigurationRecorderStatus(t.Context(), &configservice.DescribeConfigurationRecorderStatusInput{})
		if err != nil || len(found.ConfigurationRecordersStatus) != len(want) || len(want) == 1 && found.ConfigurationRecordersStatus[0].Recording != want[0] {
			t.Errorf("got recorders %+v, error %v, want %v", found, err, want)
		}
		server.ClearFaults()
	}
}

func TestRulesHaveTheirResults(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := configservice.NewFromConfig(server.Config(production))

	packs, err := client.DescribeConformancePacks(t.Context(), &configservice.DescribeConformancePacksInput{})
	if err != nil || len(packs.ConformancePackDetails) != 3 {
		t.Fatalf("got packs %v, error %v", packs, err)
	}
	for _, p := range packs.ConformancePackDetails {
		rules, err := client.DescribeConformancePackCompliance(t.Context(), &configservice.DescribeConformancePackComplianceInput{ConformancePackName: p.ConformancePackName})
		if err != nil || len(rules.ConformancePackRuleComplianceList) == 0 {
			t.Errorf("got rules %v of pack %s, error %v", rules, aws.ToString(p.ConformancePackName), err)
		}
	}

	pages := configservice.NewDescribeComplianceByConfigRulePaginator(client, &configservice.DescribeComplianceByConfigRuleInput{
		ComplianceTypes: []types.ComplianceType{types.ComplianceTypeCompliant, types.ComplianceTypeNonCompliant}})
	states, evaluations, requests := map[types.ComplianceType]int{}, 0, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, rule := range list.ComplianceByConfigRules {
			states[rule.Compliance.ComplianceType]++
			details := configservice.NewGetComplianceDetailsByConfigRulePaginator(client, &configservice.GetComplianceDetailsByConfigRuleInput{ConfigRuleName: rule.ConfigRuleName})
			broken := 0
			for part, err := range paging.ReadPages(t.Context(), details) {
				if err != nil {
					t.Fatal(err)
				}
				evaluations += len(part.EvaluationResults)
				for _, e := range part.EvaluationResults {
					if e.ComplianceType == types.ComplianceTypeNonCompliant {
						broken++
					}
					if e.ResultRecordedTime.After(noon) {
						t.Errorf("rule %s has a result of the future, %v", aws.ToString(rule.ConfigRuleName), e.ResultRecordedTime)
					}
				}
			}
			if (broken > 0) != (rule.Compliance.ComplianceType == types.ComplianceTypeNonCompliant) {
				t.Errorf("rule %s is %s with %d violations", aws.ToString(rule.ConfigRuleName), rule.Compliance.ComplianceType, broken)
			}
		}
	}
	if requests != 2 || len(states) != 2 || evaluations < 400 {
		t.Errorf("got rules %v in %d pages with %d evaluations", states, requests, evaluations)
	}

	_, err = client.GetComplianceDetailsByConfigRule(t.Context(), &configservice.GetComplianceDetailsByConfigRuleInput{ConfigRuleName: aws.String("none")})
	var unknown *types.NoSuchConfigRuleException
	if !errors.As(err, &unknown) {
		t.Errorf("got %v, want NoSuchConfigRuleException", err)
	}
	recorders, err := client.DescribeConfigurationRecorders(t.Context(), nil)
	if err != nil || len(recorders.ConfigurationRecorders) != 1 {
		t.Errorf("got recorders %v, error %v", recorders, err)
	}
}
