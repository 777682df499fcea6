package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"view360/shared/collect"
	"view360/shared/paging"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	cetypes "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/support"
)

// caller identifies the owner of the credentials.
type caller struct{ account, arn string }

// findCaller asks AWS whose credentials these are. Without an answer no other check makes sense.
func findCaller(ctx context.Context, cfg aws.Config) (caller, error) {
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return caller{}, fmt.Errorf("the credentials are not valid (log in again, for example with 'aws sso login'): %w", err)
	}
	return caller{aws.ToString(identity.Account), aws.ToString(identity.Arn)}, nil
}

func (s survey) checkCredentials(context.Context) check {
	const what = "credentials"
	if hub := s.deployment.Hub; hub.Account != "" && hub.Account != s.caller.account {
		return check{what, todo, fmt.Sprintf("they are of account %s, the hub is %s: choose other ones, with --profile for example", s.caller.account, hub.Account)}
	}
	return check{what, ok, fmt.Sprintf("account %s in %s as %s", s.caller.account, s.cfg.Region, s.caller.arn)}
}

// checkSchedules says which dates the schedules deliver.
func (s survey) checkSchedules(context.Context) check {
	verdict, lines := ok, []string{}
	for _, d := range s.deployment.Collection.Schedules.ListDeliveries(time.Now().Year()) {
		if d.Early {
			verdict = note
		}
		lines = append(lines, d.Interval+" "+d.Text)
	}
	return check{"schedules", verdict, cmp.Or(strings.Join(lines, "; "), "all are off")}
}

// bootstrapVersion is the oldest version of the CDK's bootstrap stack that can be deployed with.
const bootstrapVersion = 6

// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
func (s survey) checkBootstrap(ctx context.Context) check {
	const what = "bootstrap"
	remedy := fmt.Sprintf("run: npx cdk bootstrap aws://%s/%s", s.caller.account, s.cfg.Region)
	parameter, err := ssm.NewFromConfig(s.cfg).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/cdk-bootstrap/hnb659fds/version")})
	if errorCode(err) == "ParameterNotFound" {
		return check{what, todo, "the CDK has not been set up here: " + remedy}
	}
	if err != nil {
		return reportUnknown(what, "ssm:GetParameter", err)
	}
	version, err := strconv.Atoi(aws.ToString(parameter.Parameter.Value))
	if err != nil || version < bootstrapVersion {
		return check{what, todo, fmt.Sprintf("version %s is older than %d: %s", aws.ToString(parameter.Parameter.Value), bootstrapVersion, remedy)}
	}
	return check{what, ok, fmt.Sprintf("version %d", version)}
}

func (s survey) checkOrganization(ctx context.Context) check {
	const what = "organization"
	described, err := organizations.NewFromConfig(s.cfg).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	switch {
	case errorCode(err) == "AWSOrganizationsNotInUseException":
		return check{what, note, "this account is in none: View360 can collect it alone, or accounts that push"}
	case err != nil:
		return reportUnknown(what, "organizations:DescribeOrganization", err)
	case s.deployment.Organization != nil && s.deployment.Organization.ID != aws.ToString(described.Organization.Id):
		return check{what, todo, fmt.Sprintf("the account is in %s: correct organization.id", aws.ToString(described.Organization.Id))}
	case described.Organization.FeatureSet != orgtypes.OrganizationFeatureSetAll:
		return check{what, todo, "it has consolidated billing only: enable all features, which the member role's StackSet needs"}
	}
	return check{what, ok, fmt.Sprintf("%s, managed by %s", aws.ToString(described.Organization.Id), aws.ToString(described.Organization.MasterAccountId))}
}

// stackSets is the service that brings the member role to accounts.
const stackSets = "member.org.stacksets.cloudformation.amazonaws.com"

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
func (s survey) checkTrustedAccess(ctx context.Context) check {
	const what = "trusted access"
	const remedy = "from the management account run: aws cloudformation activate-organizations-access"
	pages := organizations.NewListAWSServiceAccessForOrganizationPaginator(organizations.NewFromConfig(s.cfg), &organizations.ListAWSServiceAccessForOrganizationInput{})
	for page, err := range paging.ReadPages(ctx, pages) {
		switch {
		case errorCode(err) == "AWSOrganizationsNotInUseException":
			return check{what, note, "not needed without an organization"}
		case isAccessDenied(err):
			return check{what, note, "only the management account and delegated administrators can see it: run this command there, or " + remedy}
		case err != nil:
			return reportUnknown(what, "organizations:ListAWSServiceAccessForOrganization", err)
		}
		for _, service := range page.EnabledServicePrincipals {
			if aws.ToString(service.ServicePrincipal) == stackSets {
				return check{what, ok, "CloudFormation StackSets may deploy to the organization"}
			}
		}
	}
	return check{what, todo, "CloudFormation StackSets may not deploy to the organization: " + remedy}
}

func (s survey) checkRegions(ctx context.Context) check {
	const what = "regions"
	var enabled []string
	pages := account.NewListRegionsPaginator(account.NewFromConfig(s.cfg), &account.ListRegionsInput{
		RegionOptStatusContains: []accounttypes.RegionOptStatus{accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault},
	})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return reportUnknown(what, "account:ListRegions", err)
		}
		for _, region := range page.Regions {
			enabled = append(enabled, aws.ToString(region.RegionName))
		}
	}
	missing := slices.DeleteFunc(slices.Clone(s.deployment.Collection.Regions), func(region string) bool { return slices.Contains(enabled, region) })
	if len(missing) > 0 {
		return check{what, todo, fmt.Sprintf("not enabled here: %s: enable them, or take them out of collection.regions", strings.Join(missing, ", "))}
	}
	return check{what, ok, fmt.Sprintf("%d enabled: %s", len(enabled), strings.Join(enabled, ", "))}
}

