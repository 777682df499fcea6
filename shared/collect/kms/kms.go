// Package kms collects the KMS keys of a region, those of AWS services included.
//
//	operations  kms ListKeys (all pages), DescribeKey and GetKeyRotationStatus (one call per key, the
//	            latter of customer managed ones only, side by side)
//	scope       region
//	window      none: state at run time
//	section     security.kms
//	paid        no
//	quotas      DescribeKey 2000, GetKeyRotationStatus 1000, ListKeys 500 requests per second
//	            https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
package kms

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the KMS client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListKeys(context.Context, *kms.ListKeysInput, ...func(*kms.Options)) (*kms.ListKeysOutput, error)
	DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
	GetKeyRotationStatus(context.Context, *kms.GetKeyRotationStatusInput, ...func(*kms.Options)) (*kms.GetKeyRotationStatusOutput, error)
}

// Collector is the source kms.
var Collector = collect.Collector{
	SourceName: "kms",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, kms.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.kms"
	atOnce   = 10
	pageSize = 1000
)

// Collect writes a [snapshot.KMSKey] for every key, in the order of ListKeys. A key or a rotation status that cannot
// be read is a warning.
func Collect(ctx context.Context, api API, _ collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	pages := kms.NewListKeysPaginator(api, &kms.ListKeysInput{Limit: aws.Int32(pageSize)}, func(o *kms.ListKeysPaginatorOptions) { o.StopOnDuplicateToken = true })
	keys := paging.EachItem(paging.ReadPages(ctx, pages), func(page *kms.ListKeysOutput) []types.KeyListEntry { return page.Keys })
	err := collect.FetchInOrder(ctx, atOnce, keys,
		func(ctx context.Context, entry types.KeyListEntry) (*snapshot.KMSKey, error) {
			return describeKey(ctx, api, entry, part)
		},
		func(key *snapshot.KMSKey) error {
			if key == nil {
				return nil
			}
			return part.Add(section, key)
		})
	if err != nil {
		return fmt.Errorf("listing keys: %w", err)
	}
	return nil
}

// describeKey returns nil for a key that is gone or cannot be described.
func describeKey(ctx context.Context, api API, entry types.KeyListEntry, part *collect.Part) (*snapshot.KMSKey, error) {
	described, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: entry.KeyId})
	var gone *types.NotFoundException
	switch {
	case errors.As(err, &gone):
		return nil, nil
	case err != nil:
		return nil, warnOfKey(ctx, part, "describing key %s: %w", entry, err)
	case described.KeyMetadata == nil:
		return nil, warnOfKey(ctx, part, "describing key %s: %w", entry, errors.New("the answer has no key"))
	}
	key := toKey(entry, described.KeyMetadata)
	key.KeyRotationEnabled, err = readRotation(ctx, api, entry, described.KeyMetadata)
	if err != nil {
		return key, warnOfKey(ctx, part, "reading the rotation of key %s: %w", entry, err)
	}
	return key, nil
}

// warnOfKey records the failure of one key as a warning.
func warnOfKey(ctx context.Context, part *collect.Part, format string, entry types.KeyListEntry, err error) error {
	return collect.Tolerate(ctx, part, "kms", fmt.Errorf(format, aws.ToString(entry.KeyId), err))
}

// readRotation reports whether the key rotates. Keys that cannot rotate, or are in a state without a rotation status,
// do not (D49). AWS rotates the keys that it manages every year, and some of their policies, such as that of aws/acm,
// allow nobody to ask.
func readRotation(ctx context.Context, api API, entry types.KeyListEntry, key *types.KeyMetadata) (*bool, error) {
	if !canRotate(key) {
		return aws.Bool(false), nil
	}
	if key.KeyManager == types.KeyManagerTypeAws {
		return aws.Bool(true), nil
	}
	status, err := api.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: entry.KeyId})
	var unsupported *types.UnsupportedOperationException
	var state *types.KMSInvalidStateException
	switch {
	case errors.As(err, &unsupported), errors.As(err, &state):
		return aws.Bool(false), nil
	case err != nil:
		return nil, err
	}
	return aws.Bool(status.KeyRotationEnabled), nil
}

// canRotate reports whether the key is symmetric and its material comes from AWS. For other keys GetKeyRotationStatus
// is an error.
// https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
func canRotate(key *types.KeyMetadata) bool {
	return key.KeySpec == types.KeySpecSymmetricDefault && key.Origin == types.OriginTypeAwsKms
}

func toKey(entry types.KeyListEntry, key *types.KeyMetadata) *snapshot.KMSKey {
	return &snapshot.KMSKey{
		KeyID: aws.ToString(entry.KeyId), ARN: key.Arn, Description: key.Description, KeyUsage: snapshot.Text(key.KeyUsage),
		KeyState: snapshot.Text(key.KeyState), CreationDate: snapshot.TimeOf(key.CreationDate), Enabled: &key.Enabled,
	}
}
