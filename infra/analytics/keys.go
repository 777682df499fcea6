package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
	"view360/infra/function"
)

// newKey creates a key with rotation. It is retained when the stack is deleted, because data without its key is lost.
func (h *Hub) newKey(id, description string) awskms.Key {
	return awskms.NewKey(h.Stack, jsii.String(id), &awskms.KeyProps{
		Description: jsii.String(description), EnableKeyRotation: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
}

// newOperationsKey creates the key of log groups and the topic.
func (h *Hub) newOperationsKey() awskms.IKey {
	key := h.newKey("OperationsKey", "View360: logs and alarms")
	use := []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
	logs := function.AllowIf(map[string]any{
		"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": *h.formatARN("logs", "log-group:*")},
	}, use, "*")
	logs.AddServicePrincipal(jsii.String(function.FormatServiceName("logs", *h.Region())), nil)
	publish := function.AllowIf(map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": *h.Account()},
	}, []string{"kms:Decrypt", "kms:GenerateDataKey*"}, "*")
	publish.AddServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)
	publish.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	key.AddToResourcePolicy(logs, nil)
	key.AddToResourcePolicy(publish, nil)
	return key
}

// newDataKey creates the key of the data bucket. In push mode other accounts may use it, but only through S3 and for
// objects under their own prefix: S3 puts the object's ARN into the encryption context. S3 needs Decrypt to complete a
// multipart upload; it reveals nothing without permission to read from the bucket.
func (h *Hub) newDataKey(bucketARN string) awskms.IKey {
	key := h.newKey("DataKey", "View360: snapshots")
	if h.Config.Collection.Mode != config.Push {
		return key
	}
	conditions := h.buildSenderConditions()
	conditions["StringLike"] = map[string]any{"kms:EncryptionContext:aws:s3:arn": bucketARN + "/data/${aws:PrincipalAccount}/*"}
	equals := map[string]any{"kms:ViaService": function.FormatServiceName("s3", *h.Region())}
	mergeConditions(conditions, "StringEquals", equals)
	senders := function.AllowIf(conditions, []string{"kms:GenerateDataKey", "kms:Decrypt"}, "*")
	senders.AddPrincipals(h.listSenderPrincipals()...)
	key.AddToResourcePolicy(senders, nil)
	return key
}

// mergeConditions adds keys to an operator of conditions.
func mergeConditions(conditions map[string]any, operator string, keys map[string]any) {
	existing, ok := conditions[operator].(map[string]any)
	if !ok {
		conditions[operator] = keys
		return
	}
	for key, value := range keys {
		existing[key] = value
	}
}

// buildSenderConditions returns the conditions for roles that write in push mode: the role path of a merge function of a
// deployment of the same name and, instead of a list of accounts, the organization.
func (h *Hub) buildSenderConditions() map[string]any {
	conditions := map[string]any{"ArnLike": map[string]any{
		"aws:PrincipalArn": "arn:" + *h.Partition() + ":iam::*:role" + h.Config.RolePath("merge") + "*",
	}}
	if o := h.Config.Organization; o != nil {
		conditions["StringEquals"] = map[string]any{"aws:PrincipalOrgID": o.ID}
	}
	return conditions
}

// listSenderPrincipals returns all principals, which the conditions limit to the organization, or the listed accounts
// without one.
func (h *Hub) listSenderPrincipals() []awsiam.IPrincipal {
	if h.Config.Organization != nil {
		return []awsiam.IPrincipal{awsiam.NewStarPrincipal()}
	}
	var accounts []awsiam.IPrincipal
	for _, account := range h.Config.Collection.Accounts {
		accounts = append(accounts, awsiam.NewAccountPrincipal(account))
	}
	return accounts
}

// formatARN returns the ARN of a resource in the hub's account and region.
func (h *Hub) formatARN(service, resource string) *string {
	return h.FormatArn(&awscdk.ArnComponents{
		Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}
