package securityhub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// enableOnlyV2 changes the request to an account without Security Hub CSPM, and gives it the new Security Hub.
func enableOnlyV2(b *collecttest.Bench, hub simaws.SecurityHubV2) {
	b.Request.Account = collecttest.Sandbox
	simaws.Set(b.Organization, simaws.Place{}, hub)
}

// findingV2 is a new one of the window, changed by change.
func findingV2(b *collecttest.Bench, id string, change func(*simaws.OCSFFinding)) simaws.OCSFFinding {
	at := b.Request.Window.Start.Add(time.Hour)
	f := simaws.OCSFFinding{
		ActivityID: 1, ClassUID: 2003, Cloud: simaws.OCSFCloud{Account: simaws.OCSFAccount{UID: b.Request.Account}, Region: b.Request.Region},
		FindingInfo: simaws.OCSFFindingInfo{UID: id, Title: id, CreatedTime: at.UnixMilli(), ModifiedTime: at.UnixMilli()},
		Metadata:    simaws.OCSFMetadata{Product: simaws.OCSFProduct{Name: "Security Hub", UID: "arn:aws:securityhub:us-east-1::productv2/aws/securityhub", VendorName: "AWS"}},
		Resources:   []simaws.OCSFResource{{Type: "AWS::SQS::Queue", UID: "q"}}, SeverityID: 4, StatusID: 1,
	}
	change(&f)
	return f
}

func asIsV2(*simaws.OCSFFinding) {}

func benchV2(t *testing.T) *collecttest.Bench {
	t.Helper()
	b := bench(t)
	enableOnlyV2(b, simaws.SecurityHubV2{})
	return b
}

