package collect_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"view360/shared/awsconf"
	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// A source that does not apply is an outcome. Any other failure is an error, and no part is staged.
func TestUnreadableSourceIsAnOutcomeOrAnError(t *testing.T) {
	for status, want := range map[outcome.Status]outcome.Status{
		outcome.NotEnabled: outcome.NotEnabled, outcome.NotSubscribed: outcome.NotSubscribed, outcome.NotAvailable: outcome.NotAvailable,
		outcome.Denied: "", outcome.Throttled: "", outcome.Transient: "", outcome.Invalid: "", outcome.Failed: "",
	} {
		t.Run(string(status), func(t *testing.T) {
			s := newStagingStore(t)
			out, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
				part.DeclareLists("security.kms")
				return fmt.Errorf("listing keys: %w", fault.New(status, "turn it on"))
			})
			if out.Status != want || (want == "") == (err == nil) || len(out.Sections) != 0 {
				t.Errorf("got status %q with %v, error %v", out.Status, out.Sections, err)
			}
			if want == "" {
				if fault.StatusOf(err) != status || len(s.listFiles()) != 0 {
					t.Errorf("got %v, staged %v", err, s.listFiles())
				}
				return
			}
			if out.Status.NeedsAction() || out.Reason != "listing keys: turn it on" || len(s.listFiles()) != 1 {
				t.Errorf("got reason %q, staged %v", out.Reason, s.listFiles())
			}
		})
	}
}

// The state machine passes on only the name and the text of an error: Merge takes the rest from staging.
func TestFailureIsStagedWithItsRequests(t *testing.T) {
	s := newStagingStore(t)
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{Volume: 0.1}))
	if err != nil {
		t.Fatal(err)
	}
	server.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Kind: simaws.Denied})
	input := request
	input.Account, input.Region = "528416073925", "us-east-1"
	handler := collect.Handler{Config: server.Config(input.Account), Staging: s.store, Collector: collect.Collector{
		SourceName: "kms", Collect: func(ctx context.Context, cfg aws.Config, _ collect.Scope, _ *collect.Part) error {
			_, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil)
			return err
		},
	}}
	name, err := input.Name()
	if err != nil {
		t.Fatal(err)
	}
	for attempt := 1; attempt <= 2; attempt++ {
		if _, err := handler.Handle(t.Context(), input); fault.StatusOf(err) != outcome.Denied {
			t.Fatalf("got %v", err)
		}
		var staged outcome.Outcome
		if err := s.store.GetJSON(t.Context(), name.FailureKey("kms"), &staged); err != nil {
			t.Fatal(err)
		}
		aws := staged.AWS
		if staged.Status != outcome.Denied || staged.Class != outcome.AccessDeniedError || staged.Run != input.Run || staged.Calls != attempt {
			t.Errorf("attempt %d: staged %+v", attempt, staged)
		}
		if aws == nil || aws.Code != "AccessDeniedException" || aws.Action != "kms:ListKeys" || aws.Operation != "KMS ListKeys" ||
			!strings.HasPrefix(aws.Principal, "arn:aws:") || !strings.Contains(aws.Message, "because no identity-based policy allows") {
			t.Errorf("AWS's words are %+v", aws)
		}
	}
}

func TestOutcomeIsStagedBesideThePart(t *testing.T) {
	s := newStagingStore(t)
	out, err := s.runCollector(func(_ context.Context, part *collect.Part) error { return part.Add("security.kms", 1) })
	if err != nil {
		t.Fatal(err)
	}
	name, err := request.Name()
	if err != nil {
		t.Fatal(err)
	}
	var staged collect.Output
	if err := s.store.GetJSON(t.Context(), name.OutputKey("kms"), &staged); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out, staged); diff != "" {
		t.Error(diff)
	}
	if out.Status != outcome.Passed || out.Account != request.Account || out.SourceName != "kms" || !out.CollectedAt.Equal(request.Now) {
		t.Errorf("got %+v", out)
	}
}

func TestWarningsCountAllAndShowTheFirst(t *testing.T) {
	s := newStagingStore(t)
	out, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		part.Note("kms", "keys of services are listed too")
		for i := range 12 {
			part.Warn("kms", fmt.Errorf("describing key %d: %w", i, errors.New("broken")))
		}
		return part.Add("security.kms", 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != outcome.Warned || !out.Status.NeedsAction() || out.Warnings != 12 || out.Reason != "describing key 0: broken" {
		t.Errorf("got status %q with %d warnings, reason %q", out.Status, out.Warnings, out.Reason)
	}
	if len(out.Messages) != 6 || out.Messages[5].Text != "describing key 4: broken" {
		t.Errorf("got the messages %v, want the note and the first five", out.Messages)
	}
}

func TestSkippedSourceNeedsNoAction(t *testing.T) {
	s := newStagingStore(t)
	nothing, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		part.Skip("paid calls are switched off")
		return nil
	})
	if err != nil || nothing.Status != outcome.Skipped || nothing.Reason != "paid calls are switched off" {
		t.Errorf("got status %q, reason %q, error %v", nothing.Status, nothing.Reason, err)
	}
	something, err := s.runCollector(func(_ context.Context, part *collect.Part) error {
		part.Skip("contacts are left out")
		return part.Add("security.kms", 1)
	})
	if err != nil || something.Status != outcome.Passed || something.Reason != "contacts are left out" {
		t.Errorf("got status %q, reason %q, error %v", something.Status, something.Reason, err)
	}
}

