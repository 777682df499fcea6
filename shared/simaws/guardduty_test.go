package simaws_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

// findingIDs lists all findings of a detector that condition on updatedAt lets through.
func findingIDs(t *testing.T, client *guardduty.Client, condition types.Condition) (detector *string, ids []string, requests int) {
	t.Helper()
	detectors, err := client.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil || len(detectors.DetectorIds) != 1 {
		t.Fatalf("got detectors %v, error %v, want one", detectors, err)
	}
	detector = &detectors.DetectorIds[0]
	pages := guardduty.NewListFindingsPaginator(client, &guardduty.ListFindingsInput{
		DetectorId: detector, FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"updatedAt": condition}},
	})
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		ids = append(ids, list.FindingIds...)
	}
	return detector, ids, requests
}

func TestGuardDutyFindingsComeInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := guardduty.NewFromConfig(server.Config(production))
	_, all, requests := findingIDs(t, client, types.Condition{GreaterThanOrEqual: aws.Int64(0)})
	if len(all) < 200 || requests != (len(all)+49)/50 {
		t.Errorf("got %d findings in %d pages, want hundreds in pages of 50", len(all), requests)
	}
	from := noon.Add(-24 * time.Hour)
	detector, today, _ := findingIDs(t, client, types.Condition{GreaterThanOrEqual: aws.Int64(from.UnixMilli()), LessThan: aws.Int64(noon.UnixMilli())})
	if len(today) == 0 || len(today) >= len(all) {
		t.Fatalf("got %d findings of one day among %d", len(today), len(all))
	}
	got, err := client.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: detector, FindingIds: today[:min(50, len(today))]})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Findings) != min(50, len(today)) {
		t.Errorf("got %d findings for %d ids", len(got.Findings), len(today))
	}
	for _, f := range got.Findings {
		updated, err := time.Parse(time.RFC3339, aws.ToString(f.UpdatedAt))
		if err != nil || updated.Before(from) || !updated.Before(noon) {
			t.Errorf("finding updated at %s, outside the window: %v", aws.ToString(f.UpdatedAt), err)
		}
	}
	_, err = client.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: detector, FindingIds: all[:51]})
	wantCode(t, err, "BadRequestException")

	for kind, want := range map[simaws.Kind]types.DetectorStatus{"": types.DetectorStatusEnabled, simaws.Stopped: types.DetectorStatusDisabled} {
		server.Fault(simaws.Fault{Service: "guardduty", Kind: kind})
		if found, err := client.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: detector}); err != nil || found.Status != want {
			t.Errorf("got detector %+v, error %v, want it %s", found, err, want)
		}
		server.ClearFaults()
	}

	none, err := guardduty.NewFromConfig(server.Config(sandbox)).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil || len(none.DetectorIds) != 0 {
		t.Errorf("got detectors %v, error %v in an account without GuardDuty", none, err)
	}
}
