package secretsmanager_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/secretsmanager"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.secrets_manager"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, secretsmanager.Collector, simaws.Options{})
}

func secrets(t *testing.T, r collecttest.Result) []snapshot.Secret {
	t.Helper()
	return collecttest.Elements[snapshot.Secret](t, r, section)
}

// set gives the account exactly n secrets.
func set(b *collecttest.Bench, n int) {
	var many []simaws.Secret
	for i := range n {
		many = append(many, simaws.Secret{Name: fmt.Sprintf("secret-%d", i), ARN: fmt.Sprintf("arn:aws:secretsmanager:us-east-1:1:secret:%d", i)})
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Request.Account, b.Request.Region, b.Request.Home = collecttest.Sandbox, "us-east-1", true
	b.Passed().Golden(t, "secretsmanager")
	b.LeastPrivilege()
}

func TestEveryPageIsRead(t *testing.T) { // D14
	b := bench(t)
	set(b, 250)
	got := secrets(t, b.Passed())
	if len(got) != 250 || *got[249].Name != "secret-249" {
		t.Errorf("got %d secrets, want 250 in the order of the list", len(got))
	}
	if calls := len(b.Calls()); calls != 3 {
		t.Errorf("got %d calls, want 3 pages of 100", calls)
	}
}

func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t)
	want := secrets(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 3})
	result := b.Passed()
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if result.Throttles != 3 {
		t.Errorf("got %d throttles, want 3", result.Throttles)
	}
	if diff := cmp.Diff(want, secrets(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestRotationNeverSetIsFalse(t *testing.T) { // D54
	b := bench(t)
	on := true
	simaws.Set(b.Organization, simaws.Place{}, simaws.Secret{Name: "never"}, simaws.Secret{Name: "rotated", RotationEnabled: &on})
	got := map[string]bool{}
	for _, s := range secrets(t, b.Passed()) {
		got[*s.Name] = s.RotationEnabled
	}
	if diff := cmp.Diff(map[string]bool{"never": false, "rotated": true}, got); diff != "" {
		t.Errorf("rotation (-want +got):\n%s", diff)
	}
}

func TestTagsAndDescriptionsCanBeLeftOut(t *testing.T) { // D72
	b := bench(t)
	b.Request.Options.OmitTags = true
	result := b.Passed()
	for _, s := range secrets(t, result) {
		if s.Description != nil || len(s.Tags) > 0 {
			t.Errorf("secret %s has description %v and tags %v", *s.Name, s.Description, s.Tags)
		}
	}
	if text := string(result.Content[section]); strings.Contains(text, "storefront") || !strings.Contains(text, `"tags":[]`) {
		t.Error("the section holds a tag's value, or its tags are no list")
	}
}

func TestDenied(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Kind: simaws.Denied})
	if result := b.Run(); fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied secretsmanager:ListSecrets" {
		t.Errorf("got %v", result.Err)
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t)
	set(b, 0)
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
