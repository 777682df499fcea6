package simaws_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/computeoptimizer"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

func TestFaultsHaveTheirErrorClass(t *testing.T) {
	t.Parallel()
	for kind, class := range map[simaws.Kind]outcome.Status{
		simaws.Throttled: outcome.Throttled, simaws.Denied: outcome.Denied, simaws.PolicyDenied: outcome.Excluded,
		simaws.PolicyNamed: outcome.Excluded, simaws.PolicyLacking: outcome.Excluded,
		simaws.ServerError: outcome.Transient, simaws.Unavailable: outcome.Transient, simaws.Reset: outcome.Transient,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server := start(t, simaws.Options{})
			server.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Account: production, Kind: kind})
			_, err := kms.NewFromConfig(server.Config(production)).ListKeys(t.Context(), nil)
			if got := fault.StatusOf(err); got != class {
				t.Errorf("got class %s of %v, want %s", got, err, class)
			}
			if class == outcome.Denied && fault.DeniedAction(err) != "kms:ListKeys" {
				t.Errorf("the denial names %q: %v", fault.DeniedAction(err), err)
			}
			if _, err := kms.NewFromConfig(server.Config(data)).ListKeys(t.Context(), nil); err != nil {
				t.Errorf("another account fails too: %v", err)
			}
			server.ClearFaults()
			if _, err := kms.NewFromConfig(server.Config(production)).ListKeys(t.Context(), nil); err != nil {
				t.Errorf("repaired, but %v", err)
			}
		})
	}

	t.Run("times", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{})
		server.Fault(simaws.Fault{Service: "kms", Kind: simaws.Throttled, Times: 2})
		if _, err := kms.NewFromConfig(server.Config(production)).ListKeys(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		statuses := []int{}
		for _, c := range server.Calls() {
			statuses = append(statuses, c.Status)
		}
		if diff := cmp.Diff([]int{400, 400, 200}, statuses); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("slow answers end with the client's patience", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{})
		server.Fault(simaws.Fault{Kind: simaws.Slow, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := kms.NewFromConfig(server.Config(production)).ListKeys(ctx, nil); err == nil {
			t.Error("no error from an answer that takes an hour")
		}
	})

	t.Run("malformed", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{})
		server.Fault(simaws.Fault{Kind: simaws.Malformed})
		if _, err := kms.NewFromConfig(server.Config(production)).ListKeys(t.Context(), nil); err == nil {
			t.Error("no error from half an answer")
		}
	})

	t.Run("not enabled", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{})
		server.Fault(simaws.Fault{Service: "guardduty", Kind: simaws.NotEnabled})
		out, err := guardduty.NewFromConfig(server.Config(production)).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
		if err != nil || len(out.DetectorIds) != 0 {
			t.Errorf("got %v, error %v", out, err)
		}
	})

	t.Run("an empty page with a token", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{})
		server.Fault(simaws.Fault{Service: "kms", Kind: simaws.EmptyPage, Times: 1})
		client := kms.NewFromConfig(server.Config(production))
		out, err := client.ListKeys(t.Context(), nil)
		if err != nil || len(out.Keys) != 0 || out.NextMarker == nil {
			t.Fatalf("got %v, error %v", out, err)
		}
		if out, err = client.ListKeys(t.Context(), &kms.ListKeysInput{Marker: out.NextMarker}); err != nil || len(out.Keys) == 0 {
			t.Errorf("got %v, error %v after the empty page", out, err)
		}
	})

	t.Run("a token that repeats", func(t *testing.T) {
		t.Parallel()
		server := start(t, simaws.Options{Volume: 5})
		client := kms.NewFromConfig(server.Config(production))
		first, err := client.ListKeys(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		server.Fault(simaws.Fault{Service: "kms", Kind: simaws.RepeatedToken})
		second, err := client.ListKeys(t.Context(), &kms.ListKeysInput{Marker: first.NextMarker})
		if err != nil || aws.ToString(second.NextMarker) != aws.ToString(first.NextMarker) {
			t.Errorf("got marker %s, error %v, want the one sent", aws.ToString(second.NextMarker), err)
		}
	})
}

func TestOverrideReplacesAnAnswer(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	server.Override(simaws.Answer{
		Place: simaws.Place{Account: production}, Service: "kms", Operation: "ListKeys",
		Give: func(simaws.Request) (any, error) {
			return nil, simaws.Failure(400, "DependencyTimeoutException", "The system timed out.")
		},
	})
	_, err := kms.NewFromConfig(server.Config(production)).ListKeys(t.Context(), nil)
	wantCode(t, err, "DependencyTimeoutException")
}

func TestOverrideMayPassRequestsOn(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := kms.NewFromConfig(server.Config(production))
	keys, err := client.ListKeys(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	denied := aws.ToString(keys.Keys[0].KeyId)
	server.Override(simaws.Answer{Service: "kms", Operation: "DescribeKey", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), denied) {
			return nil, simaws.Failure(400, "AccessDeniedException", "no")
		}
		return nil, simaws.ErrPassOn
	}})
	_, err = client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &denied})
	wantCode(t, err, "AccessDeniedException")
	if _, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: keys.Keys[1].KeyId}); err != nil {
		t.Errorf("another key: %v", err)
	}
}