func (s survey) checkCostExplorer(ctx context.Context) check {
	const what = "cost explorer"
	if s.noPaidCalls || s.deployment.Collection.NoPaidCalls {
		return check{what, note, "not asked: no paid calls"}
	}
	const day = 24 * time.Hour
	today := time.Now().UTC().Truncate(day)
	_, err := costexplorer.NewFromConfig(s.cfg).GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
		Granularity: cetypes.GranularityDaily, Metrics: []string{"UnblendedCost"},
		TimePeriod: &cetypes.DateInterval{Start: aws.String(today.Add(-day).Format(time.DateOnly)), End: aws.String(today.Format(time.DateOnly))},
	})
	switch {
	case errorCode(err) == "DataUnavailableException" || err != nil && strings.Contains(err.Error(), "not enabled for cost explorer"):
		return check{what, todo, "it is off or has no data yet: open Cost Explorer in the console of the management account once, and wait a day"}
	case isAccessDenied(err):
		return check{what, todo, "the credentials may not read cost: in the management account allow IAM access to billing, and ce:GetCostAndUsage"}
	case err != nil:
		return reportUnknown(what, "ce:GetCostAndUsage", err)
	}
	return check{what, ok, "it answers; every request costs one cent"}
}

func (s survey) checkSupportPlan(ctx context.Context) check {
	const what = "support plan"
	s.cfg.Region = "us-east-1" // the one region of the Support API
	_, err := support.NewFromConfig(s.cfg).DescribeSeverityLevels(ctx, &support.DescribeSeverityLevelsInput{})
	switch {
	case errorCode(err) == "SubscriptionRequiredException":
		return check{what, note, "Basic or Developer: advice, support cases and health events are not offered, and shown as not applicable; they need " + collect.SupportPlans}
	case err != nil:
		return reportUnknown(what, "support:DescribeSeverityLevels", err)
	}
	return check{what, ok, "advice, support cases and health events can be read"}
}

// checkSecurityHub tells Security Hub CSPM from the new Security Hub, whose findings are collected where CSPM is off.
func (s survey) checkSecurityHub(ctx context.Context) check {
	const what = "security hub"
	client := securityhub.NewFromConfig(s.cfg)
	_, err := client.DescribeHub(ctx, &securityhub.DescribeHubInput{})
	if err == nil {
		return check{what, ok, "Security Hub CSPM is enabled in " + s.cfg.Region}
	}
	if code := errorCode(err); code != "InvalidAccessException" && code != "ResourceNotFoundException" {
		return reportUnknown(what, "securityhub:DescribeHub", err)
	}
	remedy := fmt.Sprintf("Security Hub CSPM is not enabled in %s, nor the new Security Hub: findings are shown as not applicable; enable one there, or in its aggregation region", s.cfg.Region)
	if _, err := client.DescribeSecurityHubV2(ctx, &securityhub.DescribeSecurityHubV2Input{}); err == nil {
		return check{what, ok, fmt.Sprintf("only the new Security Hub is enabled in %s: its findings are collected", s.cfg.Region)}
	}
	return check{what, note, remedy}
}

// checkRecorder asks whether AWS Config records in the hub.
func (s survey) checkRecorder(ctx context.Context) check {
	const what = "config recorder"
	recorders, err := configservice.NewFromConfig(s.cfg).DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		return reportUnknown(what, "config:DescribeConfigurationRecorderStatus", err)
	}
	for _, r := range recorders.ConfigurationRecordersStatus {
		if r.Recording {
			return check{what, ok, fmt.Sprintf("%s records in %s", aws.ToString(r.Name), s.cfg.Region)}
		}
	}
	return check{what, note, fmt.Sprintf("AWS Config records nothing in %s: its rules and inventory are shown as not applicable; start a recorder", s.cfg.Region)}
}

// enoughConcurrency is what collectors and loaders of a small organization use at once; new accounts may have 10.
const enoughConcurrency = 200

// leastUnreserved is the number of concurrent executions that Lambda keeps for functions that reserve none.
const leastUnreserved = 100

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
func (s survey) checkConcurrency(ctx context.Context) check {
	const what = "lambda concurrency"
	settings, err := lambda.NewFromConfig(s.cfg).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return reportUnknown(what, "lambda:GetAccountSettings", err)
	}
	limit := settings.AccountLimit.ConcurrentExecutions
	if limit < enoughConcurrency {
		return check{what, todo, fmt.Sprintf("%d at once is too little, %d do for a small organization: run: aws service-quotas request-service-quota-increase "+
			"--service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region %s", limit, enoughConcurrency, s.cfg.Region)}
	}
	reserved := int32(0)
	for _, n := range s.deployment.Collection.SourceConcurrency {
		reserved += int32(n)
	}
	if unreserved := aws.ToInt32(settings.AccountLimit.UnreservedConcurrentExecutions); reserved > 0 && unreserved-reserved < leastUnreserved {
		return check{what, todo, fmt.Sprintf("collection.source_concurrency reserves %d of %d unreserved, and Lambda refuses to leave less than %d: reserve less, or raise the quota", reserved, unreserved, leastUnreserved)}
	}
	return check{what, ok, fmt.Sprintf("%d at once", limit)}
}
