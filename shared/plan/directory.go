package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"view360/shared/awsconf"
	"view360/shared/collect"
)

// AWSDirectory asks AWS Organizations, STS and the Account API.
type AWSDirectory struct{ Config aws.Config }

// regionActions are what a session of a member role needs to list regions.
var regionActions = []string{"account:ListRegions"}

// Accounts are the organisation's active accounts, sorted (Organizations ListAccounts).
func (d AWSDirectory) Accounts(ctx context.Context) ([]string, error) {
	pages := organizations.NewListAccountsPaginator(organizations.NewFromConfig(d.Config), &organizations.ListAccountsInput{},
		func(o *organizations.ListAccountsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var accounts []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the organisation's accounts: %w", err)
		}
		for _, a := range page.Accounts {
			if a.State == orgtypes.AccountStateActive || a.State == "" && a.Status == orgtypes.AccountStatusActive {
				accounts = append(accounts, aws.ToString(a.Id))
			}
		}
	}
	slices.Sort(accounts)
	return accounts, nil
}

// Caller is the account of the credentials (STS GetCallerIdentity).
func (d AWSDirectory) Caller(ctx context.Context) (string, error) {
	identity, err := sts.NewFromConfig(d.Config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", fmt.Errorf("asking whose credentials these are: %w", err)
	}
	return aws.ToString(identity.Account), nil
}

// Regions are the enabled regions of one account, sorted (Account ListRegions).
func (d AWSDirectory) Regions(ctx context.Context, id string, role *collect.Role) ([]string, error) {
	target := awsconf.Target{Session: "plan"}
	if role != nil {
		target.RoleARN, target.ExternalID, target.Actions = role.ARN, role.ExternalID, regionActions
	}
	cfg, err := awsconf.For(d.Config, target)
	if err != nil {
		return nil, err
	}
	pages := account.NewListRegionsPaginator(account.NewFromConfig(cfg), &account.ListRegionsInput{
		MaxResults:              aws.Int32(50),
		RegionOptStatusContains: []accounttypes.RegionOptStatus{accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault},
	}, func(o *account.ListRegionsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var regions []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the regions of account %s: %w", id, err)
		}
		for _, r := range page.Regions {
			regions = append(regions, aws.ToString(r.RegionName))
		}
	}
	slices.Sort(regions)
	return regions, nil
}
