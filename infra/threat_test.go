package main

import (
	"maps"
	"strings"
	"testing"

	"view360/infra/policy"
)

// owner is the hub of the examples; other and third are accounts of its organization, or of none.
const (
	owner = "111122223333"
	other = "444455556666"
	third = "777788889999"
	orgID = "o-a1b2c3d4e5"
)

// The hub's bucket and key, as requests name them.
const (
	bucketARN = "arn:aws:s3:::view360-data-111122223333-eu-west-1"
	keyARN    = "arn:aws:kms:eu-west-1:111122223333:key/data"
)

// push are the policies of push mode: the hub's bucket and key, and the merge role of account other.
func push(t *testing.T) (bucket, key policy.Policies) {
	t.Helper()
	hub, spoke := synthesized(t, "organization-push", "Analytics"), synthesized(t, "organization-push", "Collection")
	values := pseudo(owner)
	for id := range hub.resources("AWS::S3::Bucket") {
		if strings.HasPrefix(id, "DataBucket") {
			values[id+".Arn"] = bucketARN
		}
	}
	for id := range hub.resources("AWS::KMS::Key") {
		if strings.HasPrefix(id, "DataKey") {
			values[id+".Arn"] = keyARN
		}
	}
	role := find(only(t, spoke, "AWS::IAM::Role", "MergeRole"), "Policies", 0, "PolicyDocument")
	identity := []policy.Document{resolved(t, role, pseudo(other))}
	bucketPolicy := find(only(t, hub, "AWS::S3::BucketPolicy", "DataBucket"), "PolicyDocument")
	keyPolicy := find(only(t, hub, "AWS::KMS::Key", "DataKey"), "KeyPolicy")
	return policy.Policies{Owner: owner, Identity: identity, Resource: []policy.Document{resolved(t, bucketPolicy, values)}},
		policy.Policies{Owner: owner, Identity: identity, Delegated: true, Resource: []policy.Document{resolved(t, keyPolicy, values)}}
}

func only(t *testing.T, stack template, kind, prefix string) object {
	t.Helper()
	for id, properties := range stack.resources(kind) {
		if strings.HasPrefix(id, prefix) {
			return properties
		}
	}
	t.Fatalf("no %s %s", kind, prefix)
	return nil
}