// TestErrorsFollowEveryProtocol has one service of each.
func TestErrorsFollowEveryProtocol(t *testing.T) {
	t.Parallel()
	requests := map[string]func(ctx context.Context, cfg aws.Config) error{
		"kms: AWS-JSON": func(ctx context.Context, cfg aws.Config) error {
			_, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil)
			return err
		},
		"guardduty: REST-JSON": func(ctx context.Context, cfg aws.Config) error {
			_, err := guardduty.NewFromConfig(cfg).ListDetectors(ctx, nil)
			return err
		},
		"iam: query": func(ctx context.Context, cfg aws.Config) error {
			_, err := iam.NewFromConfig(cfg).GenerateCredentialReport(ctx, nil)
			return err
		},
		"ec2: query of EC2": func(ctx context.Context, cfg aws.Config) error {
			_, err := ec2.NewFromConfig(cfg).DescribeSubnets(ctx, nil)
			return err
		},
		"s3: REST-XML": func(ctx context.Context, cfg aws.Config) error {
			_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
			return err
		},
		"compute-optimizer: CBOR": func(ctx context.Context, cfg aws.Config) error {
			_, err := computeoptimizer.NewFromConfig(cfg).GetEC2InstanceRecommendations(ctx, nil)
			return err
		},
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simaws.Options{})
			service, _, _ := strings.Cut(name, ":")
			if err := request(t.Context(), in(server, production, "ap-south-2")); err == nil && service != "iam" {
				t.Error("a region that is not enabled answers")
			}
			for kind, class := range map[simaws.Kind]outcome.Status{simaws.Throttled: outcome.Throttled, simaws.Denied: outcome.Denied, simaws.Unavailable: outcome.Transient} {
				server.Fault(simaws.Fault{Service: service, Kind: kind})
				if err := request(t.Context(), server.Config(production)); fault.StatusOf(err) != class {
					t.Errorf("%s: got class %s of %v, want %s", kind, fault.StatusOf(err), err, class)
				}
				server.ClearFaults()
			}
			server.Fault(simaws.Fault{Service: service, Kind: simaws.Throttled, Times: 1})
			if err := request(t.Context(), server.Config(production)); err != nil {
				t.Errorf("throttled once: %v", err)
			}
		})
	}
}

func TestUnknownOperationIsNamed(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	_, err := kms.NewFromConfig(server.Config(production)).CreateKey(t.Context(), nil)
	wantCode(t, err, "UnknownOperationException")
	if !strings.Contains(err.Error(), "CreateKey") {
		t.Errorf("the error does not name the operation: %v", err)
	}
}

func TestNewestCallsAreKept(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{KeepCalls: 2})
	client := kms.NewFromConfig(in(server, production, "eu-west-1"))
	for range 3 {
		if _, err := client.ListKeys(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	calls := server.Calls()
	if len(calls) != 2 {
		t.Fatalf("kept %d calls, want the newest 2", len(calls))
	}
	got := calls[1]
	got.Time, got.Duration = time.Time{}, 0
	want := simaws.Call{Account: production, Region: "eu-west-1", Service: "kms", Operation: "ListKeys",
		Principal: "arn:aws:iam::" + production + ":user/view360", Status: 200}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// ask sends one signed AWS-JSON request and returns the bytes of the answer.
func ask(t *testing.T, server *simaws.Server, account, region, service, target, body string) string {
	t.Helper()
	cfg := server.Config(account)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, request, "UNSIGNED-PAYLOAD", service, region, time.Now()); err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer bytes.Buffer
	if _, err := io.Copy(&answer, response.Body); err != nil {
		t.Fatal(err)
	}
	return answer.String()
}

// questions are one request of each service that answers in AWS-JSON.
var questions = [][3]string{
	{"kms", "TrentService.ListKeys", "{}"},
	{"ssm", "AmazonSSM.DescribeInstanceInformation", "{}"},
	{"config", "StarlingDoveService.DescribeComplianceByConfigRule", "{}"},
	{"ce", "AWSInsightsIndexService.GetCostAndUsage", `{"TimePeriod":{"Start":"2026-11-01","End":"2026-11-18"},"Granularity":"DAILY","Metrics":["UnblendedCost"],"GroupBy":[{"Type":"DIMENSION","Key":"SERVICE"}]}`},
}

func TestSameSeedGivesTheSameAnswers(t *testing.T) {
	t.Parallel()
	answers := func(seed int64, reversed bool) map[string]string {
		server := start(t, simaws.Options{Seed: seed})
		got := map[string]string{}
		for i := range questions {
			if reversed {
				i = len(questions) - 1 - i
			}
			q := questions[i]
			for _, account := range []string{production, data} {
				got[q[1]+account] = ask(t, server, account, "us-east-1", q[0], q[1], q[2])
			}
		}
		return got
	}
	one, two, other := answers(1, false), answers(1, true), answers(2, false)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("the same seed answers differently in another order of calls:\n%s", diff)
	}
	for question := range one {
		if one[question] == other[question] {
			t.Errorf("%s: two seeds give the same answer %.200s", question, one[question])
		}
	}
}

func TestNothingFailsByDefault(t *testing.T) {
	t.Parallel()
	healthy, broken := start(t, simaws.Options{}), start(t, simaws.Options{WithFailures: true})
	for _, account := range []string{platform, production, data, staging, sandbox} {
		for _, q := range questions {
			if answer := ask(t, healthy, account, "eu-west-1", q[0], q[1], q[2]); strings.Contains(answer, `"__type"`) {
				t.Errorf("%s in %s: %s", q[1], account, answer)
			}
		}
	}
	if answer := ask(t, broken, staging, "eu-west-1", "kms", "TrentService.ListKeys", "{}"); !strings.Contains(answer, "explicit deny in a service control policy") {
		t.Errorf("with failures a closed region answers %s", answer)
	}
}

func TestClosedServerAnswersNothing(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := (&http.Client{Transport: &http.Transport{}}).Get(server.URL()); err == nil {
		t.Error("a closed server answers")
	}
}
