package simaws_test

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationsignals"
	"github.com/aws/aws-sdk-go-v2/service/computeoptimizer"
	optimizer "github.com/aws/aws-sdk-go-v2/service/computeoptimizer/types"
	"github.com/aws/aws-sdk-go-v2/service/health"
	healthtypes "github.com/aws/aws-sdk-go-v2/service/health/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	inspectortypes "github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub"
	"github.com/aws/aws-sdk-go-v2/service/support"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestInspectorFindingsAreFiltered(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := inspector2.NewFromConfig(server.Config(production))
	vulnerabilities := func(criteria *inspectortypes.FilterCriteria) (found []inspectortypes.Finding) {
		pages := inspector2.NewListFindingsPaginator(client, &inspector2.ListFindingsInput{FilterCriteria: criteria, MaxResults: aws.Int32(100)})
		for list, err := range paging.ReadPages(t.Context(), pages) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, list.Findings...)
		}
		return found
	}
	all := vulnerabilities(nil)
	from := noon.AddDate(0, 0, -1)
	today := vulnerabilities(&inspectortypes.FilterCriteria{
		UpdatedAt:    []inspectortypes.DateFilter{{StartInclusive: &from, EndInclusive: aws.Time(noon)}},
		AwsAccountId: []inspectortypes.StringFilter{{Comparison: inspectortypes.StringComparisonEquals, Value: aws.String(production)}},
	})
	if len(all) < 200 || len(today) == 0 || len(today) >= len(all) {
		t.Errorf("got %d findings, %d of them of a day", len(all), len(today)) // D46
	}
	for _, f := range today {
		if f.UpdatedAt.Before(from) || f.UpdatedAt.After(noon) {
			t.Errorf("finding updated at %v, outside the window", f.UpdatedAt)
		}
	}
	status, err := inspector2.NewFromConfig(server.Config(sandbox)).BatchGetAccountStatus(t.Context(), &inspector2.BatchGetAccountStatusInput{})
	if err != nil || status.Accounts[0].State.Status != inspectortypes.StatusDisabled {
		t.Errorf("got status %v, error %v", status, err)
	}
}

func TestCredentialReportMustBeGenerated(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := iam.NewFromConfig(server.Config(production))
	_, err := client.GetCredentialReport(t.Context(), nil)
	var absent *iamtypes.CredentialReportNotPresentException
	if !errors.As(err, &absent) {
		t.Errorf("got %v before a report was generated, want CredentialReportNotPresentException", err)
	}
	for _, want := range []iamtypes.ReportStateType{iamtypes.ReportStateTypeStarted, iamtypes.ReportStateTypeComplete} {
		out, err := client.GenerateCredentialReport(t.Context(), nil)
		if err != nil || out.State != want {
			t.Fatalf("got state %v, error %v, want %s", out, err, want)
		}
	}
	report, err := client.GetCredentialReport(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(report.Content))).ReadAll()
	if err != nil || len(rows) < 10 || rows[0][0] != "user" || rows[1][0] != "<root_account>" {
		t.Errorf("got report %.300s, error %v", report.Content, err)
	}
}

func TestCheckSummariesAgreeWithResults(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := support.NewFromConfig(server.Config(production))
	checks, err := client.DescribeTrustedAdvisorChecks(t.Context(), &support.DescribeTrustedAdvisorChecksInput{Language: aws.String("en")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []*string
	for _, c := range checks.Checks {
		ids = append(ids, c.Id)
	}
	summaries, err := client.DescribeTrustedAdvisorCheckSummaries(t.Context(), &support.DescribeTrustedAdvisorCheckSummariesInput{CheckIds: ids})
	if err != nil || len(summaries.Summaries) != len(ids) {
		t.Fatalf("got %v, error %v", summaries, err)
	}
	saved := 0.0
	for _, s := range summaries.Summaries {
		result, err := client.DescribeTrustedAdvisorCheckResult(t.Context(), &support.DescribeTrustedAdvisorCheckResultInput{CheckId: s.CheckId, Language: aws.String("en")})
		if err != nil || int64(len(result.Result.FlaggedResources)) != s.ResourcesSummary.ResourcesFlagged {
			t.Errorf("summary %+v disagrees with result %v, error %v", s, result, err)
		}
		if o := s.CategorySpecificSummary.CostOptimizing; o != nil {
			saved += o.EstimatedMonthlySavings
		}
	}
	if saved == 0 {
		t.Error("no check saves anything")
	}
	cases := func(resolved bool) (n int) {
		pages := support.NewDescribeCasesPaginator(client, &support.DescribeCasesInput{IncludeResolvedCases: resolved})
		for list, err := range paging.ReadPages(t.Context(), pages) {
			if err != nil {
				t.Fatal(err)
			}
			n += len(list.Cases)
		}
		return n
	}
	if open, all := cases(false), cases(true); open == 0 || all <= open || all < 20 {
		t.Errorf("got %d open cases among %d", open, all)
	}
	_, err = support.NewFromConfig(server.Config(sandbox)).DescribeCases(t.Context(), &support.DescribeCasesInput{})
	if got := fault.StatusOf(err); got != outcome.NotSubscribed {
		t.Errorf("without a plan got class %s of %v", got, err)
	}
}

func TestHealthEventsHaveEveryState(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := health.NewFromConfig(server.Config(production))
	pages := health.NewDescribeEventsPaginator(client, &health.DescribeEventsInput{MaxResults: aws.Int32(100)})
	states := map[healthtypes.EventStatusCode]int{}
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list.Events {
			states[e.StatusCode]++
			if e.StartTime == nil || e.LastUpdatedTime.After(noon) {
				t.Errorf("got event %+v", e)
			}
		}
	}
	if len(states) != 3 {
		t.Errorf("got events in the states %v, want open, closed and upcoming", states)
	}
	open, err := client.DescribeEvents(t.Context(), &health.DescribeEventsInput{MaxResults: aws.Int32(100), Filter: &healthtypes.EventFilter{
		EventStatusCodes: []healthtypes.EventStatusCode{healthtypes.EventStatusCodeOpen},
		LastUpdatedTimes: []healthtypes.DateTimeRange{{From: aws.Time(noon.AddDate(0, -3, 0)), To: aws.Time(noon)}},
	}})
	if err != nil || len(open.Events) != min(100, states[healthtypes.EventStatusCodeOpen]) {
		t.Errorf("got %d open events, error %v, want %d", len(open.Events), err, states[healthtypes.EventStatusCodeOpen])
	}
	_, err = health.NewFromConfig(server.Config(staging)).DescribeEvents(t.Context(), &health.DescribeEventsInput{})
	wantCode(t, err, "SubscriptionRequiredException")
}

func TestApplicationServicesAreComplete(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := applicationsignals.NewFromConfig(server.Config(production))
	input := &applicationsignals.ListServicesInput{StartTime: aws.Time(noon.AddDate(0, 0, -1)), EndTime: aws.Time(noon), MaxResults: aws.Int32(5)}
	pages := applicationsignals.NewListServicesPaginator(client, input)
	services := 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		services += len(list.ServiceSummaries)
		if s := list.ServiceSummaries[0]; s.KeyAttributes["Name"] == "" || len(s.AttributeMaps) != 2 || len(s.MetricReferences) != 3 {
			t.Errorf("got service %+v", s)
		}
	}
	if services < 10 {
		t.Errorf("got %d services", services)
	}
	input.StartTime = aws.Time(noon.AddDate(0, 0, -2))
	_, err := client.ListServices(t.Context(), input)
	wantCode(t, err, "ValidationException")
}

