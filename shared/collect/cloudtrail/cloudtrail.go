// Package cloudtrail collects the trails that are at home in a region, those of the organization included. A trail of
// all regions is reported once, not in every region that it covers.
//
//	operations  cloudtrail DescribeTrails, GetTrailStatus (one call per trail, side by side), LookupEvents (the first
//	            page with events)
//	scope       region
//	window      none for trails: state at run time; [start, end), UTC, for the number of recent events
//	section     security.cloudtrail
//	paid        no
//	quotas      DescribeTrails and GetTrailStatus 10, LookupEvents 2 requests per second
//	            https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
package cloudtrail

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the CloudTrail client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeTrails(context.Context, *cloudtrail.DescribeTrailsInput, ...func(*cloudtrail.Options)) (*cloudtrail.DescribeTrailsOutput, error)
	GetTrailStatus(context.Context, *cloudtrail.GetTrailStatusInput, ...func(*cloudtrail.Options)) (*cloudtrail.GetTrailStatusOutput, error)
	LookupEvents(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error)
}

// Collector is the source cloudtrail.
var Collector = collect.Collector{
	SourceName: "cloudtrail",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, cloudtrail.NewFromConfig(cfg), scope, part)
	},
}

const (
	section    = "security.cloudtrail"
	source     = "cloudtrail"
	atOnce     = 5
	mostEvents = 50 // the most that LookupEvents answers at once
)

// Collect writes a [snapshot.Trail] for each trail whose home is the region, in the account's home region also for those
// whose own is not collected, in the order of DescribeTrails. A status
// that cannot be read is a warning, and its members stay null.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	described, err := api.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("describing trails: %w", err)
	}
	trails := filterHome(described.TrailList, scope)
	if len(trails) == 0 {
		return nil
	}
	events, err := countEvents(ctx, api, scope.Window)
	if err := collect.Tolerate(ctx, part, source, err); err != nil {
		return err
	}
	return collect.FetchInOrder(ctx, atOnce, collect.ToSequence(trails),
		func(ctx context.Context, trail types.Trail) (*snapshot.Trail, error) {
			status, err := api.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: trail.TrailARN})
			if isGone(err, trail) {
				return nil, nil
			}
			if err != nil {
				err = fmt.Errorf("reading the status of trail %s: %w", aws.ToString(trail.TrailARN), err)
			}
			return toTrail(trail, status, events), collect.Tolerate(ctx, part, source, err)
		},
		func(trail *snapshot.Trail) error {
			if trail == nil {
				return nil
			}
			return part.Add(section, trail)
		})
}

// isGone reports whether the trail was deleted after it was described. A trail of the organization that its members
// may not read returns the same error, and is kept (D53).
func isGone(err error, trail types.Trail) bool {
	var unknown *types.TrailNotFoundException
	return errors.As(err, &unknown) && !aws.ToBool(trail.IsOrganizationTrail)
}

// filterHome leaves out the shadows of trails of other regions. They are requested because an organization's trail
// appears only as a shadow in its member accounts, also at home (D53). The account's home region has those whose own region is
// not collected: nobody else would.
func filterHome(trails []types.Trail, scope collect.Scope) []types.Trail {
	var home []types.Trail
	for _, trail := range trails {
		own := aws.ToString(trail.HomeRegion)
		isForeign := len(scope.Covered) > 0 && !slices.Contains(scope.Covered, own)
		if own == scope.Region || scope.Home && isForeign {
			home = append(home, trail)
		}
	}
	return home
}

// countEvents returns the number of the account's events in the window, at most as many as one call returns. Events
// belong to the account and region, not to a trail. A page may be empty without being the last.
func countEvents(ctx context.Context, api API, window snapshot.Window) (*int, error) {
	pages := cloudtrail.NewLookupEventsPaginator(api, &cloudtrail.LookupEventsInput{
		StartTime: &window.Start, EndTime: &window.End, MaxResults: aws.Int32(mostEvents),
	})
	count := 0
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("looking up events: %w", err)
		}
		for _, event := range page.Events {
			if window.Contains(aws.ToTime(event.EventTime)) { // the range of the call includes its end (D21)
				count++
			}
		}
		if count > 0 {
			break
		}
	}
	return &count, nil
}

// toTrail leaves the members of the status null if status is nil, because it could not be read.
func toTrail(t types.Trail, status *cloudtrail.GetTrailStatusOutput, events *int) *snapshot.Trail {
	trail := &snapshot.Trail{
		Name: t.Name, ARN: t.TrailARN, IsMultiRegion: t.IsMultiRegionTrail, IncludeGlobalEvents: t.IncludeGlobalServiceEvents,
		S3Bucket: t.S3BucketName, KMSKeyID: t.KmsKeyId, LogFileValidation: t.LogFileValidationEnabled, RecentEventsCount: events,
	}
	if status == nil {
		return trail
	}
	trail.IsLogging = status.IsLogging
	trail.LatestDeliveryTime = snapshot.TimeOf(status.LatestDeliveryTime)
	trail.StartLoggingTime = snapshot.TimeOf(status.StartLoggingTime)
	trail.StopLoggingTime = snapshot.TimeOf(status.StopLoggingTime)
	return trail
}
