// Package waf collects the web ACLs of AWS WAF and their rules from one read: those of a region, and in the home region
// also those of CloudFront, which us-east-1 keeps. Other partitions have none.
//
//	operations  wafv2 ListWebACLs (all pages); for each web ACL, side by side: GetWebACL, GetLoggingConfiguration,
//	            ListTagsForResource (unless tags are left out) and ListResourcesForWebACL once per resource type, for those
//	            of CloudFront only AMPLIFY; cloudfront ListDistributionsByWebACLId (all pages) for those of CloudFront
//	scope       region; CloudFront in the home region
//	window      none: state at run time
//	sections    security.waf, security.waf_rules
//	paid        no
//	quotas      1 ListResourcesForWebACL a second, 5 requests a second for each other operation
//	            https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
package waf

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the WAF client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListWebACLs(context.Context, *wafv2.ListWebACLsInput, ...func(*wafv2.Options)) (*wafv2.ListWebACLsOutput, error)
	GetWebACL(context.Context, *wafv2.GetWebACLInput, ...func(*wafv2.Options)) (*wafv2.GetWebACLOutput, error)
	GetLoggingConfiguration(context.Context, *wafv2.GetLoggingConfigurationInput, ...func(*wafv2.Options)) (*wafv2.GetLoggingConfigurationOutput, error)
	ListTagsForResource(context.Context, *wafv2.ListTagsForResourceInput, ...func(*wafv2.Options)) (*wafv2.ListTagsForResourceOutput, error)
	ListResourcesForWebACL(context.Context, *wafv2.ListResourcesForWebACLInput, ...func(*wafv2.Options)) (*wafv2.ListResourcesForWebACLOutput, error)
}

// Distributions is the part of the CloudFront client that Collect uses; its method is one IAM action of the role.
type Distributions interface {
	ListDistributionsByWebACLId(context.Context, *cloudfront.ListDistributionsByWebACLIdInput, ...func(*cloudfront.Options)) (*cloudfront.ListDistributionsByWebACLIdOutput, error)
}

// Collector is the source waf.
var Collector = collect.Collector{
	SourceName: "waf",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		global := cfg.Copy()
		global.Region = collect.FindGlobalRegion(scope.Region)
		return Collect(ctx, wafv2.NewFromConfig(cfg), wafv2.NewFromConfig(global), cloudfront.NewFromConfig(global), scope, part)
	},
}

const (
	aclSection  = "security.waf"
	ruleSection = "security.waf_rules"
	source      = "waf"
	atOnce      = 5
	pageSize    = 100
	// cloudFrontRegion keeps the web ACLs of CloudFront. Other partitions do not have that scope.
	cloudFrontRegion = "us-east-1"
)

// Collect writes a [snapshot.WebACL] for each web ACL and a [snapshot.WAFRule] for each of its rules, in the order of
// ListWebACLs, the regional ones first. A web ACL that cannot be read is a warning and is left out. A part of one that
// cannot be read is a warning and stays empty. CloudFront's web ACLs are a warning if they cannot be listed.
func Collect(ctx context.Context, regional, global API, distributions Distributions, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(aclSection, ruleSection)
	reader := reader{part: part, api: regional, scope: types.ScopeRegional, omitTags: scope.Options.OmitTags}
	if err := reader.readScope(ctx); err != nil {
		return err
	}
	if !scope.Home || collect.FindGlobalRegion(scope.Region) != cloudFrontRegion {
		return nil
	}
	reader.api, reader.scope, reader.distributions = global, types.ScopeCloudfront, distributions
	err := reader.readScope(ctx)
	if err == nil || ctx.Err() != nil || fault.IsRetryable(err) {
		return err
	}
	part.Warn(source, err)
	return nil
}

// reader reads the web ACLs of one scope.
type reader struct {
	part          *collect.Part
	api           API
	distributions Distributions // of scope CLOUDFRONT
	scope         types.Scope
	omitTags      bool
}

