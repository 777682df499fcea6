package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
	"view360/infra/function"
)

// newKey makes a key that rotates and outlives the stack, because data without its key is lost.
func (h *Hub) newKey(id, description string) awskms.Key {
	return awskms.NewKey(h.Stack, jsii.String(id), &awskms.KeyProps{
		Description: jsii.String(description), EnableKeyRotation: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
}

// newOperationsKey is for log groups and the topic.
func (h *Hub) newOperationsKey() awskms.IKey {
	key := h.newKey("OperationsKey", "View360: logs and alarms")
	use := []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
	logs := function.AllowIf(map[string]any{
		"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": *h.formatARN("logs", "log-group:*")},
	}, use, "*")
	logs.AddServicePrincipal(jsii.String("logs."+*h.Region()+".amazonaws.com"), nil)
	publish := function.AllowIf(map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": *h.Account()},
	}, []string{"kms:Decrypt", "kms:GenerateDataKey*"}, "*")
	publish.AddServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)
	publish.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	key.AddToResourcePolicy(logs, nil)
	key.AddToResourcePolicy(publish, nil)
	return key
}

// newDataKey is for the data bucket. In push mode other accounts may use it, but only through S3 and for objects under
// their own prefix: S3 names the object in the encryption context. Decrypt is what S3 asks for at the end of a multipart
// upload; without a right to read from the bucket it gives nothing away.
func (h *Hub) newDataKey(bucketARN string) awskms.IKey {
	key := h.newKey("DataKey", "View360: snapshots")
	if h.Config.Collection.Mode != config.Push {
		return key
	}
	conditions := h.buildSenderConditions()
	conditions["StringLike"] = map[string]any{"kms:EncryptionContext:aws:s3:arn": bucketARN + "/data/${aws:PrincipalAccount}/*"}
	equals := map[string]any{"kms:ViaService": "s3." + *h.Region() + ".amazonaws.com"}
	mergeConditions(conditions, "StringEquals", equals)
	senders := function.AllowIf(conditions, []string{"kms:GenerateDataKey", "kms:Decrypt"}, "*")
	senders.AddPrincipals(h.listSenderPrincipals()...)
	key.AddToResourcePolicy(senders, nil)
	return key
}

// mergeConditions adds the keys of one condition operator.
func mergeConditions(conditions map[string]any, operator string, keys map[string]any) {
	existing, there := conditions[operator].(map[string]any)
	if !there {
		conditions[operator] = keys
		return
	}
	for key, value := range keys {
		existing[key] = value
	}
}

// buildSenderConditions are the conditions that a writing role of push mode meets: a member of the organisation, by the path of its
// name the merge function of an installation of the same name. The organisation takes the place of a list of accounts.
func (h *Hub) buildSenderConditions() map[string]any {
	conditions := map[string]any{"ArnLike": map[string]any{
		"aws:PrincipalArn": "arn:" + *h.Partition() + ":iam::*:role" + h.Config.RolePath("merge") + "*",
	}}
	if o := h.Config.Organization; o != nil {
		conditions["StringEquals"] = map[string]any{"aws:PrincipalOrgID": o.ID}
	}
	return conditions
}

// listSenderPrincipals are everybody, whom the conditions narrow to the organisation, or the listed accounts without one.
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

// formatARN is the ARN of a resource in the hub's account and region.
func (h *Hub) formatARN(service, resource string) *string {
	return h.FormatArn(&awscdk.ArnComponents{
		Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}