func TestAssessmentsHaveTheirCost(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := resiliencehub.NewFromConfig(server.Config(production))
	apps, err := client.ListApps(t.Context(), &resiliencehub.ListAppsInput{})
	if err != nil || len(apps.AppSummaries) < 3 {
		t.Fatalf("got apps %v, error %v", apps, err)
	}
	for _, a := range apps.AppSummaries {
		app, err := client.DescribeApp(t.Context(), &resiliencehub.DescribeAppInput{AppArn: a.AppArn})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.DescribeResiliencyPolicy(t.Context(), &resiliencehub.DescribeResiliencyPolicyInput{PolicyArn: app.App.PolicyArn}); err != nil {
			t.Error(err)
		}
		assessments, err := client.ListAppAssessments(t.Context(), &resiliencehub.ListAppAssessmentsInput{AppArn: a.AppArn})
		if err != nil || (len(assessments.AssessmentSummaries) > 0) != (a.LastAppComplianceEvaluationTime != nil) {
			t.Errorf("got assessments %v of %+v, error %v", assessments, a, err)
		}
		if len(assessments.AssessmentSummaries) > 0 && assessments.AssessmentSummaries[0].Cost.Amount == 0 {
			t.Error("an assessment without cost")
		}
	}
}

func TestRecommendationsSaveMoney(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := computeoptimizer.NewFromConfig(server.Config(production))
	status, err := client.GetEnrollmentStatus(t.Context(), nil)
	if err != nil || status.Status != optimizer.StatusActive {
		t.Errorf("got status %v, error %v", status, err)
	}
	instances, err := client.GetEC2InstanceRecommendations(t.Context(), &computeoptimizer.GetEC2InstanceRecommendationsInput{MaxResults: aws.Int32(5)})
	if err != nil || len(instances.InstanceRecommendations) != 5 || instances.NextToken == nil {
		t.Fatalf("got %v, error %v, want a first page of 5", instances, err)
	}
	if !slices.ContainsFunc(instances.InstanceRecommendations, func(r optimizer.InstanceRecommendation) bool {
		return len(r.RecommendationOptions) == 3 && r.RecommendationOptions[0].SavingsOpportunity.EstimatedMonthlySavings.Value > 0
	}) {
		t.Error("no recommendation saves anything")
	}
	volumes, err := client.GetEBSVolumeRecommendations(t.Context(), &computeoptimizer.GetEBSVolumeRecommendationsInput{})
	if err != nil || len(volumes.VolumeRecommendations) == 0 || volumes.VolumeRecommendations[0].CurrentConfiguration.VolumeSize == 0 {
		t.Errorf("got %v, error %v", volumes, err)
	}
	functions, err := client.GetLambdaFunctionRecommendations(t.Context(), &computeoptimizer.GetLambdaFunctionRecommendationsInput{})
	if err != nil || len(functions.LambdaFunctionRecommendations) == 0 || functions.LambdaFunctionRecommendations[0].CurrentMemorySize == 0 {
		t.Errorf("got %v, error %v", functions, err)
	}
	_, err = computeoptimizer.NewFromConfig(server.Config(sandbox)).GetEC2InstanceRecommendations(t.Context(), &computeoptimizer.GetEC2InstanceRecommendationsInput{})
	var optIn *optimizer.OptInRequiredException
	if !errors.As(err, &optIn) {
		t.Errorf("got %v without enrollment, want OptInRequiredException", err)
	}
}