func TestNewSecurityHubIsReadWhereOnlyItIsOn(t *testing.T) {
	b := benchV2(t)
	simaws.Set(b.Organization, simaws.Place{}, findingV2(b, "f", func(f *simaws.OCSFFinding) {
		f.Compliance = &simaws.OCSFCompliance{Control: "SQS.3", StatusID: 3}
		f.SeverityID, f.StatusID = 6, 2
	}))
	result := b.Passed()
	if !strings.Contains(fmt.Sprint(result.Messages), "the findings are those of the new Security Hub") {
		t.Errorf("messages %v do not name the Security Hub", result.Messages)
	}
	found := products(t, result)
	if len(found) != 1 || len(found[0].Findings) != 1 {
		t.Fatalf("got %+v", found)
	}
	f, at := found[0].Findings[0], b.Request.Window.Start.Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
	got := []string{f.Severity, f.Status, f.RecordState, *f.ComplianceStatus, *f.GeneratorID, *f.ResourceType, *f.UpdatedAt, *f.CreatedAt, *f.ProductARN, *f.CompanyName}
	want := []string{"CRITICAL", "NOTIFIED", "ACTIVE", "FAILED", "security-control/SQS.3", "AWS::SQS::Queue", at, at, "arn:aws:securityhub:us-east-1::productv2/aws/securityhub", "AWS"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if found[0].TotalFindings != 1 || found[0].SeverityCounts.Critical != 1 {
		t.Errorf("counts %+v", found[0].SecurityHubCounts)
	}
}

func TestNoFindingCountsTwiceWhereBothAreOn(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.SecurityHubV2{})
	simaws.Set(b.Organization, simaws.Place{}, finding(b, "f", asIs))
	simaws.Set(b.Organization, simaws.Place{}, findingV2(b, "f", asIsV2))
	if diff := cmp.Diff([]string{"f"}, ids(products(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if slices.Contains(b.Operations(), "securityhub:GetFindingsV2") {
		t.Error("the new Security Hub was read beside Security Hub CSPM")
	}
}

func TestNewSecurityHubOfTheAdministrator(t *testing.T) {
	b := benchV2(t)
	simaws.Set(b.Organization, simaws.Place{}, findingV2(b, "own", asIsV2),
		findingV2(b, "member", func(f *simaws.OCSFFinding) { f.Cloud.Account.UID = collecttest.Staging }))
	if diff := cmp.Diff([]string{"own"}, ids(products(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewSecurityHubIsReadToItsLastPage(t *testing.T) {
	b := benchV2(t)
	findings, want := make([]simaws.OCSFFinding, 1050), make([]string, 1050)
	for i := range findings {
		want[i] = fmt.Sprint("finding-", i)
		findings[i] = findingV2(b, want[i], asIsV2)
	}
	simaws.Set(b.Organization, simaws.Place{}, findings...)
	if diff := cmp.Diff(want, ids(products(t, b.Passed()))); diff != "" {
		t.Errorf("(-want +got):\n%.1000s", diff)
	}
}

func TestEverythingOpenInTheNewSecurityHubIsListed(t *testing.T) {
	b := benchV2(t)
	at := func(id string, days, activity, status, severity int) simaws.OCSFFinding {
		return findingV2(b, id, func(f *simaws.OCSFFinding) {
			f.FindingInfo.ModifiedTime = 0
			f.FindingInfo.ModifiedTimeDt = b.Request.Window.Start.AddDate(0, 0, -days).Format(time.RFC3339)
			f.ActivityID, f.StatusID, f.SeverityID = activity, status, severity
		})
	}
	end := findingV2(b, "end", func(f *simaws.OCSFFinding) {
		f.FindingInfo.ModifiedTime, f.StatusID = b.Request.Window.End.UnixMilli(), 4
	})
	simaws.Set(b.Organization, simaws.Place{}, at("resolved", 0, 3, 4, 4), at("informational", 0, 1, 1, 1), at("new for long", 30, 1, 1, 4), at("in progress", 30, 2, 2, 2),
		at("suppressed since", 30, 2, 3, 4), at("closed", 30, 3, 1, 4), at("archived", 30, 1, 5, 4), end)
	result := b.Passed()
	found := products(t, result)
	if diff := cmp.Diff([]string{"resolved", "new for long", "in progress"}, ids(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(found) != 1 || found[0].TotalFindings != 1 || found[0].OpenFindings != 0 || found[0].ResolvedFindings != 1 {
		t.Errorf("counts %+v, want those of the window", found)
	}
	if !result.Sections[section].AllOpen {
		t.Error("the section does not say that it lists all that is open")
	}
	b.Request.History = true
	if past := b.Passed(); past.Sections[section].AllOpen || len(ids(products(t, past))) != 1 {
		t.Error("a past date lists what is open today")
	}
}

func TestAggregationOfTheNewSecurityHub(t *testing.T) {
	for _, c := range []struct {
		name, mode string
		linked     []string
		covered    []string
		skipped    bool
	}{
		{"linked with all", "ALL_REGIONS", nil, nil, true},
		{"linked by name", "SPECIFIED_REGIONS", []string{"us-east-1"}, []string{"us-east-1", "eu-west-1"}, true},
		{"not linked", "SPECIFIED_REGIONS", []string{"eu-central-1"}, nil, false},
		{"home is not covered", "ALL_REGIONS", nil, []string{"us-east-1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bench(t)
			enableOnlyV2(b, simaws.SecurityHubV2{Home: "eu-west-1", Mode: c.mode, Linked: c.linked})
			simaws.Set(b.Organization, simaws.Place{}, findingV2(b, "f", asIsV2))
			b.Request.Covered = c.covered
			result := b.Run()
			if result.Err != nil || (result.Status == outcome.Skipped) != c.skipped {
				t.Fatalf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
			}
			if !c.skipped && len(ids(products(t, result))) != 1 {
				t.Errorf("got %v, messages %v", ids(products(t, result)), result.Messages)
			}
		})
	}
}

func TestDeniedNewSecurityHubIsDenied(t *testing.T) {
	b := benchV2(t)
	b.Override(simaws.Answer{Service: "securityhub", Operation: "DescribeSecurityHubV2", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(403, "AccessDeniedException", "User is not authorized to perform: securityhub:DescribeSecurityHubV2")
	}})
	if result := b.Run(); !strings.Contains(fmt.Sprint(result.Err), "denied securityhub:DescribeSecurityHubV2") {
		t.Errorf("got status %q, error %v", result.Status, result.Err)
	}
}
