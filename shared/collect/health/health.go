// Package health collects the account's view of AWS Health: what is open or announced, and what was closed in the
// window, so that a reader sees events end.
//
//	operations  health DescribeEvents (all pages)
//	scope       account, in the home region; the calls go to the partition's global region
//	window      none for open and upcoming events; lastUpdatedTime in [start, end), UTC, for closed ones.
//	            Of a past date: every event that was last updated in its window (AWS keeps 90 days)
//	section     health
//	paid        no, but the account needs one of collect.SupportPlans
//	quotas      not published
//	            https://docs.aws.amazon.com/health/latest/ug/health-api.html
package health

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Health client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeEvents(context.Context, *health.DescribeEventsInput, ...func(*health.Options)) (*health.DescribeEventsOutput, error)
}

// Collector is the source health.
var Collector = collect.Collector{
	SourceName: "health",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		cfg.Region = collect.FindGlobalRegion(scope.Region)
		return Collect(ctx, health.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "health"
	pageSize = 100
)

// Collect writes a [snapshot.HealthEvent] for each event, the open and upcoming ones first, each list in the order of
// DescribeEvents. An account without a support plan that includes the API is outcome.NotSubscribed.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	updated := []types.DateTimeRange{{From: &scope.Window.Start, To: &scope.Window.End}}
	if scope.History {
		return addEvents(ctx, api, scope, part, "updated", &types.EventFilter{LastUpdatedTimes: updated})
	}
	// Disjoint filters: an event that is open today must not come a second time because it changed in the window.
	if err := addEvents(ctx, api, scope, part, "current", &types.EventFilter{
		EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeOpen, types.EventStatusCodeUpcoming},
	}); err != nil {
		return err
	}
	return addEvents(ctx, api, scope, part, "closed", &types.EventFilter{
		EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeClosed}, LastUpdatedTimes: updated,
	})
}

func addEvents(ctx context.Context, api API, scope collect.Scope, part *collect.Part, kind string, filter *types.EventFilter) error {
	pages := health.NewDescribeEventsPaginator(api, &health.DescribeEventsInput{Filter: filter, MaxResults: aws.Int32(pageSize)},
		func(o *health.DescribeEventsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return collect.ExplainMissingPlan("AWS Health", fmt.Errorf("listing %s events: %w", kind, err))
		}
		for _, event := range page.Events {
			if filter.LastUpdatedTimes != nil && !scope.Window.Contains(aws.ToTime(event.LastUpdatedTime)) {
				continue // the filter includes its end, the window does not (D21)
			}
			if err := part.Add(section, toEvent(event)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toEvent(e types.Event) snapshot.HealthEvent {
	return snapshot.HealthEvent{
		ARN: e.Arn, Service: e.Service, EventTypeCode: e.EventTypeCode, EventTypeCategory: snapshot.Text(e.EventTypeCategory),
		Region: e.Region, AvailabilityZone: e.AvailabilityZone, StartTime: snapshot.TimeOf(e.StartTime),
		EndTime: snapshot.TimeOf(e.EndTime), LastUpdatedTime: snapshot.TimeOf(e.LastUpdatedTime),
		StatusCode: snapshot.Text(e.StatusCode), EventScopeCode: snapshot.Text(e.EventScopeCode),
		Actionability: snapshot.Text(e.Actionability), Personas: listPersonas(e.Personas),
	}
}

func listPersonas(personas []types.EventPersona) []string {
	texts := make([]string, len(personas))
	for i, p := range personas {
		texts[i] = string(p)
	}
	return texts
}
