package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/infra/policy"
)

func TestRefusalNamesItsPolicy(t *testing.T) {
	everything := []policy.Document{document(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`)}
	another := []policy.Document{document(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`)}
	denying := []policy.Document{document(t, `{"Sid":"Never","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}`)}
	for want, policies := range map[string]policy.Policies{
		"": {Owner: owner, Identity: everything},
		"because no identity-based policy allows the s3:PutObject action":                     {Owner: owner, Identity: another},
		"because no session policy allows the s3:PutObject action":                            {Owner: owner, Identity: everything, Session: another},
		"because no resource-based policy allows the s3:PutObject action":                     {Owner: other, Identity: everything},
		"with an explicit deny in a resource-based policy (Never [s3:PutObject] on [*]map[])": {Owner: owner, Identity: everything, Resource: denying},
	} {
		if got := policies.Explain(policy.Call{Principal: local, Action: "s3:PutObject", Resource: object}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestGrantsOfACallAreFound(t *testing.T) {
	d := document(t, `{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"},
		{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":["arn:aws:s3:::bucket/data/*","arn:aws:s3:::bucket/loaded/*"]}`)
	got := d.FindGrants(policy.Call{Principal: local, Action: "s3:PutObject", Resource: object})
	want := map[int][]policy.Grant{1: {{Action: "s3:PutObject", Resource: "arn:aws:s3:::bucket/data/*"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if grants := d.Statement[1].Grants(); len(grants) != 4 {
		t.Errorf("%d grants, want 4", len(grants))
	}
}
