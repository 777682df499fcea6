package secretsmanager_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/secretsmanager"
	"view360/shared/collecttest"
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

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, secretsmanager.Collector, collecttest.Cases{
		Golden: func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
		Pages: func(b *collecttest.Bench) (string, []string) {
			secrets, names := make([]simaws.Secret, 250), make([]string, 250)
			for i := range secrets {
				names[i] = fmt.Sprint("secret-", i)
				secrets[i] = simaws.Secret{Name: names[i], ARN: "arn:" + names[i]}
			}
			simaws.Set(b.Organization, simaws.Place{}, secrets...)
			return section, names
		},
		Empty:     collecttest.Clear[simaws.Secret],
		Essential: []string{"ListSecrets"},
	})
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
		t.Error("the section holds a tag's value, or its tags are not a list")
	}
}
