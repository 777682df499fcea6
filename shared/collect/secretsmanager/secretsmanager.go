// Package secretsmanager collects the list of secrets of a region. It cannot read their values: its role allows only the
// list.
//
//	operations  secretsmanager ListSecrets (all pages)
//	scope       region
//	window      none: state at run time; secrets planned for deletion are left out
//	section     security.secrets_manager
//	paid        no
//	quotas      ListSecrets 100 requests per second
//	            https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
package secretsmanager

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Secrets Manager client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListSecrets(context.Context, *secretsmanager.ListSecretsInput, ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretsOutput, error)
}

// Collector is the source secretsmanager.
var Collector = collect.Collector{
	SourceName: "secretsmanager",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, secretsmanager.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.secrets_manager"
	pageSize = 100
)

// Collect writes a [snapshot.Secret] for every secret, in the order of ListSecrets. It leaves out tags and
// descriptions if the scope omits tags (D72).
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	pages := secretsmanager.NewListSecretsPaginator(api, &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(pageSize)},
		func(o *secretsmanager.ListSecretsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("listing secrets: %w", err)
		}
		for _, entry := range page.SecretList {
			if err := part.Add(section, toSecret(entry, scope.Options.OmitTags)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toSecret(s types.SecretListEntry, omitTags bool) snapshot.Secret {
	secret := snapshot.Secret{
		Name: s.Name, ARN: s.ARN, CreatedDate: snapshot.TimeOf(s.CreatedDate), LastChangedDate: snapshot.TimeOf(s.LastChangedDate),
		LastAccessedDate: snapshot.TimeOf(s.LastAccessedDate), RotationEnabled: aws.ToBool(s.RotationEnabled),
		RotationLambdaARN: s.RotationLambdaARN, KMSKeyID: s.KmsKeyId, Tags: []snapshot.Tag{},
	}
	if omitTags {
		return secret
	}
	secret.Description = s.Description
	for _, tag := range s.Tags {
		secret.Tags = append(secret.Tags, snapshot.Tag{Key: aws.ToString(tag.Key), Value: aws.ToString(tag.Value)})
	}
	return secret
}
