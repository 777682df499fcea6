// Package application collects the services that CloudWatch Application Signals has seen in the window.
//
//	operations  application-signals ListServices (all pages, a day of the window at a time)
//	scope       region
//	window      [start, end), UTC, up to now; the API answers for at most 24 hours
//	section     application, the services of the latest day first
//	paid        no
//	quotas      not published for ListServices
//	            https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
package application

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationsignals"
	"github.com/aws/aws-sdk-go-v2/service/applicationsignals/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Application Signals client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListServices(context.Context, *applicationsignals.ListServicesInput, ...func(*applicationsignals.Options)) (*applicationsignals.ListServicesOutput, error)
}

// Collector is the source application.
var Collector = collect.Collector{
	SourceName: "application",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, applicationsignals.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "application"
	pageSize = 100
	longest  = 24 * time.Hour
)

// Collect writes a [snapshot.ApplicationService] for each service, once, with the members of its latest day in the
// window.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("the list of services has no history: its state of today does not belong under a past date")
		return nil
	}
	part.DeclareLists(section)
	seen := map[string]bool{}
	for _, day := range splitIntoDays(scope.Window, scope.Now) {
		if err := addServices(ctx, api, day, seen, part); err != nil {
			return err
		}
	}
	return nil
}

// splitIntoDays splits the part of the window before now into slices of at most 24 hours, the latest first.
func splitIntoDays(window snapshot.Window, now time.Time) []snapshot.Window {
	var days []snapshot.Window
	for end := earlierOf(window.End, now); end.After(window.Start); end = end.Add(-longest) {
		start := end.Add(-longest)
		if start.Before(window.Start) {
			start = window.Start
		}
		days = append(days, snapshot.Window{Start: start, End: end})
	}
	return days
}

func earlierOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func addServices(ctx context.Context, api API, day snapshot.Window, seen map[string]bool, part *collect.Part) error {
	pages := applicationsignals.NewListServicesPaginator(api, &applicationsignals.ListServicesInput{
		StartTime: &day.Start, EndTime: &day.End, MaxResults: aws.Int32(pageSize),
	}, func(o *applicationsignals.ListServicesPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("listing the services of %s: %w", day.StartDate(), err)
		}
		for _, service := range page.ServiceSummaries {
			key, err := json.Marshal(service.KeyAttributes) // sorted by name, so the same service has the same text
			if err != nil {
				return err
			}
			if seen[string(key)] {
				continue
			}
			seen[string(key)] = true
			if err := part.Add(section, toService(service)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toService(s types.ServiceSummary) snapshot.ApplicationService {
	service := snapshot.ApplicationService{
		ServiceName: snapshot.Text(s.KeyAttributes["Name"]), Namespace: snapshot.Text(s.KeyAttributes["Environment"]),
		KeyAttributes: map[string]string{}, AttributeMap: map[string]string{}, MetricReferences: []snapshot.MetricReference{},
	}
	maps.Copy(service.KeyAttributes, s.KeyAttributes)
	for _, attributes := range s.AttributeMaps {
		maps.Copy(service.AttributeMap, attributes)
	}
	for _, reference := range s.MetricReferences {
		service.MetricReferences = append(service.MetricReferences, toReference(reference))
	}
	if service.ServiceName == nil {
		service.ServiceName = snapshot.Text(s.KeyAttributes["Identifier"])
	}
	if service.Namespace == nil && len(s.MetricReferences) > 0 {
		service.Namespace = s.MetricReferences[0].Namespace
	}
	return service
}

func toReference(r types.MetricReference) snapshot.MetricReference {
	reference := snapshot.MetricReference{
		Namespace: r.Namespace, MetricType: r.MetricType, MetricName: r.MetricName, AccountID: r.AccountId,
		Dimensions: []snapshot.MetricDimension{},
	}
	for _, dimension := range r.Dimensions {
		reference.Dimensions = append(reference.Dimensions, snapshot.MetricDimension{Name: dimension.Name, Value: dimension.Value})
	}
	return reference
}
