package simaws

import (
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var healthService = service{
	name: "health", protocol: wire.JSON{}, global: true,
	codes: wire.ErrorCodes{BadToken: "InvalidPaginationToken"},
	operations: []operation{
		{name: "DescribeEvents", handle: handleInput(describeEvents)},
	},
}

// HealthEvent is an event of the AWS Health dashboard.
type HealthEvent struct {
	ARN               string   `json:"arn"`
	Service           string   `json:"service"`
	EventTypeCode     string   `json:"eventTypeCode"`
	EventTypeCategory string   `json:"eventTypeCategory"`
	Region            string   `json:"region"`
	AvailabilityZone  string   `json:"availabilityZone,omitempty"`
	StartTime         *Time    `json:"startTime,omitempty"`
	EndTime           *Time    `json:"endTime,omitempty"`
	LastUpdatedTime   *Time    `json:"lastUpdatedTime,omitempty"`
	StatusCode        string   `json:"statusCode"`
	EventScopeCode    string   `json:"eventScopeCode"`
	Actionability     string   `json:"actionability,omitempty"`
	Personas          []string `json:"personas,omitempty"`
}

var healthKinds = []struct{ service, code, category string }{
	{"EC2", "AWS_EC2_OPERATIONAL_ISSUE", "issue"}, {"EC2", "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", "scheduledChange"}, {"RDS", "AWS_RDS_MAINTENANCE_SCHEDULED", "scheduledChange"},
	{"LAMBDA", "AWS_LAMBDA_PLANNED_LIFECYCLE_EVENT", "scheduledChange"}, {"BILLING", "AWS_BILLING_NOTIFICATION", "accountNotification"},
	{"S3", "AWS_S3_OPERATIONAL_ISSUE", "issue"}, {"CLOUDFRONT", "AWS_CLOUDFRONT_OPERATIONAL_ISSUE", "issue"}, {"ACM", "AWS_ACM_RENEWAL_STATE_CHANGE", "accountNotification"},
	{"RISK", "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", "issue"}, {"VPN", "AWS_VPN_REDUNDANCY_LOSS", "accountNotification"},
}

func generateHealthEvents(l *location) []HealthEvent {
	var events []HealthEvent
	for d := startOfDay(l.now).AddDate(0, 0, -90); !d.After(l.now.AddDate(0, 0, 14)); d = d.AddDate(0, 0, 1) {
		for i := range max(1, int(3*l.account.sizeShare())) {
			if e, known := generateHealthEvent(l, d, i); known {
				events = append(events, e)
			}
		}
	}
	slices.Reverse(events)
	return events
}

// generateHealthEvent returns the i-th event of a day. A scheduled change is known two weeks before its start, any
// other event from its start.
func generateHealthEvent(l *location, d time.Time, i int) (HealthEvent, bool) {
	r := l.newChance("health", d.Unix(), i)
	kind, start := pickOne(r, healthKinds...), r.timeWithin(d, d.Add(1*days))
	announced, end := start, start.Add(time.Duration(r.intBetween(1, 400))*time.Hour)
	if kind.category == "scheduledChange" {
		announced = start.AddDate(0, 0, -14)
	}
	if announced.After(l.now) {
		return HealthEvent{}, false
	}
	e := HealthEvent{
		Service: kind.service, EventTypeCode: kind.code, EventTypeCategory: kind.category, Region: pickOne(r, l.account.Regions...), StartTime: newTime(start),
		LastUpdatedTime: newTime(announced), StatusCode: "open", EventScopeCode: "ACCOUNT_SPECIFIC",
	}
	switch {
	case start.After(l.now):
		e.StatusCode = "upcoming"
	case end.Before(l.now):
		e.StatusCode, e.EndTime, e.LastUpdatedTime = "closed", newTime(end), newTime(end)
	default:
		e.LastUpdatedTime = newTime(start.Add(l.now.Sub(start).Truncate(12 * time.Hour)))
	}
	if kind.category == "issue" && kind.service != "RISK" {
		e.EventScopeCode = "PUBLIC"
		if kind.service == "EC2" {
			e.AvailabilityZone = e.Region + pickOne(r, "a", "b", "c")
		}
	}
	if kind.service == "CLOUDFRONT" || kind.service == "BILLING" || kind.service == "RISK" {
		e.Region, e.AvailabilityZone = "global", ""
	}
	e.Actionability, e.Personas = describeAudience(kind.category, kind.service)
	owner := ""
	if e.EventScopeCode == "ACCOUNT_SPECIFIC" {
		owner = l.account.ID
	}
	e.ARN = "arn:aws:health:" + e.Region + ":" + owner + ":event/" + kind.service + "/" + kind.code + "/" + kind.code + "_" + r.hexDigits(20)
	return e, true
}

// describeAudience returns whether an event needs action, and of whom.
func describeAudience(category, service string) (actionability string, personas []string) {
	switch {
	case service == "RISK":
		return "ACTION_REQUIRED", []string{"SECURITY", "OPERATIONS"}
	case service == "BILLING":
		return "INFORMATIONAL", []string{"BILLING"}
	case category == "scheduledChange":
		return "ACTION_REQUIRED", []string{"OPERATIONS"}
	case category == "accountNotification":
		return "ACTION_MAY_BE_REQUIRED", []string{"OPERATIONS"}
	default:
		return "INFORMATIONAL", []string{"OPERATIONS"}
	}
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

func isInRanges(ranges []dateRange, t *Time) bool {
	return len(ranges) == 0 || slices.ContainsFunc(ranges, func(d dateRange) bool {
		return t != nil && (d.From == nil || float64(t.Unix()) >= *d.From) && (d.To == nil || float64(t.Unix()) <= *d.To)
	})
}

func describeEvents(c *call, in healthInput) (any, error) {
	if !c.isEnabled() {
		return nil, c.newErrorf("SubscriptionRequiredException", "")
	}
	f := in.Filter
	one := func(values []string, value string) bool { return len(values) == 0 || slices.Contains(values, value) }
	events := slices.DeleteFunc(slices.Clone(findItems(c.location, generateHealthEvents)), func(e HealthEvent) bool {
		return !isInRanges(f.StartTimes, e.StartTime) || !isInRanges(f.EndTimes, e.EndTime) || !isInRanges(f.LastUpdatedTimes, e.LastUpdatedTime) ||
			!one(f.EventStatusCodes, e.StatusCode) || !one(f.EventTypeCategories, e.EventTypeCategory) || !one(f.Regions, e.Region) ||
			!one(f.Services, e.Service) || !one(f.EventArns, e.ARN)
	})
	return answerPage(c, "events", events, "nextToken", in.NextToken, in.MaxResults, limits{usual: 10, least: 10, most: 100})
}
