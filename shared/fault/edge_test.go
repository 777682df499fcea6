package fault_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/support"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// startOrganization serves one account without a support plan, whose clients send each request once.
func startOrganization(t *testing.T) (*simaws.Server, aws.Config) {
	t.Helper()
	t.Parallel()
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{
		Accounts: []simaws.Account{{ID: "111122223333", Name: "shop", Regions: []string{"us-east-1"}, Without: []string{"support"}}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	cfg := server.Config("111122223333")
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return server, cfg
}

// calls send one request of each wire protocol.
var calls = map[string]func(context.Context, aws.Config) error{
	"JSON": func(ctx context.Context, cfg aws.Config) error {
		_, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil)
		return err
	},
	"REST JSON": func(ctx context.Context, cfg aws.Config) error {
		_, err := guardduty.NewFromConfig(cfg).ListDetectors(ctx, nil)
		return err
	},
	"EC2 query": func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).DescribeInstances(ctx, nil)
		return err
	},
	"REST XML": func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
		return err
	},
}

// Every protocol has its own form of errors.
func TestAnswersOfEveryProtocolAreClassified(t *testing.T) {
	for kind, want := range map[simaws.Kind]outcome.Status{
		simaws.Throttled: outcome.Throttled, simaws.Denied: outcome.Denied, simaws.NotOptedIn: outcome.Invalid,
		simaws.PolicyDenied: outcome.Excluded, simaws.PolicyNamed: outcome.Excluded, simaws.PolicyLacking: outcome.Excluded,
		simaws.Expired: outcome.Transient, simaws.ServerError: outcome.Transient, simaws.Unavailable: outcome.Transient, simaws.Reset: outcome.Transient,
	} {
		t.Run(string(kind), func(t *testing.T) {
			server, cfg := startOrganization(t)
			server.Fault(simaws.Fault{Kind: kind})
			for protocol, call := range calls {
				err := call(t.Context(), cfg)
				if got := fault.StatusOf(err); err == nil || got != want {
					t.Errorf("%s: got %s, want %s: %v", protocol, got, want, err)
				}
			}
		})
	}
}

func TestAnswersOfSingleServicesAreClassified(t *testing.T) {
	server, cfg := startOrganization(t)
	server.Override(simaws.Answer{Service: "kms", Operation: "ListKeys", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(400, "OptInRequired", "You are not subscribed to this service")
	}})
	server.Fault(simaws.Fault{Service: "ce", Kind: simaws.Throttled})
	if err := calls["JSON"](t.Context(), cfg); fault.StatusOf(err) != outcome.NotEnabled {
		t.Errorf("opt-in required: got %s: %v", fault.StatusOf(err), err)
	}
	_, err := support.NewFromConfig(cfg).DescribeTrustedAdvisorChecks(t.Context(), &support.DescribeTrustedAdvisorChecksInput{Language: aws.String("en")})
	if fault.StatusOf(err) != outcome.NotSubscribed {
		t.Errorf("without a support plan: got %s: %v", fault.StatusOf(err), err)
	}
	_, err = kms.NewFromConfig(cfg).ListAliases(t.Context(), nil) // an operation that the endpoint does not know
	if fault.StatusOf(err) != outcome.NotAvailable {
		t.Errorf("unknown operation: got %s: %v", fault.StatusOf(err), err)
	}
	_, err = guardduty.NewFromConfig(cfg).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{MaxResults: aws.Int32(1000)})
	if status := fault.StatusOf(err); status.IsRetryable() || status.IsNotApplicable() || status == outcome.Denied {
		t.Errorf("invalid input: got %s: %v", status, err)
	}
	_, err = costexplorer.NewFromConfig(cfg).GetCostAndUsage(t.Context(), &costexplorer.GetCostAndUsageInput{Granularity: "MONTHLY", Metrics: []string{"UnblendedCost"}, TimePeriod: nil})
	if err == nil || fault.IsRetryable(err) {
		t.Errorf("input that the SDK refuses: %v", err)
	}
}

// A cost query that is throttled has a code that elsewhere means a full quota.
func TestCostExplorerLimitIsThrottling(t *testing.T) {
	server, cfg := startOrganization(t)
	server.Fault(simaws.Fault{Service: "ce", Kind: simaws.Throttled})
	_, err := costexplorer.NewFromConfig(cfg).GetCostForecast(t.Context(), &costexplorer.GetCostForecastInput{Granularity: "MONTHLY", Metric: "UNBLENDED_COST",
		TimePeriod: &types.DateInterval{Start: aws.String("2026-03-11"), End: aws.String("2026-04-10")}})
	if fault.StatusOf(err) != outcome.Throttled {
		t.Errorf("got %s: %v", fault.StatusOf(err), err)
	}
}

func TestDenialNamesTheMissingAction(t *testing.T) {
	server, cfg := startOrganization(t)
	server.Fault(simaws.Fault{Kind: simaws.Denied})
	for protocol, action := range map[string]string{
		"JSON": "kms:ListKeys", "REST JSON": "guardduty:ListDetectors", "EC2 query": "ec2:DescribeInstances", "REST XML": "s3:ListAllMyBuckets",
	} {
		err := calls[protocol](t.Context(), cfg)
		if got := fault.DeniedAction(err); got != action {
			t.Errorf("%s: got action %q, want %q", protocol, got, action)
		}
		if got := fault.Classify(err).Error(); got != "denied "+action {
			t.Errorf("%s: got %q", protocol, got)
		}
	}
}

