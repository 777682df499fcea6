package function

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
)

// Bucket is a bucket that functions read or write.
type Bucket struct {
	ARN, Region string
	// Key is the ARN of the KMS key of its objects; "" if S3 manages the key.
	Key string
}

// Access lists the key prefixes that a role may read, write and delete. Versions means that it names the version of the
// object that it reads or deletes, if the bucket has versions.
type Access struct {
	Read, Write, Delete []string
	Versions            bool
}

// listActions returns the action on an object, and the one on a version of it.
func (a Access) listActions(action string) []string {
	if !a.Versions {
		return []string{action}
	}
	return []string{action, action + "Version"}
}

// Statements returns statements that allow the access and the use of the KMS key for it.
func (bucket Bucket) Statements(a Access) []awsiam.PolicyStatement {
	under := func(prefixes []string) []string {
		arns := make([]string, len(prefixes))
		for i, prefix := range prefixes {
			arns[i] = fmt.Sprintf("%s/%s/*", bucket.ARN, prefix)
		}
		return arns
	}
	var statements []awsiam.PolicyStatement
	var key []string
	if len(a.Read) > 0 {
		statements = append(statements, Allow(a.listActions("s3:GetObject"), under(a.Read)...),
			// Without it, S3 reports a missing object as access denied.
			Allow([]string{"s3:ListBucket"}, bucket.ARN))
		key = []string{"kms:Decrypt"}
	}
	if len(a.Write) > 0 {
		statements = append(statements, Allow([]string{"s3:PutObject", "s3:AbortMultipartUpload"}, under(a.Write)...))
		key = []string{"kms:Decrypt", "kms:GenerateDataKey"} // S3 decrypts to complete a multipart upload
	}
	if len(a.Delete) > 0 {
		statements = append(statements, Allow(a.listActions("s3:DeleteObject"), under(a.Delete)...))
	}
	if len(key) == 0 || bucket.Key == "" {
		return statements
	}
	return append(statements, AllowIf(map[string]any{
		"StringEquals": map[string]any{"kms:ViaService": FormatServiceName("s3", bucket.Region)},
	}, key, bucket.Key))
}
