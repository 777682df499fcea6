package simaws

import (
	"fmt"
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var cloudTrailService = service{
	name: "cloudtrail", protocol: wire.JSON{},
	codes: wire.ErrorCodes{BadToken: "InvalidNextTokenException"},
	operations: []operation{
		{name: "DescribeTrails", handle: handleInput(describeTrails)},
		{name: "GetTrailStatus", handle: handleInput(getTrailStatus)},
		{name: "LookupEvents", handle: handleInput(lookupEvents)},
	},
}

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

// generateTrails includes the shadows of trails at home elsewhere: the organization's and the account's multi-region
// ones.
func generateTrails(l *location) []Trail {
	management := l.managementAccount()
	home := l.account.Regions[0]
	key := l.newARN("kms", "key/"+generateKey(l, 7).KeyID)
	trails := []Trail{
		{
			Name: "organization", HomeRegion: management.Regions[0], S3BucketName: "northwind-audit-" + management.ID, IsMultiRegionTrail: true,
			ARN:                 "arn:aws:cloudtrail:" + management.Regions[0] + ":" + management.ID + ":trail/organization",
			IsOrganizationTrail: true, IncludeGlobalServiceEvents: true, LogFileValidationEnabled: true, Logging: true, Started: l.creationTime(management),
			Unreadable: l.options.WithFailures && l.account.ID != management.ID, KmsKeyID: "arn:aws:kms:" + management.Regions[0] + ":" + management.ID + ":alias/audit",
		},
		{
			Name: "account-events", HomeRegion: home, S3BucketName: l.account.Name + "-trail", IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true,
			ARN: l.inRegion(home).newARN("cloudtrail", "trail/account-events"), KmsKeyID: key, LogFileValidationEnabled: l.account.Character != Sandbox,
			Logging: true, Started: l.creationTime(l.account),
		},
	}
	if l.region == home && l.account.sizeShare() > 0.3 {
		trails = append(trails, Trail{
			Name: "data-events", HomeRegion: home, S3BucketName: l.account.Name + "-data-events", ARN: l.newARN("cloudtrail", "trail/data-events"),
			HasCustomEventSelectors: true, Started: l.creationTime(l.account), Stopped: l.startOfYear().Add(9 * time.Hour),
		})
	}
	return trails
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
	trails := slices.DeleteFunc(slices.Clone(findItems(c.location, generateTrails)), func(t Trail) bool {
		shadow := t.HomeRegion != c.region || t.IsOrganizationTrail && c.account.ID != c.managementAccount().ID
		listed := len(in.TrailNameList) == 0 || slices.Contains(in.TrailNameList, t.Name) || slices.Contains(in.TrailNameList, t.ARN)
		return !listed || shadow && in.IncludeShadowTrails != nil && !*in.IncludeShadowTrails
	})
	return object{"trailList": trails}, nil
}

func getTrailStatus(c *call, in trailInput) (any, error) {
	trails := findItems(c.location, generateTrails)
	i := slices.IndexFunc(trails, func(t Trail) bool { return t.ARN == in.Name || t.Name == in.Name && t.HomeRegion == c.region })
	if i < 0 || trails[i].Unreadable {
		return nil, c.newErrorf("TrailNotFoundException", "Unknown trail: %s for the user: %s", in.Name, c.account.ID)
	}
	t := trails[i]
	status := object{"IsLogging": t.Logging, "StartLoggingTime": newTime(t.Started)}
	if t.Logging {
		status["LatestDeliveryTime"] = newTime(c.now.Add(-4 * time.Minute))
	} else {
		status["StopLoggingTime"], status["LatestDeliveryTime"] = newTime(t.Stopped), newTime(t.Stopped)
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
		return nil, c.newErrorf("InvalidTimeRangeException", "The start time must be before the end time.")
	}
	var events []object
	for d := startOfDay(to); !d.Before(startOfDay(from)); d = d.AddDate(0, 0, -1) {
		for i := range c.drawCount("events", 150) {
			r := c.newChance("event", d.Unix(), i)
			moment := d.Add(24*time.Hour - time.Duration(i+1)*24*time.Hour/time.Duration(c.drawCount("events", 150)+1)).Truncate(time.Second)
			if moment.Before(from) || moment.After(to) {
				continue
			}
			kind := pickOne(r, trailEvents...)
			events = append(events, object{
				"EventId": r.newUUID(), "EventName": kind.name, "EventSource": kind.source, "EventTime": newTime(moment), "ReadOnly": fmt.Sprint(r.oneIn(2)),
				"Username": pickOne(r, "deploy", "maren", "jonas", "ci", "AutoScaling"), "Resources": []object{},
			})
		}
	}
	if in.MaxResults != nil && (*in.MaxResults > 50 || *in.MaxResults < 1) {
		return nil, c.newErrorf("InvalidMaxResultsException", "The maximum number of results must be between 1 and 50.")
	}
	return answerPage(c, "Events", events, "NextToken", in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
}