// Only a service control policy excludes a region or service: a denial by anything else is for the operator to fix.
func TestOnlyServiceControlPoliciesExclude(t *testing.T) {
	server, cfg := startOrganization(t)
	const user = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: "
	for words, want := range map[string]outcome.Status{
		user + "kms:ListKeys with an explicit deny in a service control policy":   outcome.Excluded,
		user + "kms:ListKeys because no service control policy allows the action": outcome.Excluded,
		"You are not authorized to perform this operation. " + user + "ec2:DescribeInstances on resource: * with an explicit deny in a service control policy: " +
			"arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-1. Encoded authorization failure message: AQ": outcome.Excluded,
		user + "sts:AssumeRole on resource: arn:aws:iam::1:role/r with an explicit deny in a service control policy":                  outcome.Denied,
		user + "s3:PutObject on resource: arn:aws:s3:::data/staging/x with an explicit deny in a service control policy":              outcome.Denied,
		user + "kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:1:key/k because no service control policy allows the action":   outcome.Denied,
		user + "s3:ListAllMyBuckets with an explicit deny in a service control policy":                                                outcome.Excluded,
		user + "kms:ListKeys on resource: * with an explicit deny in a resource control policy":                                       outcome.Denied,
		user + "kms:ListKeys on resource: * with an explicit deny in a permissions boundary":                                          outcome.Denied,
		user + "kms:ListKeys on resource: * because no permissions boundary allows the kms:ListKeys action":                           outcome.Denied,
		user + "kms:ListKeys on resource: * because no session policy allows the kms:ListKeys action":                                 outcome.Denied,
		user + "kms:ListKeys on resource: * with an explicit deny in a resource-based policy":                                         outcome.Denied,
		user + "kms:ListKeys on resource: * with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/service_control": outcome.Denied,
		user + "kms:ListKeys on resource: arn:aws:kms:us-east-1:1:alias/service control policy":                                       outcome.Denied,
	} {
		server.ClearFaults()
		server.Fault(simaws.Fault{Kind: simaws.Denied, Message: words})
		for protocol, call := range calls {
			err := call(t.Context(), cfg)
			if got := fault.StatusOf(err); got != want {
				t.Errorf("%s: got %s, want %s: %v", protocol, got, want, err)
			}
			if answer := fault.FindAWSError(err); answer.Principal == "" && strings.HasPrefix(words, user) || answer.Action == "" {
				t.Errorf("%s: AWS's words are %+v", protocol, answer)
			}
		}
	}
	server.ClearFaults()
	server.Fault(simaws.Fault{Kind: simaws.PolicyNamed})
	err := fault.Classify(calls["JSON"](t.Context(), cfg))
	if got := err.Error(); got != "a service control policy denies kms:ListKeys" || fault.Reason(err) != got {
		t.Errorf("got %q, %q", got, fault.Reason(err))
	}
	if words := fault.FindAWSError(err).Message; !strings.Contains(words, "/service_control_policy/p-") {
		t.Errorf("AWS's words are %q", words)
	}
}

func TestDenialWithoutActionNamesTheOperation(t *testing.T) {
	server, cfg := startOrganization(t)
	server.Fault(simaws.Fault{Kind: simaws.Denied, Message: "Access Denied"})
	if got := fault.Reason(calls["JSON"](t.Context(), cfg)); got != "denied kms:ListKeys" {
		t.Errorf("got %q", got)
	}
}

func TestReasonIsOneShortLine(t *testing.T) {
	server, cfg := startOrganization(t)
	server.Fault(simaws.Fault{Operation: "ListKeys", Kind: simaws.ServerError}, simaws.Fault{Operation: "ListDetectors", Kind: simaws.Malformed})
	if got := fault.Reason(calls["JSON"](t.Context(), cfg)); got != "KMS ListKeys: InternalFailure: An internal error occurred" {
		t.Errorf("got %q", got)
	}
	got := fault.Reason(calls["REST JSON"](t.Context(), cfg))
	if !strings.HasPrefix(got, "GuardDuty ListDetectors: ") || len(got) > 200 || strings.Contains(got, "\n") {
		t.Errorf("half an answer: got %q", got)
	}
}

// An endpoint that is not AWS, such as an emulator without the operation, must not get endless requests.
func TestForeignAnswerIsNotRetried(t *testing.T) {
	_, cfg := startOrganization(t)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>no such page</html>", http.StatusInternalServerError)
	}))
	defer page.Close()
	cfg.BaseEndpoint = &page.URL
	for protocol, call := range calls {
		if protocol == "REST XML" { // S3 answers without a text where HTTP allows none, so the status alone counts
			continue
		}
		err := call(t.Context(), cfg)
		if err == nil || fault.IsRetryable(err) {
			t.Errorf("%s: got %s, want a status that is not retried: %v", protocol, fault.StatusOf(err), err)
		}
		if reason := fault.Reason(err); len(reason) > 200 {
			t.Errorf("%s: got a reason of %d characters: %s", protocol, len(reason), reason)
		}
	}
}
