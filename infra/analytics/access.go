package analytics

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"view360/infra/function"
)

// Access is what a role may do with objects of the data bucket, by the prefixes of their keys.
type Access struct{ Read, Write, Delete []string }

// BucketStatements allow it, and the use of the key that goes with it.
func (h *Hub) BucketStatements(a Access) []awsiam.PolicyStatement {
	under := func(prefixes []string) []string {
		arns := make([]string, len(prefixes))
		for i, prefix := range prefixes {
			arns[i] = fmt.Sprintf("%s/%s/*", *h.Bucket.BucketArn(), prefix)
		}
		return arns
	}
	var statements []awsiam.PolicyStatement
	var key []string
	if len(a.Read) > 0 {
		statements = append(statements, function.Allow([]string{"s3:GetObject", "s3:GetObjectVersion"}, under(a.Read)...),
			// Without it a missing object looks like one that is forbidden.
			function.Allow([]string{"s3:ListBucket"}, *h.Bucket.BucketArn()))
		key = []string{"kms:Decrypt"}
	}
	if len(a.Write) > 0 {
		statements = append(statements, function.Allow([]string{"s3:PutObject", "s3:AbortMultipartUpload"}, under(a.Write)...))
		key = []string{"kms:Decrypt", "kms:GenerateDataKey"} // S3 decrypts to complete a multipart upload
	}
	if len(a.Delete) > 0 {
		statements = append(statements, function.Allow([]string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, under(a.Delete)...))
	}
	if len(key) == 0 {
		return statements
	}
	return append(statements, function.AllowIf(map[string]any{
		"StringEquals": map[string]any{"kms:ViaService": "s3." + *h.Region() + ".amazonaws.com"},
	}, key, *h.DataKey.KeyArn()))
}