func TestInvalidRequestDateIsRefused(t *testing.T) {
	s := newStagingStore(t)
	wrong := request
	wrong.Date = "11.03.2026"
	_, err := collect.Handler{Staging: s.store}.Handle(t.Context(), wrong)
	if fault.StatusOf(err) != outcome.Invalid {
		t.Errorf("got %v", err)
	}
}

// A role is assumed with the source's own actions and nothing else, and what is sent is counted.
func TestHandlerAssumesTheRole(t *testing.T) {
	s := newStagingStore(t)
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{Role: simaws.MemberRole, ExternalID: simaws.ExternalID, Volume: 0.1}))
	if err != nil {
		t.Fatal(err)
	}
	server.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Kind: simaws.Throttled, Times: 2})
	member := request
	member.Account, member.Region = "528416073925", "us-east-1"
	member.Role = &collect.Role{ARN: "arn:aws:iam::528416073925:role/" + simaws.MemberRole, ExternalID: simaws.ExternalID}
	handler := collect.Handler{
		Config: server.Config(""), Actions: []string{"kms:ListKeys"}, Staging: s.store,
		Collector: collect.Collector{SourceName: "kms", Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
			keys, err := kms.NewFromConfig(cfg).ListKeys(ctx, nil)
			if err != nil {
				return err
			}
			if _, err := kms.NewFromConfig(cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: keys.Keys[0].KeyId}); err != nil {
				part.Warn("kms", err)
			}
			if scope.Account != "528416073925" || !scope.Now.Equal(day.Add(2*time.Hour)) {
				t.Errorf("got the scope %+v", scope)
			}
			return part.Add("security.kms", 1)
		}},
	}
	out, err := handler.Handle(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	if out.Reason != "denied kms:DescribeKey" || out.Calls != 4 || out.Throttles != 2 || out.PaidCalls != 0 {
		t.Errorf("got %+v, want an action that the session policy lacks to be denied", out)
	}
}

// What credentials of another account read must not be published as the account's.
func TestCredentialsOfAnotherAccountReadNothing(t *testing.T) {
	s := newStagingStore(t)
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{Volume: 0.1}))
	if err != nil {
		t.Fatal(err)
	}
	accounts := server.Accounts()
	input := request
	input.Account, input.Region = accounts[1].ID, "us-east-1"
	handler := collect.Handler{Config: server.Config(accounts[0].ID), Staging: s.store, Collector: newAddingCollector()}
	for name, role := range map[string]*collect.Role{"own credentials": nil, "a role of another account": {ARN: "arn:aws:iam::" + accounts[2].ID + ":role/r"}} {
		input.Role = role
		_, err = handler.Handle(t.Context(), input)
		if fault.StatusOf(err) != outcome.Invalid || !strings.Contains(err.Error(), input.Account) || len(s.listFiles()) != 0 {
			t.Errorf("%s: got %v, staged %v", name, err, s.listFiles())
		}
	}
	input.Account, input.Role = "12345678901", nil
	if _, err := handler.Handle(t.Context(), input); fault.StatusOf(err) != outcome.Invalid || !strings.Contains(err.Error(), "12 digits") {
		t.Errorf("an account of 11 digits: got %v", err)
	}
}

// newAddingCollector returns a collector that adds an item without asking AWS.
func newAddingCollector() collect.Collector {
	return collect.Collector{SourceName: "kms", Collect: func(_ context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error {
		return part.Add("security.kms", 1)
	}}
}

// STS is asked once for credentials, however many collectors use them, and says of a role whose it is when it is assumed.
func TestCallerIsAskedOnce(t *testing.T) {
	s := newStagingStore(t)
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	accounts := server.Accounts()
	handler := collect.Handler{Config: server.Config(""), Staging: s.store, Collector: newAddingCollector(), Callers: &awsconf.Callers{}}
	var group errgroup.Group
	for _, region := range []string{"us-east-1", "eu-west-1", "eu-north-1"} {
		for _, account := range accounts[:2] {
			input := request
			input.Account, input.Region = account.ID, region
			if account.ID != accounts[0].ID {
				input.Role = &collect.Role{ARN: "arn:aws:iam::" + account.ID + ":role/r"}
			}
			group.Go(func() error {
				_, err := handler.Handle(t.Context(), input)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	asked := slices.DeleteFunc(server.Calls(), func(c simaws.Call) bool { return c.Operation != "GetCallerIdentity" })
	if len(asked) != 1 {
		t.Errorf("STS was asked %d times, want once: %+v", len(asked), asked)
	}
}
