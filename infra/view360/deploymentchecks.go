package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/quicksight"
	qstypes "github.com/aws/aws-sdk-go-v2/service/quicksight/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/infra/config"
	"view360/shared/catalog"
	"view360/shared/paging"
)

// pullsOrganization reports whether a StackSet brings the member role to accounts.
func pullsOrganization(c config.Config) bool {
	return c.Collection.Mode == config.Pull && c.Organization != nil
}

func createsDatabase(c config.Config) bool { return c.Name != "" && c.Database.Existing == nil }
func adoptsDatabase(c config.Config) bool  { return c.Database.Existing != nil }

// readsAny returns the condition that a deployment collects one of the sources.
func readsAny(names ...string) func(config.Config) bool {
	return func(c config.Config) bool {
		return slices.ContainsFunc(c.ListSources(), func(s catalog.Source) bool { return slices.Contains(names, s.Name) })
	}
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
func (s survey) checkAdministrator(ctx context.Context) check {
	const what = "stackset administrator"
	organization := s.deployment.Organization
	client := organizations.NewFromConfig(s.cfg)
	if !organization.DelegatedAdministrator {
		described, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		if err != nil {
			return reportUnknown(what, "organizations:DescribeOrganization", err)
		}
		if management := aws.ToString(described.Organization.MasterAccountId); management != s.deployment.Hub.Account {
			return check{what, todo, fmt.Sprintf("the hub %s is not the management account %s: register it as delegated administrator, and set organization.delegated_administrator", s.deployment.Hub.Account, management)}
		}
		return check{what, ok, "the hub is the management account"}
	}
	remedy := fmt.Sprintf("from the management account run: aws organizations register-delegated-administrator --service-principal %s --account-id %s", stackSets, s.deployment.Hub.Account)
	pages := organizations.NewListDelegatedAdministratorsPaginator(client, &organizations.ListDelegatedAdministratorsInput{ServicePrincipal: aws.String(stackSets)})
	for page, err := range paging.ReadPages(ctx, pages) {
		switch {
		case isAccessDenied(err):
			return check{what, todo, "the hub cannot see whether it is one: allow organizations:ListDelegatedAdministrators, or " + remedy}
		case err != nil:
			return reportUnknown(what, "organizations:ListDelegatedAdministrators", err)
		}
		for _, administrator := range page.DelegatedAdministrators {
			if aws.ToString(administrator.Id) == s.deployment.Hub.Account {
				return check{what, ok, "the hub is a delegated administrator of StackSets"}
			}
		}
	}
	return check{what, todo, "the hub is no delegated administrator of StackSets: " + remedy}
}

// checkUnits asks for each organizational unit of the configuration.
func (s survey) checkUnits(ctx context.Context) check {
	const what = "organizational units"
	organization := s.deployment.Organization
	client := organizations.NewFromConfig(s.cfg)
	units := slices.DeleteFunc(slices.Concat(organization.Units, organization.ExcludeUnits), func(id string) bool { return strings.HasPrefix(id, "r-") })
	for _, id := range units {
		_, err := client.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
		switch {
		case errorCode(err) == "OrganizationalUnitNotFoundException":
			return check{what, todo, fmt.Sprintf("%s does not exist: correct organization.units", id)}
		case err != nil:
			return reportUnknown(what, "organizations:DescribeOrganizationalUnit", err)
		}
	}
	return check{what, ok, fmt.Sprintf("%d found", len(units))}
}

// engine is Aurora PostgreSQL in the names of RDS.
const engine = "aurora-postgresql"

// checkEngine asks whether a new cluster can have the configured version: AWS withdraws minor versions.
func (s survey) checkEngine(ctx context.Context) check {
	const what = "engine version"
	version := s.deployment.Database.Version
	major, _, _ := strings.Cut(version, ".")
	var offered []string
	pages := rds.NewDescribeDBEngineVersionsPaginator(rds.NewFromConfig(s.cfg), &rds.DescribeDBEngineVersionsInput{Engine: aws.String(engine)})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return reportUnknown(what, "rds:DescribeDBEngineVersions", err)
		}
		for _, v := range page.DBEngineVersions {
			switch name := aws.ToString(v.EngineVersion); {
			case name == version:
				return check{what, ok, fmt.Sprintf("%s %s is offered in %s", engine, version, s.cfg.Region)}
			case strings.HasPrefix(name, major+"."):
				offered = append(offered, name)
			}
		}
	}
	return check{what, todo, fmt.Sprintf("%s %s is not offered in %s: set database.version to one of %s", engine, version, s.cfg.Region, strings.Join(offered, ", "))}
}

// oldestEngine is the oldest major version of PostgreSQL that View360 works with.
const oldestEngine = 15

