package collect_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/simaws"
)

// What does not apply is an outcome; what keeps the source from being read is an error, and nothing is staged.
func TestOutcomeOfASourceThatCannotBeRead(t *testing.T) {
	for class, want := range map[fault.Class]collect.Status{
		fault.NotEnabled: collect.NotEnabled, fault.NotSubscribed: collect.NotSubscribed, fault.NotAvailable: collect.NotAvailable,
		fault.Denied: "", fault.Throttled: "", fault.Transient: "", fault.Invalid: "", fault.Internal: "",
	} {
		t.Run(string(class), func(t *testing.T) {
			s := newStage(t)
			outcome, err := s.run(func(_ context.Context, part *collect.Part) error {
				part.DeclareLists("security.kms")
				return fmt.Errorf("listing keys: %w", fault.New(class, "turn it on"))
			})
			if outcome.Status != want || (want == "") == (err == nil) || len(outcome.Sections) != 0 {
				t.Errorf("got status %q with %v, error %v", outcome.Status, outcome.Sections, err)
			}
			if want == "" {
				if fault.ClassOf(err) != class || len(s.files()) != 0 {
					t.Errorf("got %v, staged %v", err, s.files())
				}
				return
			}
			if !outcome.Status.Green() || outcome.Reason != "listing keys: turn it on" || len(s.files()) != 1 {
				t.Errorf("got reason %q, staged %v", outcome.Reason, s.files())
			}
		})
	}
}

func TestOutcomeIsStagedBesideThePart(t *testing.T) {
	s := newStage(t)
	outcome, err := s.run(func(_ context.Context, part *collect.Part) error { return part.Add("security.kms", 1) })
	if err != nil {
		t.Fatal(err)
	}
	name, err := request.Name()
	if err != nil {
		t.Fatal(err)
	}
	var staged collect.Outcome
	if err := s.store.GetJSON(t.Context(), collect.OutcomeKey(name, "kms"), &staged); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcome, staged); diff != "" {
		t.Error(diff)
	}
	if outcome.Status != collect.Passed || outcome.Account != request.Account || outcome.SourceName != "kms" || !outcome.CollectedAt.Equal(request.Now) {
		t.Errorf("got %+v", outcome)
	}
}

func TestWarningsCountAllAndShowTheFirst(t *testing.T) {
	s := newStage(t)
	outcome, err := s.run(func(_ context.Context, part *collect.Part) error {
		part.Note("kms", "keys of services are listed too")
		for i := range 12 {
			part.Warn("kms", fmt.Errorf("describing key %d: %w", i, errors.New("broken")))
		}
		return part.Add("security.kms", 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Status != collect.Warned || outcome.Status.Green() || outcome.Warnings != 12 || outcome.Reason != "describing key 0: broken" {
		t.Errorf("got status %q with %d warnings, reason %q", outcome.Status, outcome.Warnings, outcome.Reason)
	}
	if len(outcome.Messages) != 6 || outcome.Messages[5].Text != "describing key 4: broken" {
		t.Errorf("got the messages %v, want the note and the first five", outcome.Messages)
	}
}

func TestSkippedSourceNeedsNoAction(t *testing.T) {
	s := newStage(t)
	nothing, err := s.run(func(_ context.Context, part *collect.Part) error {
		part.Skip("paid calls are switched off")
		return nil
	})
	if err != nil || nothing.Status != collect.Skipped || nothing.Reason != "paid calls are switched off" {
		t.Errorf("got status %q, reason %q, error %v", nothing.Status, nothing.Reason, err)
	}
	something, err := s.run(func(_ context.Context, part *collect.Part) error {
		part.Skip("contacts are left out")
		return part.Add("security.kms", 1)
	})
	if err != nil || something.Status != collect.Passed || something.Reason != "contacts are left out" {
		t.Errorf("got status %q, reason %q, error %v", something.Status, something.Reason, err)
	}
}

func TestInvalidRequestDateIsRefused(t *testing.T) {
	s := newStage(t)
	wrong := request
	wrong.Date = "11.03.2026"
	_, err := collect.Handler{Staging: s.store}.Handle(t.Context(), wrong)
	if fault.ClassOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

// A role is assumed with the source's own actions and nothing else, and what is sent is counted.
func TestHandlerAssumesTheRole(t *testing.T) {
	s := newStage(t)
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
		Collector: collect.Collector{Source: "kms", Rate: collect.Rate{PerSecond: 1000, Burst: 1000}, Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
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
	outcome, err := handler.Handle(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Reason != "denied kms:DescribeKey" || outcome.Calls != 4 || outcome.Throttles != 2 || outcome.PaidCalls != 0 {
		t.Errorf("got %+v, want an action that the session policy lacks to be denied", outcome)
	}
}
