package policy_test

import (
	"encoding/json"
	"testing"

	"view360/infra/policy"
)

const (
	owner  = "111122223333"
	other  = "444455556666"
	role   = "arn:aws:iam::" + other + ":role/view360-collector"
	local  = "arn:aws:iam::" + owner + ":role/loader"
	object = "arn:aws:s3:::bucket/data/" + other + "/eu-west-1/2026-03-11_DAILY.json"
)

func document(t *testing.T, statements string) policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPoliciesAllowWhatTheyName(t *testing.T) {
	everything := `{"Effect":"Allow","Action":"*","Resource":"*"}`
	onBucket := func(rest string) string {
		return `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:PutObject",` + rest + `}`
	}
	for name, c := range map[string]struct {
		identity, session, resource string
		delegated                   bool
		request                     policy.Call
		want                        bool
	}{
		"own role by its own policy":             {identity: everything, request: policy.Call{Principal: local}, want: true},
		"own role by the bucket's policy":        {resource: onBucket(`"Resource":"*"`), request: policy.Call{Principal: local}, want: true},
		"nobody says anything":                   {request: policy.Call{Principal: local}},
		"another account needs both":             {identity: everything, resource: onBucket(`"Resource":"*"`), request: policy.Call{Principal: role}, want: true},
		"another account without its own":        {resource: onBucket(`"Resource":"*"`), request: policy.Call{Principal: role}},
		"another account without the bucket's":   {identity: everything, request: policy.Call{Principal: role}},
		"another account by its root":            {identity: everything, resource: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:Put*","Resource":"*"}`, request: policy.Call{Principal: role}, want: true},
		"the root of a third account":            {identity: everything, resource: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:Put*","Resource":"*"}`, request: policy.Call{Principal: role}},
		"a deny beats every allow":               {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, request: policy.Call{Principal: local, Context: map[string]string{"aws:SecureTransport": "false"}}},
		"a session policy cuts":                  {identity: everything, session: `{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}`, request: policy.Call{Principal: local}},
		"a session policy lets through":          {identity: everything, session: `{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}`, request: policy.Call{Principal: local}, want: true},
		"a key without its policy":               {identity: everything, delegated: true, request: policy.Call{Principal: local}},
		"a key that trusts its account":          {identity: everything, delegated: true, resource: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"*","Resource":"*"}`, request: policy.Call{Principal: local}, want: true},
		"a variable":                             {identity: everything, resource: onBucket(`"Resource":"arn:aws:s3:::bucket/data/${aws:PrincipalAccount}/*"`), request: policy.Call{Principal: role}, want: true},
		"a variable of another account":          {identity: everything, resource: onBucket(`"Resource":"arn:aws:s3:::bucket/data/${aws:PrincipalAccount}/*"`), request: policy.Call{Principal: "arn:aws:iam::777788889999:role/view360-collector"}},
		"a variable without a value":             {identity: everything, resource: onBucket(`"Resource":"arn:aws:s3:::bucket/data/${aws:SourceAccount}*"`), request: policy.Call{Principal: role}},
		"NotResource spares":                     {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","NotResource":"arn:aws:s3:::bucket/data/*"}`, request: policy.Call{Principal: role}, want: true},
		"NotAction spares":                       {identity: `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, request: policy.Call{Principal: local}, want: true},
		"StringEquals needs the key":             {identity: everything, resource: onBucket(`"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), request: policy.Call{Principal: role}},
		"StringEquals":                           {identity: everything, resource: onBucket(`"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-0","o-1"]}}`), request: policy.Call{Principal: role, Context: map[string]string{"aws:PrincipalOrgID": "o-1"}}, want: true},
		"IfExists holds without the key":         {identity: everything, resource: onBucket(`"Resource":"*","Condition":{"StringEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), request: policy.Call{Principal: role}, want: true},
		"a Not operator holds without the key":   {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}`, request: policy.Call{Principal: role}},
		"Null":                                   {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Null":{"kms:ViaService":"true"}}}`, request: policy.Call{Principal: role}},
		"TLS 1.1 is less than 1.2":               {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}}`, request: policy.Call{Principal: role, Context: map[string]string{"s3:TlsVersion": "1.1"}}},
		"TLS 1.3 is not":                         {identity: everything, resource: onBucket(`"Resource":"*"`) + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}}`, request: policy.Call{Principal: role, Context: map[string]string{"s3:TlsVersion": "1.3"}}, want: true},
		"the role's name matters":                {identity: everything, resource: onBucket(`"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:role/view360-*"}}`), request: policy.Call{Principal: "arn:aws:iam::" + other + ":role/admin"}},
		"a service by its name":                  {resource: `{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"*"}`, request: policy.Call{Principal: "logging.s3.amazonaws.com"}, want: true},
		"another service":                        {resource: `{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"*"}`, request: policy.Call{Principal: "events.amazonaws.com"}},
		"actions do not look at upper and lower": {identity: `{"Effect":"Allow","Action":"S3:putobject","Resource":"*"}`, request: policy.Call{Principal: local}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := policy.Policies{Owner: owner, Delegated: c.delegated}
			if c.identity != "" {
				p.Identity = []policy.Document{document(t, c.identity)}
			}
			if c.session != "" {
				p.Session = []policy.Document{document(t, c.session)}
			}
			if c.resource != "" {
				p.Resource = []policy.Document{document(t, c.resource)}
			}
			c.request.Action, c.request.Resource = "s3:PutObject", object
			if got := p.Allows(c.request); got != c.want {
				t.Errorf("Allows = %t, want %t", got, c.want)
			}
		})
	}
}

func TestVariablesNeedTheNewVersion(t *testing.T) {
	d, err := policy.Parse([]byte(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::bucket/data/${aws:PrincipalAccount}/*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Policies{Owner: other, Identity: []policy.Document{d}}
	if p.Allows(policy.Call{Principal: role, Action: "s3:PutObject", Resource: object}) {
		t.Error("a policy of 2008 filled in a variable")
	}
}

func TestParseRejectsUnsupportedElements(t *testing.T) {
	for _, statement := range []string{
		`{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}}}`,
		`{"Effect":"Allow","Action":"*","Resource":{"Ref":"Bucket"}}`,
		`{"Effect":"Perhaps","Action":"*","Resource":"*"}`,
	} {
		if _, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)); err == nil {
			t.Errorf("accepted %s", statement)
		}
	}
}

func TestPoliciesAreReadFromTemplates(t *testing.T) {
	var part any
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":{"Fn::Join":["",[{"Fn::GetAtt":["Bucket","Arn"]},"/data/",{"Ref":"AWS::AccountId"},"/*"]]}},
		{"Effect":"Allow","Action":"s3:GetObject","Resource":{"Fn::Sub":"arn:${AWS::Partition}:s3:::bucket/${!aws:PrincipalAccount}/*"}}]}`
	if err := json.Unmarshal([]byte(text), &part); err != nil {
		t.Fatal(err)
	}
	d, err := policy.FromTemplate(part, map[string]string{"Bucket.Arn": "arn:aws:s3:::bucket", "AWS::AccountId": other, "AWS::Partition": "aws"})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Statement[0].Resource[0]; got != "arn:aws:s3:::bucket/data/"+other+"/*" {
		t.Errorf("joined %s", got)
	}
	if got := d.Statement[1].Resource[0]; got != "arn:aws:s3:::bucket/${aws:PrincipalAccount}/*" {
		t.Errorf("substituted %s", got)
	}
}