func resolved(t *testing.T, document any, values map[string]string) policy.Document {
	t.Helper()
	parsed, err := policy.FromTemplate(document, values)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// anything is the identity policy of an account that wants more than it was given.
var anything = policy.Document{Version: "2012-10-17", Statement: []policy.Statement{{
	Effect: "Allow", Action: policy.Strings{"*"}, Resource: policy.Strings{"*"},
}}}

// sender is a request of the merge role of an account.
func sender(account, action, resource string, changes map[string]string) policy.Call {
	values := map[string]string{
		"aws:PrincipalOrgID": orgID, "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:PrincipalIsAWSService": "false",
		"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": resource, "s3:ResourceAccount": owner,
	}
	maps.Copy(values, changes)
	for key, value := range values {
		if value == "" {
			delete(values, key)
		}
	}
	return policy.Call{
		Principal: "arn:aws:iam::" + account + ":role/view360/merge/View360Collection-MergeRole-1A2B3C",
		Action:    action, Resource: resource, Context: values,
	}
}

// TestHostileMemberAccountIsRefused decides the cases of an account that writes to the hub on the policies of push mode. Each attacker may do
// anything as far as its own account is concerned, so that the hub's policies alone must stop it.
func TestHostileMemberAccountIsRefused(t *testing.T) {
	bucket, key := push(t)
	own := bucketARN + "/data/" + other + "/eu-west-1/2026-03-11_DAILY.json"
	foreign := bucketARN + "/data/" + third + "/eu-west-1/2026-03-11_DAILY.json"
	wrongRole := sender(other, "s3:PutObject", own, nil)
	wrongRole.Principal = "arn:aws:iam::" + other + ":role/admin"
	for name, c := range map[string]struct {
		request policy.Call
		want    bool
	}{
		"an account writes under its own prefix":  {sender(other, "s3:PutObject", own, nil), true},
		"and names the hub's key":                 {sender(other, "s3:PutObject", own, map[string]string{"s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": keyARN}), true},
		"an account writes under another's":       {sender(other, "s3:PutObject", foreign, nil), false},
		"writes what is not a snapshot":           {sender(other, "s3:PutObject", bucketARN+"/scripts/sender.py", nil), false},
		"writes to loaded":                        {sender(other, "s3:PutObject", bucketARN+"/loaded/"+other+"/x.json", nil), false},
		"writes with another key":                 {sender(other, "s3:PutObject", own, map[string]string{"s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:" + other + ":key/own"}), false},
		"writes with a key of S3":                 {sender(other, "s3:PutObject", own, map[string]string{"s3:x-amz-server-side-encryption": "AES256"}), false},
		"reads its own":                           {sender(other, "s3:GetObject", own, nil), false},
		"reads another's":                         {sender(other, "s3:GetObject", foreign, nil), false},
		"lists":                                   {sender(other, "s3:ListBucket", bucketARN, nil), false},
		"deletes its own":                         {sender(other, "s3:DeleteObject", own, nil), false},
		"opens an object to the world":            {sender(other, "s3:PutObjectAcl", own, nil), false},
		"tags an object":                          {sender(other, "s3:PutObjectTagging", own, nil), false},
		"an account outside of the organization":  {sender(other, "s3:PutObject", own, map[string]string{"aws:PrincipalOrgID": "o-somebodyelse"}), false},
		"an account that has left":                {sender(other, "s3:PutObject", own, map[string]string{"aws:PrincipalOrgID": ""}), false},
		"a role of another name":                  {wrongRole, false},
		"plain HTTP":                              {sender(other, "s3:PutObject", own, map[string]string{"aws:SecureTransport": "false", "s3:TlsVersion": ""}), false},
		"TLS 1.1":                                 {sender(other, "s3:PutObject", own, map[string]string{"s3:TlsVersion": "1.1"}), false},
		"plain HTTP from the hub itself":          {hubRequest(map[string]string{"aws:SecureTransport": "false"}), false},
		"the hub itself":                          {hubRequest(map[string]string{"aws:SecureTransport": "true"}), true},
		"the hub with a key that it cannot spare": {hubRequest(map[string]string{"aws:SecureTransport": "true", "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": "alias/other"}), false},
	} {
		t.Run(name, func(t *testing.T) {
			attacker := bucket
			attacker.Identity = []policy.Document{anything}
			if got := attacker.Allows(c.request); got != c.want {
				t.Errorf("allowed %t, want %t", got, c.want)
			}
		})
	}
	t.Run("the role that is deployed can do it", func(t *testing.T) {
		if !bucket.Allows(sender(other, "s3:PutObject", own, nil)) || !key.Allows(sender(other, "kms:GenerateDataKey", keyARN, map[string]string{"kms:EncryptionContext:aws:s3:arn": own})) {
			t.Error("a snapshot cannot be written")
		}
		if bucket.Allows(sender(other, "s3:PutObject", foreign, nil)) {
			t.Error("it may also write under another account's prefix")
		}
		if bucket.Allows(sender(other, "s3:PutObject", own, map[string]string{"s3:ResourceAccount": third})) {
			t.Error("it writes to a bucket of that name in other hands")
		}
	})
}

func hubRequest(values map[string]string) policy.Call {
	return policy.Call{
		Principal: "arn:aws:iam::" + owner + ":role/operator", Action: "s3:PutObject",
		Resource: bucketARN + "/data/" + other + "/eu-west-1/2026-03-11_DAILY.json", Context: values,
	}
}

func TestKeyRefusesStrangers(t *testing.T) {
	_, key := push(t)
	key.Identity = []policy.Document{anything}
	context := func(account string) map[string]string {
		return map[string]string{"kms:EncryptionContext:aws:s3:arn": bucketARN + "/data/" + account + "/eu-west-1/2026-03-11_DAILY.json"}
	}
	with := func(changes map[string]string) map[string]string {
		values := context(other)
		maps.Copy(values, changes)
		return values
	}
	for name, c := range map[string]struct {
		action  string
		changes map[string]string
		want    bool
	}{
		"encrypts its own snapshot":       {"kms:GenerateDataKey", context(other), true},
		"completes a multipart upload":    {"kms:Decrypt", context(other), true},
		"encrypts another's":              {"kms:GenerateDataKey", context(third), false},
		"decrypts another's":              {"kms:Decrypt", context(third), false},
		"decrypts without S3":             {"kms:Decrypt", with(map[string]string{"kms:ViaService": ""}), false},
		"through another service":         {"kms:GenerateDataKey", with(map[string]string{"kms:ViaService": "rds.eu-west-1.amazonaws.com"}), false},
		"from outside of organization":    {"kms:GenerateDataKey", with(map[string]string{"aws:PrincipalOrgID": "o-somebodyelse"}), false},
		"without an encryption context":   {"kms:GenerateDataKey", map[string]string{"kms:EncryptionContext:aws:s3:arn": ""}, false},
		"gives the key to somebody":       {"kms:CreateGrant", context(other), false},
		"changes the policy of the key":   {"kms:PutKeyPolicy", context(other), false},
		"schedules the key's destruction": {"kms:ScheduleKeyDeletion", context(other), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := key.Allows(sender(other, c.action, keyARN, c.changes)); got != c.want {
				t.Errorf("allowed %t, want %t", got, c.want)
			}
		})
	}
}
