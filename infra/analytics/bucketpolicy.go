package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
	"view360/infra/function"
)

// restrictBucket adds statements to the bucket's policy: they deny other KMS keys, and in push mode allow each account to
// write under its own prefix and nothing else.
func (h *Hub) restrictBucket(bucket awss3.Bucket) {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	put := []string{"s3:PutObject"}
	// A request without encryption headers gets the bucket's key and is allowed.
	bucket.AddToResourcePolicy(denyActions(put, buildMismatch("s3:x-amz-server-side-encryption", "aws:kms"), objects))
	bucket.AddToResourcePolicy(denyActions(put, buildMismatch("s3:x-amz-server-side-encryption-aws-kms-key-id", *h.DataKey.KeyArn()), objects))
	if h.Config.Collection.Mode != config.Push {
		return
	}
	own := *bucket.ArnForObjects(jsii.String("data/${aws:PrincipalAccount}/*"))
	write := function.AllowIf(h.buildSenderConditions(), []string{"s3:PutObject", "s3:AbortMultipartUpload"}, own)
	write.AddPrincipals(h.listSenderPrincipals()...)
	bucket.AddToResourcePolicy(write)
	bucket.AddToResourcePolicy(h.denyElsewhere(own))
}

// denyElsewhere returns a statement that denies writing under another account's prefix, which a later statement might
// allow by mistake.
func (h *Hub) denyElsewhere(own string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:       awsiam.Effect_DENY,
		Principals:   &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
		Actions:      jsii.Strings("s3:PutObject"),
		NotResources: jsii.Strings(own),
		Conditions: &map[string]any{
			"StringNotEquals": map[string]any{"aws:PrincipalAccount": h.Config.Hub.Account},
			"Bool":            map[string]any{"aws:PrincipalIsAWSService": "false"},
		},
	})
}

// buildMismatch returns conditions that hold for a request whose condition key exists with another value.
func buildMismatch(key, value string) map[string]any {
	return map[string]any{
		"Null":            map[string]any{key: "false"},
		"StringNotEquals": map[string]any{key: value},
	}
}

// denyActions returns a statement that denies actions to all principals under conditions.
func denyActions(actions []string, conditions map[string]any, resources ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
		Actions:    jsii.Strings(actions...), Resources: jsii.Strings(resources...), Conditions: &conditions,
	})
}
