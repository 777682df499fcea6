package simaws

import (
	"fmt"
	"slices"
	"time"
)

var _ = register(service{
	name: "cloudtrail", protocol: awsJSON{}, badToken: "InvalidNextTokenException",
	operations: []operation{
		op("DescribeTrails", describeTrails),
		op("GetTrailStatus", getTrailStatus),
		op("LookupEvents", lookupEvents),
	},
})

// Trail is a CloudTrail trail and its status.
type Trail struct {
	Name                       string
	ARN                        string `json:"TrailARN"`
	HomeRegion                 string
	S3BucketName               string
	KmsKeyID                   string `json:"KmsKeyId,omitempty"`
	IsMultiRegionTrail         bool
	IsOrganizationTrail        bool
	IncludeGlobalServiceEvents bool
	LogFileValidationEnabled   bool
	HasCustomEventSelectors    bool

	Logging          bool      `json:"-"`
	Started, Stopped time.Time `json:"-"`
	Unreadable       bool      `json:"-"` // the account may not read its status
}

// trails include the shadows of trails at home elsewhere: the organisation's and the account's multi-region ones.
func (c *call) trails() []Trail {
	return things(c, func() []Trail {
		management := c.management()
		home := c.account.Regions[0]
		key := c.arn("kms", "key/"+c.key(7).KeyID)
		trails := []Trail{
			{
				Name: "organization", HomeRegion: management.Regions[0], S3BucketName: "northwind-audit-" + management.ID, IsMultiRegionTrail: true,
				ARN:                 "arn:aws:cloudtrail:" + management.Regions[0] + ":" + management.ID + ":trail/organization",
				IsOrganizationTrail: true, IncludeGlobalServiceEvents: true, LogFileValidationEnabled: true, Logging: true, Started: c.created(management),
				Unreadable: c.options.WithFailures && c.account.ID != management.ID, KmsKeyID: "arn:aws:kms:" + management.Regions[0] + ":" + management.ID + ":alias/audit",
			},
			{
				Name: "account-events", HomeRegion: home, S3BucketName: c.account.Name + "-trail", IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true,
				ARN: c.inRegion(home).arn("cloudtrail", "trail/account-events"), KmsKeyID: key, LogFileValidationEnabled: c.account.Character != Sandbox,
				Logging: true, Started: c.created(c.account),
			},
		}
		if c.region == home && c.account.size() > 0.3 {
			trails = append(trails, Trail{
				Name: "data-events", HomeRegion: home, S3BucketName: c.account.Name + "-data-events", ARN: c.arn("cloudtrail", "trail/data-events"),
				HasCustomEventSelectors: true, Started: c.created(c.account), Stopped: c.newYear().Add(9 * time.Hour),
			})
		}
		return trails
	})
}

type trailInput struct {
	Name, NextToken     string
	TrailNameList       []string
	IncludeShadowTrails *bool
	MaxResults          *number
	StartTime, EndTime  *float64
	LookupAttributes    []struct{ AttributeKey, AttributeValue string }
}

func describeTrails(c *call, in trailInput) (any, error) {
	trails := slices.DeleteFunc(slices.Clone(c.trails()), func(t Trail) bool {
		shadow := t.HomeRegion != c.region || t.IsOrganizationTrail && c.account.ID != c.management().ID
		listed := len(in.TrailNameList) == 0 || slices.Contains(in.TrailNameList, t.Name) || slices.Contains(in.TrailNameList, t.ARN)
		return !listed || shadow && in.IncludeShadowTrails != nil && !*in.IncludeShadowTrails
	})
	return object{"trailList": trails}, nil
}

func getTrailStatus(c *call, in trailInput) (any, error) {
	trails := c.trails()
	i := slices.IndexFunc(trails, func(t Trail) bool { return t.ARN == in.Name || t.Name == in.Name && t.HomeRegion == c.region })
	if i < 0 || trails[i].Unreadable {
		return nil, c.failf("TrailNotFoundException", "Unknown trail: %s for the user: %s", in.Name, c.account.ID)
	}
	t := trails[i]
	status := object{"IsLogging": t.Logging, "StartLoggingTime": at(t.Started)}
	if t.Logging {
		status["LatestDeliveryTime"] = at(c.now.Add(-4 * time.Minute))
	} else {
		status["StopLoggingTime"], status["LatestDeliveryTime"] = at(t.Stopped), at(t.Stopped)
	}
	return status, nil
}

var trailEvents = []struct{ name, source string }{
	{"ConsoleLogin", "signin.amazonaws.com"}, {"AssumeRole", "sts.amazonaws.com"}, {"PutObject", "s3.amazonaws.com"}, {"RunInstances", "ec2.amazonaws.com"},
	{"TerminateInstances", "ec2.amazonaws.com"}, {"CreateLogStream", "logs.amazonaws.com"}, {"UpdateFunctionCode20150331v2", "lambda.amazonaws.com"},
	{"ModifyDBInstance", "rds.amazonaws.com"}, {"Decrypt", "kms.amazonaws.com"}, {"AuthorizeSecurityGroupIngress", "ec2.amazonaws.com"},
}

// lookupEvents answers for management events of the last 90 days, the newest first.
func lookupEvents(c *call, in trailInput) (any, error) {
	from, to := c.now.AddDate(0, 0, -90), c.now
	if in.StartTime != nil && *in.StartTime > float64(from.Unix()) {
		from = time.Unix(int64(*in.StartTime), 0).UTC()
	}
	if in.EndTime != nil && *in.EndTime < float64(to.Unix()) {
		to = time.Unix(int64(*in.EndTime), 0).UTC()
	}
	if from.After(to) {
		return nil, c.failf("InvalidTimeRangeException", "The start time must be before the end time.")
	}
	var events []object
	for d := day(to); !d.Before(day(from)); d = d.AddDate(0, 0, -1) {
		for i := range c.count("events", 150) {
			r := c.draw("event", d.Unix(), i)
			moment := d.Add(24*time.Hour - time.Duration(i+1)*24*time.Hour/time.Duration(c.count("events", 150)+1)).Truncate(time.Second)
			if moment.Before(from) || moment.After(to) {
				continue
			}
			kind := pick(r, trailEvents...)
			events = append(events, object{
				"EventId": r.uuid(), "EventName": kind.name, "EventSource": kind.source, "EventTime": at(moment), "ReadOnly": fmt.Sprint(r.oneIn(2)),
				"Username": pick(r, "deploy", "maren", "jonas", "ci", "AutoScaling"), "Resources": []object{},
			})
		}
	}
	if in.MaxResults != nil && (*in.MaxResults > 50 || *in.MaxResults < 1) {
		return nil, c.failf("InvalidMaxResultsException", "The maximum number of results must be between 1 and 50.")
	}
	items, next, err := page(c, events, in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
	if err != nil {
		return nil, err
	}
	return object{"Events": items, "NextToken": next}, nil
}