func (r reader) readScope(ctx context.Context) error {
	read := func(marker *string) (*wafv2.ListWebACLsOutput, *string, error) {
		page, err := r.api.ListWebACLs(ctx, &wafv2.ListWebACLsInput{Scope: r.scope, Limit: aws.Int32(pageSize), NextMarker: marker})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextMarker, nil
	}
	summaries := paging.EachItem(paging.FollowTokens(read), func(page *wafv2.ListWebACLsOutput) []types.WebACLSummary { return page.WebACLs })
	err := collect.FetchInOrder(ctx, atOnce, summaries, r.readAccessList, func(list *accessList) error {
		if list == nil {
			return nil
		}
		return list.addTo(r.part)
	})
	if err != nil {
		return fmt.Errorf("listing web ACLs of scope %s: %w", r.scope, err)
	}
	return nil
}

// readAccessList returns nil for a web ACL that is gone or cannot be read.
func (r reader) readAccessList(ctx context.Context, summary types.WebACLSummary) (*accessList, error) {
	got, err := r.api.GetWebACL(ctx, &wafv2.GetWebACLInput{Name: summary.Name, Id: summary.Id, Scope: r.scope})
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, r.tolerateStep(ctx, "getting", summary, err)
	}
	if got.WebACL == nil {
		return nil, r.tolerateStep(ctx, "getting", summary, errors.New("the answer has no web ACL"))
	}
	list := &accessList{scope: r.scope, summary: summary, acl: got.WebACL}
	var logging, association, tagging error
	var details sync.WaitGroup
	details.Go(func() { list.logs, logging = r.readLogDestinations(ctx, summary) })
	details.Go(func() { list.resources, association = r.listResources(ctx, summary) })
	details.Go(func() { list.tags, tagging = r.listTags(ctx, summary) })
	details.Wait()
	return list, errors.Join(
		r.tolerateStep(ctx, "reading the logging of", summary, logging),
		r.tolerateStep(ctx, "listing the resources of", summary, association),
		r.tolerateStep(ctx, "listing the tags of", summary, tagging))
}

// tolerateStep records the failure of a step for one web ACL as a warning.
func (r reader) tolerateStep(ctx context.Context, step string, summary types.WebACLSummary, err error) error {
	if err != nil {
		err = fmt.Errorf("%s web ACL %s: %w", step, aws.ToString(summary.Name), err)
	}
	return collect.Tolerate(ctx, r.part, source, err)
}

// isAbsent reports whether err says that the requested item does not exist.
func isAbsent(err error) bool {
	var absent *types.WAFNonexistentItemException
	return errors.As(err, &absent)
}

// readLogDestinations returns the log destinations, none for a web ACL without a logging configuration.
func (r reader) readLogDestinations(ctx context.Context, summary types.WebACLSummary) ([]string, error) {
	got, err := r.api.GetLoggingConfiguration(ctx, &wafv2.GetLoggingConfigurationInput{ResourceArn: summary.ARN})
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil || got.LoggingConfiguration == nil {
		return nil, err
	}
	return got.LoggingConfiguration.LogDestinationConfigs, nil
}

func (r reader) listTags(ctx context.Context, summary types.WebACLSummary) ([]snapshot.Tag, error) {
	if r.omitTags {
		return nil, nil
	}
	read := func(marker *string) (*wafv2.ListTagsForResourceOutput, *string, error) {
		page, err := r.api.ListTagsForResource(ctx, &wafv2.ListTagsForResourceInput{ResourceARN: summary.ARN, Limit: aws.Int32(pageSize), NextMarker: marker})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextMarker, nil
	}
	var tags []snapshot.Tag
	for tag, err := range paging.EachItem(paging.FollowTokens(read), tagsInPage) {
		if err != nil {
			return tags, err
		}
		tags = append(tags, snapshot.Tag{Key: aws.ToString(tag.Key), Value: aws.ToString(tag.Value)})
	}
	return tags, nil
}

func tagsInPage(page *wafv2.ListTagsForResourceOutput) []types.Tag {
	if page.TagInfoForResource == nil {
		return nil
	}
	return page.TagInfoForResource.TagList
}