// checkCluster asks what an adopted cluster lacks.
func (s survey) checkCluster(ctx context.Context) check {
	const what = "existing database"
	existing := s.deployment.Database.Existing
	described, err := rds.NewFromConfig(s.cfg).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &existing.Cluster})
	switch {
	case errorCode(err) == "DBClusterNotFoundFault":
		return check{what, todo, fmt.Sprintf("the cluster %s does not exist in %s: correct database.existing.cluster", existing.Cluster, s.cfg.Region)}
	case err != nil:
		return reportUnknown(what, "rds:DescribeDBClusters", err)
	case len(described.DBClusters) != 1:
		return check{what, todo, fmt.Sprintf("%d clusters are named %s", len(described.DBClusters), existing.Cluster)}
	}
	cluster := described.DBClusters[0]
	var lacks []string
	if !aws.ToBool(cluster.HttpEndpointEnabled) {
		lacks = append(lacks, "turn on the Data API: aws rds enable-http-endpoint --resource-arn "+aws.ToString(cluster.DBClusterArn))
	}
	if !aws.ToBool(cluster.IAMDatabaseAuthenticationEnabled) {
		lacks = append(lacks, "turn on IAM authentication: aws rds modify-db-cluster --enable-iam-database-authentication --apply-immediately --db-cluster-identifier "+existing.Cluster)
	}
	var major int
	if _, err := fmt.Sscanf(aws.ToString(cluster.EngineVersion), "%d.", &major); err != nil || aws.ToString(cluster.Engine) != engine || major < oldestEngine {
		lacks = append(lacks, fmt.Sprintf("%s %s is not %s %d or later: upgrade it", aws.ToString(cluster.Engine), aws.ToString(cluster.EngineVersion), engine, oldestEngine))
	}
	for field, values := range map[string][2]string{
		"resource_id": {existing.ResourceID, aws.ToString(cluster.DbClusterResourceId)}, "host": {existing.Host, aws.ToString(cluster.Endpoint)},
	} {
		if values[0] != values[1] {
			lacks = append(lacks, fmt.Sprintf("database.existing.%s is %s, not %s", field, values[1], values[0]))
		}
	}
	if len(lacks) > 0 {
		slices.Sort(lacks)
		return check{what, todo, strings.Join(lacks, "; ")}
	}
	return check{what, ok, fmt.Sprintf("%s, %s %s", existing.Cluster, engine, aws.ToString(cluster.EngineVersion))}
}

// checkBucket asks what an adopted bucket lacks. The stacks change neither its policy nor its notifications.
func (s survey) checkBucket(ctx context.Context) check {
	const what = "existing bucket"
	bucket := s.deployment.Storage.Existing.Bucket
	client := s3.NewFromConfig(s.cfg)
	head, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	switch {
	case errorCode(err) == "NotFound":
		return check{what, todo, fmt.Sprintf("the bucket %s does not exist: correct storage.existing.bucket", bucket)}
	case err != nil:
		return reportUnknown(what, "s3:ListBucket of "+bucket, err)
	}
	var lacks []string
	if region := aws.ToString(head.BucketRegion); region != "" && region != s.cfg.Region {
		lacks = append(lacks, fmt.Sprintf("it is in %s, the hub in %s", region, s.cfg.Region))
	}
	notifications, err := client.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: &bucket})
	if err != nil {
		return reportUnknown(what, "s3:GetBucketNotification of "+bucket, err)
	}
	if notifications.EventBridgeConfiguration == nil {
		lacks = append(lacks, "turn on EventBridge in the bucket's properties: arrivals would wait for the sweep")
	}
	policy, err := readBucketPolicy(ctx, client, bucket)
	if err != nil {
		return reportUnknown(what, "s3:GetBucketPolicy of "+bucket, err)
	}
	if !strings.Contains(policy, "aws:SecureTransport") {
		lacks = append(lacks, "its policy allows requests without TLS: deny those with aws:SecureTransport false")
	}
	if s.deployment.Collection.Mode == config.Push && !strings.Contains(policy, "s3:PutObject") {
		lacks = append(lacks, "its policy lets no account write: copy the statements of a stack that creates its bucket, see infra/README.md")
	}
	if len(lacks) > 0 {
		return check{what, todo, bucket + ": " + strings.Join(lacks, "; ")}
	}
	return check{what, ok, bucket + " tells EventBridge of its objects"}
}

// readBucketPolicy returns the policy of a bucket, "" if it has none.
func readBucketPolicy(ctx context.Context, client *s3.Client, bucket string) (string, error) {
	policy, err := client.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket})
	if errorCode(err) == "NoSuchBucketPolicy" {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(policy.Policy), nil
}

// checkQuickSight asks for the subscription, which no stack creates: edition and identity method are choices for good.
func (s survey) checkQuickSight(ctx context.Context) check {
	const what = "quicksight"
	described, err := quicksight.NewFromConfig(s.cfg).DescribeAccountSubscription(ctx, &quicksight.DescribeAccountSubscriptionInput{AwsAccountId: &s.caller.account})
	if missing := (*qstypes.ResourceNotFoundException)(nil); errors.As(err, &missing) {
		return check{what, todo, "the account has no subscription: sign up for the Enterprise edition in the QuickSight console"}
	}
	if err != nil {
		return reportUnknown(what, "quicksight:DescribeAccountSubscription", err)
	}
	info := described.AccountInfo
	switch {
	case info == nil || !strings.HasPrefix(aws.ToString(info.AccountSubscriptionStatus), "ACCOUNT_CREATED"):
		return check{what, todo, "the subscription is not ready: finish signing up in the QuickSight console"}
	case info.Edition == qstypes.EditionStandard:
		return check{what, todo, "the Standard edition has no groups, row rules and private connections: upgrade to Enterprise"}
	}
	return check{what, ok, fmt.Sprintf("%s, signed in by %s", info.Edition, aws.ToString(info.AuthenticationType))}
}
