package analytics

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
	"view360/infra/function"
)

// newStorage creates the data bucket and its key, or imports the existing ones.
func (h *Hub) newStorage() {
	if e := h.Config.Storage.Existing; e != nil {
		h.DataKey = awskms.Key_FromKeyArn(h.Stack, jsii.String("DataKey"), jsii.String(e.Key))
		h.Bucket = awss3.Bucket_FromBucketAttributes(h.Stack, jsii.String("DataBucket"), &awss3.BucketAttributes{
			BucketName: jsii.String(e.Bucket), EncryptionKey: h.DataKey,
		})
		return
	}
	name := h.Config.BucketName()
	h.DataKey = h.newDataKey("arn:" + *h.Partition() + ":s3:::" + name)
	bucket := awss3.NewBucket(h.Stack, jsii.String("DataBucket"), &awss3.BucketProps{
		BucketName:    jsii.String(name),
		Encryption:    awss3.BucketEncryption_KMS,
		EncryptionKey: h.DataKey,
		// A bucket key would remove the object's ARN from the encryption context, which the key policy of push mode checks.
		BucketKeyEnabled:       jsii.Bool(h.Config.Collection.Mode != config.Push),
		BlockPublicAccess:      awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:        awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:             jsii.Bool(true),
		MinimumTLSVersion:      jsii.Number(1.2),
		Versioned:              jsii.Bool(true),
		LifecycleRules:         h.buildLifecycle(),
		ServerAccessLogsBucket: h.newAccessLogs(),
		ServerAccessLogsPrefix: jsii.String("data/"),
		RemovalPolicy:          awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
	})
	h.restrictBucket(bucket)
	h.Bucket = bucket
}

// buildLifecycle returns the rules that archive and expire loaded snapshots, and expire staged and rejected objects.
func (h *Hub) buildLifecycle() *[]*awss3.LifecycleRule {
	days := func(n int) awscdk.Duration { return awscdk.Duration_Days(jsii.Number(n)) }
	loaded := &awss3.LifecycleRule{Id: jsii.String("loaded"), Prefix: jsii.String("loaded/")}
	if after := *h.Config.Storage.ArchiveAfter; after > 0 {
		loaded.Transitions = &[]*awss3.Transition{{StorageClass: awss3.StorageClass_INFREQUENT_ACCESS(), TransitionAfter: days(after)}}
	}
	if after := h.Config.Storage.ExpireAfter; after > 0 {
		loaded.Expiration = days(after)
	}
	rules := []*awss3.LifecycleRule{
		{Id: jsii.String("leftovers"), NoncurrentVersionExpiration: days(30), AbortIncompleteMultipartUploadAfter: days(1)},
		{Id: jsii.String("staging"), Prefix: jsii.String("staging/"), Expiration: days(30)},
		{Id: jsii.String("rejected"), Prefix: jsii.String("rejected/"), Expiration: days(90)},
	}
	if loaded.Transitions != nil || loaded.Expiration != nil {
		rules = append(rules, loaded)
	}
	return &rules
}

// newAccessLogs creates the bucket of S3 access logs. The log service cannot use a customer managed key.
func (h *Hub) newAccessLogs() awss3.Bucket {
	return awss3.NewBucket(h.Stack, jsii.String("AccessLogs"), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         jsii.Bool(true),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                          jsii.String("logs"),
			Expiration:                  awscdk.Duration_Days(jsii.Number(365)),
			NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(30)), AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
}

// Objects returns the data bucket for the permissions of functions.
func (h *Hub) Objects() function.Bucket {
	return function.Bucket{ARN: *h.Bucket.BucketArn(), Region: *h.Region(), Key: *h.DataKey.KeyArn()}
}
