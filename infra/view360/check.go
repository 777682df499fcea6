package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/agext/levenshtein"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"view360/shared/awsconf"
	"view360/shared/plan"
)

// checkRequest rejects a request that the plan would refuse, and regions that do not exist, before anything starts.
func checkRequest(request map[string]any, regions []string) error {
	input, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("encoding the request: %w", err)
	}
	if err := plan.CheckRequest(input, time.Now()); err != nil {
		return usageError{err}
	}
	for _, region := range regions {
		if err := checkRegion(region); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// checkRegion rejects a region that the AWS SDK does not know, and suggests the one with the most similar name.
func checkRegion(name string) error {
	var similar string
	best := -1.0
	for _, region := range awsconf.ListRegions() {
		if region == name {
			return nil
		}
		if score := levenshtein.Similarity(name, region, nil); score > best {
			similar, best = region, score
		}
	}
	return fmt.Errorf("region %q does not exist: do you mean %s?", name, similar)
}

// checkMembers rejects accounts that are not in the caller's organization. Who may not ask is not told: the plan knows the
// accounts that the deployment covers.
func checkMembers(ctx context.Context, cfg aws.Config, accounts []string) error {
	client := organizations.NewFromConfig(cfg)
	for _, id := range accounts {
		_, err := client.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &id})
		if unknown := (*types.AccountNotFoundException)(nil); errors.As(err, &unknown) {
			return usageError{fmt.Errorf("account %s is not in the organization: %w", id, err)}
		}
	}
	return nil
}
