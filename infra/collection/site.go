package collection

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/function"
	"view360/shared/metrics"
)

// staging is the key prefix of plans, parts and outcomes.
var staging = []string{"staging"}

// site has the buckets for parts and snapshots, and the permissions to use them.
type site struct {
	staging     function.Bucket
	publish     []awsiam.PolicyStatement // of the merge function
	environment map[string]string
}

// newHubSite returns a site that stages and publishes in the hub's data bucket.
func newHubSite(hub *analytics.Hub) site {
	bucket := hub.Objects()
	return site{
		staging: bucket,
		publish: bucket.Statements(function.Access{Write: []string{"data"}}),
		environment: map[string]string{
			"STAGING_BUCKET": *hub.Bucket.BucketName(), "DATA_BUCKET": *hub.Bucket.BucketName(),
			"BUCKET_KMS_KEY": *hub.DataKey.KeyArn(), "BUCKET_OWNER": *hub.Account(), metrics.Variable: metrics.Namespace,
		},
	}
}

// newOwnSite returns a site that stages in a new bucket of the account and publishes under the account's prefix of the
// hub's bucket, encrypted with that bucket's key. The permissions require that the hub's account owns the bucket, so that
// another owner of a bucket of that name gets nothing.
func (s *Stack) newOwnSite() site {
	own := awss3.NewBucket(s.Stack, jsii.String("Staging"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_S3_MANAGED, BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED, EnforceSSL: jsii.Bool(true), MinimumTLSVersion: jsii.Number(1.2),
		Versioned: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id: jsii.String("leftovers"), Expiration: toDays(30), NoncurrentVersionExpiration: toDays(1), AbortIncompleteMultipartUploadAfter: toDays(1),
		}},
	})
	hub := s.config.Hub
	partition := "arn:" + *s.Partition()
	prefix := partition + ":s3:::" + s.config.BucketName() + "/data/" + *s.Account() + "/*"
	key := partition + ":kms:" + hub.Region + ":" + hub.Account + ":key/*"
	if e := s.config.Storage.Existing; e != nil {
		key = e.Key
	}
	return site{
		staging: function.Bucket{ARN: *own.BucketArn(), Region: *s.Region()},
		publish: []awsiam.PolicyStatement{
			function.AllowIf(map[string]any{"StringEquals": map[string]any{"s3:ResourceAccount": hub.Account}},
				[]string{"s3:PutObject", "s3:AbortMultipartUpload"}, prefix),
			function.AllowIf(map[string]any{
				"StringEquals": map[string]any{"kms:ViaService": function.FormatServiceName("s3", hub.Region)},
				"StringLike":   map[string]any{"kms:EncryptionContext:aws:s3:arn": prefix},
			}, []string{"kms:GenerateDataKey", "kms:Decrypt"}, key),
		},
		// Without metrics: each account would pay for them, and only the hub has alarms.
		environment: map[string]string{
			"STAGING_BUCKET": *own.BucketName(), "DATA_BUCKET": s.config.BucketName(), "DATA_BUCKET_REGION": hub.Region,
		},
	}
}

func toDays(n int) awscdk.Duration { return awscdk.Duration_Days(jsii.Number(n)) }
