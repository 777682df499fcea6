package simaws_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func securityFindings(t *testing.T, client *securityhub.Client, filters *types.AwsSecurityFindingFilters) (found []types.AwsSecurityFinding) {
	t.Helper()
	pages := securityhub.NewGetFindingsPaginator(client, &securityhub.GetFindingsInput{Filters: filters, MaxResults: aws.Int32(100)})
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, list.Findings...)
	}
	return found
}

func TestSecurityHubFindingsAreAggregated(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := securityhub.NewFromConfig(server.Config(data))
	all := securityFindings(t, client, nil)
	seen, workflows := map[string]bool{}, map[types.WorkflowStatus]int{}
	for _, f := range all {
		seen[aws.ToString(f.Id)] = true
		workflows[f.Workflow.Status]++
		if aws.ToString(f.Region) != "us-east-1" {
			t.Errorf("finding of region %s without an aggregation", aws.ToString(f.Region))
		}
	}
	if len(all) < 500 || len(seen) != len(all) || len(workflows) != 4 {
		t.Errorf("got %d findings with %d ids in the states %v", len(all), len(seen), workflows)
	}
	from, to := noon.AddDate(0, 0, -1).Format(time.RFC3339), noon.Format(time.RFC3339)
	day := &types.AwsSecurityFindingFilters{UpdatedAt: []types.DateFilter{{Start: &from, End: &to}}}
	today := securityFindings(t, client, day)
	if len(today) == 0 || len(today) >= len(all) {
		t.Errorf("got %d findings of a day among %d", len(today), len(all))
	}
	day.SeverityLabel = []types.StringFilter{{Comparison: types.StringFilterComparisonEquals, Value: aws.String("HIGH")}}
	for _, f := range securityFindings(t, client, day) {
		if f.Severity.Label != types.SeverityLabelHigh {
			t.Errorf("got severity %s, want HIGH", f.Severity.Label)
		}
	}

	t.Run("times need a zone", func(t *testing.T) { // D47
		naive := "2026-11-17T00:00:00"
		_, err := client.GetFindings(t.Context(), &securityhub.GetFindingsInput{Filters: &types.AwsSecurityFindingFilters{UpdatedAt: []types.DateFilter{{Start: &naive, End: &to}}}})
		var invalid *types.InvalidInputException
		if !errors.As(err, &invalid) {
			t.Errorf("got %v, want InvalidInputException", err)
		}
	})
	t.Run("not enabled", func(t *testing.T) {
		_, err := securityhub.NewFromConfig(server.Config(sandbox)).DescribeHub(t.Context(), &securityhub.DescribeHubInput{})
		var access *types.InvalidAccessException
		if !errors.As(err, &access) {
			t.Errorf("got %v, want InvalidAccessException", err)
		}
	})
	t.Run("the aggregation region shows all regions", func(t *testing.T) {
		client := securityhub.NewFromConfig(server.Config(production))
		aggregators, err := client.ListFindingAggregators(t.Context(), &securityhub.ListFindingAggregatorsInput{})
		if err != nil || len(aggregators.FindingAggregators) != 1 {
			t.Fatalf("got aggregators %v, error %v", aggregators, err)
		}
		aggregator, err := client.GetFindingAggregator(t.Context(), &securityhub.GetFindingAggregatorInput{FindingAggregatorArn: aggregators.FindingAggregators[0].FindingAggregatorArn})
		if err != nil || aws.ToString(aggregator.FindingAggregationRegion) != "us-east-1" {
			t.Fatalf("got aggregator %v, error %v", aggregator, err)
		}
		regions := map[string]int{}
		for _, f := range securityFindings(t, client, nil) {
			regions[aws.ToString(f.Region)]++
		}
		if len(regions) != 3 {
			t.Errorf("got findings of the regions %v, want 3", regions)
		}
	})
}
