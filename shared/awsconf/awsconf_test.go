package awsconf_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/simaws"
)

const (
	management = "394057281643"
	member     = "528416073925"
	memberRole = "arn:aws:iam::" + member + ":role/" + simaws.MemberRole
)

func organization(t *testing.T) *simaws.Server {
	t.Helper()
	t.Parallel()
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{Role: simaws.MemberRole, ExternalID: simaws.ExternalID, Volume: 0.1}))
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func configFor(t *testing.T, base aws.Config, target awsconf.Target) aws.Config {
	t.Helper()
	cfg, err := awsconf.ForTarget(base, target)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func listKeys(t *testing.T, cfg aws.Config) (*kms.ListKeysOutput, error) {
	t.Helper()
	return kms.NewFromConfig(cfg).ListKeys(t.Context(), nil)
}

func TestTargetWithoutRoleKeepsCredentials(t *testing.T) {
	server := organization(t)
	base := server.Config(member)
	cfg := configFor(t, base, awsconf.Target{Region: "eu-west-1", Session: "run-1", Actions: []string{"kms:DescribeKey"}})
	if _, err := listKeys(t, cfg); err != nil {
		t.Fatal(err)
	}
	calls := server.Calls()
	if len(calls) != 1 || calls[0].Operation != "ListKeys" || calls[0].Region != "eu-west-1" {
		t.Errorf("got the calls %+v, want one of eu-west-1", calls)
	}
	if base.Region != "us-east-1" {
		t.Errorf("the base configuration has changed to %s", base.Region)
	}
}

func TestRoleIsAssumedWithTheExternalID(t *testing.T) {
	server := organization(t)
	cfg := configFor(t, server.Config(management), awsconf.Target{
		Region: "eu-west-1", RoleARN: memberRole, ExternalID: simaws.ExternalID, Session: "run: 2026/03/11 of " + strings.Repeat("x", 80),
		Actions: []string{"kms:ListKeys"},
	})
	if calls := server.Calls(); len(calls) != 0 {
		t.Errorf("got %d calls before a client is used", len(calls))
	}
	for range 2 {
		if _, err := listKeys(t, cfg); err != nil {
			t.Fatal(err)
		}
	}
	calls := server.Calls()
	operations := []string{}
	for _, c := range calls {
		operations = append(operations, c.Operation)
	}
	if want := []string{"AssumeRole", "ListKeys", "ListKeys"}; !slices.Equal(operations, want) {
		t.Fatalf("got the calls %v, want %v: the session is used again", operations, want)
	}
	_, session, _ := strings.Cut(calls[1].Principal, simaws.MemberRole+"/")
	if calls[1].Account != member || !strings.HasPrefix(session, "view360-run--2026-03-11-of-xxx") || len(session) != 64 {
		t.Errorf("got the principal %s with a session name of %d characters", calls[1].Principal, len(session))
	}
}

func TestSessionPolicyAllowsNothingElse(t *testing.T) {
	server := organization(t)
	cfg := configFor(t, server.Config(management), awsconf.Target{
		RoleARN: memberRole, ExternalID: simaws.ExternalID, Session: "run-1", Actions: []string{"kms:ListKeys"},
	})
	keys, err := listKeys(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = kms.NewFromConfig(cfg).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: keys.Keys[0].KeyId})
	if got := fault.DeniedAction(err); got != "kms:DescribeKey" {
		t.Errorf("got %v, want kms:DescribeKey to be denied", err)
	}
}

func TestRoleThatCannotBeAssumedIsReported(t *testing.T) {
	server := organization(t)
	for name, target := range map[string]awsconf.Target{
		"wrong external id": {RoleARN: memberRole, ExternalID: "guess", Session: "run-1"},
		"no external id":    {RoleARN: memberRole, Session: "run-1"},
		"another role":      {RoleARN: memberRole + "Admin", ExternalID: simaws.ExternalID, Session: "run-1"},
	} {
		_, err := listKeys(t, configFor(t, server.Config(management), target))
		if got := fault.Reason(err); got != "denied sts:AssumeRole" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestMeterCountsEveryAttempt(t *testing.T) {
	server := organization(t)
	meter := &awsconf.Meter{}
	cfg := awsconf.WithMeter(server.Config(member), meter)
	server.Fault(simaws.Fault{Service: "kms", Kind: simaws.Throttled, Times: 3}, simaws.Fault{Service: "ce", Kind: simaws.ServerError, Times: 1})
	if _, err := listKeys(t, cfg); err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC()
	_, err := costexplorer.NewFromConfig(cfg).GetCostAndUsage(t.Context(), &costexplorer.GetCostAndUsageInput{
		Granularity: types.GranularityDaily, Metrics: []string{"UnblendedCost"},
		TimePeriod: &types.DateInterval{Start: aws.String(today.AddDate(0, 0, -1).Format(time.DateOnly)), End: aws.String(today.Format(time.DateOnly))},
	})
	if err != nil {
		t.Fatal(err)
	}
	// Cost Explorer charges a request that it answers with an error, too, as far as is known.
	if meter.Calls() != 6 || meter.Throttles() != 3 || meter.PaidCalls() != 2 {
		t.Errorf("got %d calls, %d throttles, %d paid calls, want 6, 3, 2", meter.Calls(), meter.Throttles(), meter.PaidCalls())
	}
	if got := len(server.Calls()); got != meter.Calls() {
		t.Errorf("%d calls arrived, %d were counted", got, meter.Calls())
	}
}
