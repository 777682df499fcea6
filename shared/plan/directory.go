package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"view360/shared/awsconf"
	"view360/shared/collect"
	"view360/shared/paging"
)

// Directory looks up accounts and their regions.
type Directory interface {
	// ListAccounts returns all accounts of the caller's organization by their ids.
	ListAccounts(ctx context.Context) (map[string]Member, error)
	// ListAccountsIn returns the accounts in an organizational unit or root, including those of its children.
	ListAccountsIn(ctx context.Context, unit string) ([]string, error)
	// ListTags returns the tags of an account of the organization.
	ListTags(ctx context.Context, account string) (map[string]string, error)
	// FindCaller returns the account of the caller's own credentials.
	FindCaller(ctx context.Context) (string, error)
	// ListRegions returns the enabled regions of an account, sorted. A nil role means the caller's own credentials.
	ListRegions(ctx context.Context, account string, role *collect.Role) ([]string, error)
}

// Member is an account of an organization.
type Member struct {
	State string // such as ACTIVE or SUSPENDED
	collect.Membership
}

// AWSDirectory reads AWS Organizations, STS and the Account API.
type AWSDirectory struct{ Config aws.Config }

// regionActions are the actions that a member role's session needs to list regions.
var regionActions = []string{"account:ListRegions"}

// ListAccounts reads Organizations ListAccounts.
func (d AWSDirectory) ListAccounts(ctx context.Context) (map[string]Member, error) {
	pages := organizations.NewListAccountsPaginator(organizations.NewFromConfig(d.Config), &organizations.ListAccountsInput{},
		func(o *organizations.ListAccountsPaginatorOptions) { o.StopOnDuplicateToken = true })
	accounts := map[string]Member{}
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the organization's accounts: %w", err)
		}
		for _, a := range page.Accounts {
			accounts[aws.ToString(a.Id)] = Member{toState(a), collect.Membership{
				Email: aws.ToString(a.Email), ARN: aws.ToString(a.Arn), JoinedMethod: string(a.JoinedMethod), Joined: aws.ToTime(a.JoinedTimestamp),
			}}
		}
	}
	return accounts, nil
}

// toState returns an account's State, or its retired Status in partitions without State.
func toState(a orgtypes.Account) string {
	if a.State != "" {
		return string(a.State)
	}
	return string(a.Status)
}

// ListAccountsIn reads Organizations ListAccountsForParent and ListOrganizationalUnitsForParent.
func (d AWSDirectory) ListAccountsIn(ctx context.Context, unit string) ([]string, error) {
	client := organizations.NewFromConfig(d.Config)
	var accounts []string
	for units := []string{unit}; len(units) > 0; units = units[1:] {
		here, err := listAccountsInUnit(ctx, client, units[0])
		if err != nil {
			return nil, fmt.Errorf("listing the accounts in %s: %w", units[0], err)
		}
		children, err := listUnitsInUnit(ctx, client, units[0])
		if err != nil {
			return nil, fmt.Errorf("listing the units in %s: %w", units[0], err)
		}
		accounts, units = append(accounts, here...), append(units, children...)
	}
	return accounts, nil
}

func listAccountsInUnit(ctx context.Context, client *organizations.Client, unit string) ([]string, error) {
	pages := organizations.NewListAccountsForParentPaginator(client, &organizations.ListAccountsForParentInput{ParentId: &unit},
		func(o *organizations.ListAccountsForParentPaginatorOptions) { o.StopOnDuplicateToken = true })
	var accounts []string
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, err
		}
		for _, a := range page.Accounts {
			accounts = append(accounts, aws.ToString(a.Id))
		}
	}
	return accounts, nil
}

func listUnitsInUnit(ctx context.Context, client *organizations.Client, unit string) ([]string, error) {
	pages := organizations.NewListOrganizationalUnitsForParentPaginator(client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &unit},
		func(o *organizations.ListOrganizationalUnitsForParentPaginatorOptions) { o.StopOnDuplicateToken = true })
	var units []string
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, err
		}
		for _, u := range page.OrganizationalUnits {
			units = append(units, aws.ToString(u.Id))
		}
	}
	return units, nil
}

// ListTags reads Organizations ListTagsForResource.
func (d AWSDirectory) ListTags(ctx context.Context, account string) (map[string]string, error) {
	pages := organizations.NewListTagsForResourcePaginator(organizations.NewFromConfig(d.Config), &organizations.ListTagsForResourceInput{ResourceId: &account},
		func(o *organizations.ListTagsForResourcePaginatorOptions) { o.StopOnDuplicateToken = true })
	tags := map[string]string{}
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the tags of account %s: %w", account, err)
		}
		for _, tag := range page.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	return tags, nil
}

// FindCaller reads STS GetCallerIdentity.
func (d AWSDirectory) FindCaller(ctx context.Context) (string, error) {
	identity, err := sts.NewFromConfig(d.Config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", fmt.Errorf("reading the caller's identity: %w", err)
	}
	return aws.ToString(identity.Account), nil
}

// ListRegions reads Account ListRegions.
func (d AWSDirectory) ListRegions(ctx context.Context, id string, role *collect.Role) ([]string, error) {
	target := awsconf.Target{Session: "plan"}
	if role != nil {
		target.RoleARN, target.ExternalID, target.Actions = role.ARN, role.ExternalID, regionActions
	}
	cfg, err := awsconf.ForTarget(d.Config, target)
	if err != nil {
		return nil, err
	}
	pages := accountapi.NewListRegionsPaginator(accountapi.NewFromConfig(cfg), &accountapi.ListRegionsInput{
		MaxResults:              aws.Int32(50),
		RegionOptStatusContains: []accounttypes.RegionOptStatus{accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault},
	}, func(o *accountapi.ListRegionsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var regions []string
	for page, err := range paging.ReadPages(ctx, pages) {
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
