package simaws

import (
	"slices"
	"time"
)

var _ = register(service{
	name: "health", protocol: awsJSON{}, global: true, badToken: "InvalidPaginationToken",
	operations: []operation{op("DescribeEvents", describeEvents)},
})

// HealthEvent is an event of the AWS Health dashboard.
type HealthEvent struct {
	ARN               string `json:"arn"`
	Service           string `json:"service"`
	EventTypeCode     string `json:"eventTypeCode"`
	EventTypeCategory string `json:"eventTypeCategory"`
	Region            string `json:"region"`
	AvailabilityZone  string `json:"availabilityZone,omitempty"`
	StartTime         *Time  `json:"startTime,omitempty"`
	EndTime           *Time  `json:"endTime,omitempty"`
	LastUpdatedTime   *Time  `json:"lastUpdatedTime,omitempty"`
	StatusCode        string `json:"statusCode"`
	EventScopeCode    string `json:"eventScopeCode"`
}

var healthKinds = []struct{ service, code, category string }{
	{"EC2", "AWS_EC2_OPERATIONAL_ISSUE", "issue"}, {"EC2", "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", "scheduledChange"}, {"RDS", "AWS_RDS_MAINTENANCE_SCHEDULED", "scheduledChange"},
	{"LAMBDA", "AWS_LAMBDA_PLANNED_LIFECYCLE_EVENT", "scheduledChange"}, {"BILLING", "AWS_BILLING_NOTIFICATION", "accountNotification"},
	{"S3", "AWS_S3_OPERATIONAL_ISSUE", "issue"}, {"CLOUDFRONT", "AWS_CLOUDFRONT_OPERATIONAL_ISSUE", "issue"}, {"ACM", "AWS_ACM_RENEWAL_STATE_CHANGE", "accountNotification"},
	{"RISK", "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", "issue"}, {"VPN", "AWS_VPN_REDUNDANCY_LOSS", "accountNotification"},
}

func (c *call) healthEvents() []HealthEvent {
	return things(c, func() []HealthEvent {
		var events []HealthEvent
		for d := day(c.now).AddDate(0, 0, -90); !d.After(c.now.AddDate(0, 0, 14)); d = d.AddDate(0, 0, 1) {
			for i := range max(1, int(3*c.account.size())) {
				if e, known := c.healthEvent(d, i); known {
					events = append(events, e)
				}
			}
		}
		slices.Reverse(events)
		return events
	})
}

// healthEvent is known a while before a scheduled change, and from its start otherwise.
func (c *call) healthEvent(d time.Time, i int) (HealthEvent, bool) {
	r := c.draw("health", d.Unix(), i)
	kind, start := pick(r, healthKinds...), r.within(d, d.Add(1*days))
	announced, end := start, start.Add(time.Duration(r.between(1, 400))*time.Hour)
	if kind.category == "scheduledChange" {
		announced = start.AddDate(0, 0, -14)
	}
	if announced.After(c.now) {
		return HealthEvent{}, false
	}
	e := HealthEvent{
		Service: kind.service, EventTypeCode: kind.code, EventTypeCategory: kind.category, Region: pick(r, c.account.Regions...), StartTime: at(start),
		LastUpdatedTime: at(announced), StatusCode: "open", EventScopeCode: "ACCOUNT_SPECIFIC",
	}
	switch {
	case start.After(c.now):
		e.StatusCode = "upcoming"
	case end.Before(c.now):
		e.StatusCode, e.EndTime, e.LastUpdatedTime = "closed", at(end), at(end)
	default:
		e.LastUpdatedTime = at(start.Add(c.now.Sub(start).Truncate(12 * time.Hour)))
	}
	if kind.category == "issue" && kind.service != "RISK" {
		e.EventScopeCode = "PUBLIC"
		if kind.service == "EC2" {
			e.AvailabilityZone = e.Region + pick(r, "a", "b", "c")
		}
	}
	if kind.service == "CLOUDFRONT" || kind.service == "BILLING" || kind.service == "RISK" {
		e.Region, e.AvailabilityZone = "global", ""
	}
	owner := ""
	if e.EventScopeCode == "ACCOUNT_SPECIFIC" {
		owner = c.account.ID
	}
	e.ARN = "arn:aws:health:" + e.Region + ":" + owner + ":event/" + kind.service + "/" + kind.code + "/" + kind.code + "_" + r.hex(20)
	return e, true
}

type healthInput struct {
	NextToken  string
	MaxResults *number
	Filter     struct {
		StartTimes, EndTimes, LastUpdatedTimes                              []dateRange
		EventStatusCodes, EventTypeCategories, Regions, Services, EventArns []string
	}
}

type dateRange struct{ From, To *float64 }

func inRanges(ranges []dateRange, t *Time) bool {
	return len(ranges) == 0 || slices.ContainsFunc(ranges, func(d dateRange) bool {
		return t != nil && (d.From == nil || float64(t.Unix()) >= *d.From) && (d.To == nil || float64(t.Unix()) <= *d.To)
	})
}

func describeEvents(c *call, in healthInput) (any, error) {
	if !c.enabled() {
		return nil, c.failf("SubscriptionRequiredException", "")
	}
	f := in.Filter
	one := func(values []string, value string) bool { return len(values) == 0 || slices.Contains(values, value) }
	events := slices.DeleteFunc(slices.Clone(c.healthEvents()), func(e HealthEvent) bool {
		return !inRanges(f.StartTimes, e.StartTime) || !inRanges(f.EndTimes, e.EndTime) || !inRanges(f.LastUpdatedTimes, e.LastUpdatedTime) ||
			!one(f.EventStatusCodes, e.StatusCode) || !one(f.EventTypeCategories, e.EventTypeCategory) || !one(f.Regions, e.Region) ||
			!one(f.Services, e.Service) || !one(f.EventArns, e.ARN)
	})
	items, next, err := page(c, events, in.NextToken, in.MaxResults, limits{usual: 10, least: 10, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"events": items, "nextToken": next}, nil
}
