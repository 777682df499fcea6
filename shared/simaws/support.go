package simaws

import (
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var supportService = service{
	name: "support", protocol: wire.JSON{}, global: true,
	codes: wire.ErrorCodes{Invalid: "InvalidParameterValueException", BadToken: "InvalidParameterValueException"},
	operations: []operation{
		{name: "DescribeTrustedAdvisorChecks", handle: handleInput(describeChecks)},
		{name: "DescribeTrustedAdvisorCheckSummaries", handle: handleInput(describeCheckSummaries)},
		{name: "DescribeTrustedAdvisorCheckResult", handle: handleInput(describeCheckResult)},
		{name: "DescribeCases", handle: handleInput(describeCases)},
	},
}

// Check is a Trusted Advisor check and its result.
type Check struct {
	ID, Name, Category, Description string
	Status                          string // ok, warning, error or not_available
	Timestamp                       time.Time
	Processed, Suppressed           int
	Flagged                         []string // resource ids, the suppressed ones first
	Savings                         *float64 // US dollars a month; only checks of category cost_optimizing
}

var checkNames = []struct{ category, name string }{
	{"cost_optimizing", "Low Utilization Amazon EC2 Instances"}, {"cost_optimizing", "Idle Load Balancers"}, {"cost_optimizing", "Underutilized Amazon EBS Volumes"},
	{"cost_optimizing", "Unassociated Elastic IP Addresses"}, {"cost_optimizing", "Amazon RDS Idle DB Instances"}, {"cost_optimizing", "AWS Lambda Functions with High Error Rates"},
	{"cost_optimizing", "Savings Plan"}, {"performance", "High Utilization Amazon EC2 Instances"}, {"performance", "Amazon EBS Provisioned IOPS (SSD) Volume Attachment Configuration"},
	{"performance", "CloudFront Content Delivery Optimization"}, {"security", "Security Groups - Specific Ports Unrestricted"}, {"security", "IAM Use"},
	{"security", "Amazon S3 Bucket Permissions"}, {"security", "MFA on Root Account"}, {"security", "Amazon RDS Security Group Access Risk"}, {"security", "IAM Access Key Rotation"},
	{"security", "Exposed Access Keys"}, {"fault_tolerance", "Amazon EBS Snapshots"}, {"fault_tolerance", "Amazon EC2 Availability Zone Balance"},
	{"fault_tolerance", "Amazon RDS Backups"}, {"fault_tolerance", "Amazon RDS Multi-AZ"}, {"fault_tolerance", "Auto Scaling Group Health Check"},
	{"fault_tolerance", "Amazon S3 Bucket Versioning"}, {"service_limits", "VPC"}, {"service_limits", "EBS General Purpose SSD (gp3) Volume Storage"},
	{"service_limits", "IAM Roles"}, {"service_limits", "EC2 On-Demand Instances"}, {"operational_excellence", "Amazon CloudWatch Log Group Retention"},
	{"operational_excellence", "AWS CloudTrail Management Events Logging"}, {"operational_excellence", "Amazon EC2 Instances not managed by Systems Manager"},
}

func generateChecks(l *location) []Check {
	checks := make([]Check, len(checkNames))
	for i, n := range checkNames {
		r := l.newChance("check", i)
		status := pickOne(r, "ok", "ok", "ok", "warning", "warning", "error", "not_available")
		checks[i] = Check{
			ID: l.Organization.newChance("check id", n.name).hexDigits(10), Name: n.name, Category: n.category, Status: status, Processed: r.intBetween(20, 200),
			Description: "Checks " + n.name + ".<br>\n<h4 class='headerBodyStyle'>Alert Criteria</h4>\nYellow: at least one resource should be looked at.",
			Timestamp:   l.lastInCycle(r, 5).Truncate(time.Second),
		}
		if status == "warning" || status == "error" {
			for n := range r.intBetween(1, 24) {
				checks[i].Flagged = append(checks[i].Flagged, l.resourceID(pickOne(r, "AWS::EC2::Volume", "AWS::EC2::SecurityGroup", "bucket"), n))
			}
			checks[i].Suppressed = r.IntN(1 + len(checks[i].Flagged)/3)
		}
		if n.category == "cost_optimizing" {
			saving := roundCents(float64(len(checks[i].Flagged)) * (4 + 90*r.Float64()))
			checks[i].Savings = &saving
		}
	}
	return checks
}

type supportInput struct {
	Language, CheckId, NextToken string
	CheckIds                     []string
	MaxResults                   *number
	IncludeResolvedCases         bool
	IncludeCommunications        *bool
	AfterTime, BeforeTime        string
	CaseIdList                   []string
}

func checkSupportPlan(c *call) error {
	if c.isEnabled() {
		return nil
	}
	return c.newErrorf("SubscriptionRequiredException", "Amazon Web Services Premium Support Subscription is required to use this service.")
}

func describeChecks(c *call, in supportInput) (any, error) {
	if err := checkSupportPlan(c); err != nil {
		return nil, err
	}
	if in.Language == "" {
		return nil, c.newMissing("language")
	}
	descriptions := []object{}
	for _, k := range findItems(c.location, generateChecks) {
		descriptions = append(descriptions, object{"id": k.ID, "name": k.Name, "category": k.Category, "description": k.Description, "metadata": []string{"Region", "Resource", "Reason"}})
	}
	return object{"checks": descriptions}, nil
}

func (k Check) toSummary() object {
	o := object{
		"checkId": k.ID, "status": k.Status, "timestamp": k.Timestamp.Format("2006-01-02T15:04:05Z"),
		"resourcesSummary":        object{"resourcesProcessed": k.Processed, "resourcesFlagged": len(k.Flagged), "resourcesSuppressed": k.Suppressed, "resourcesIgnored": 0},
		"categorySpecificSummary": object{},
	}
	if k.Savings != nil {
		o["categorySpecificSummary"] = object{"costOptimizing": object{"estimatedMonthlySavings": *k.Savings, "estimatedPercentMonthlySavings": roundCents(*k.Savings / 200)}}
	}
	return o
}

func findCheck(c *call, id string) (Check, error) {
	checks := findItems(c.location, generateChecks)
	i := slices.IndexFunc(checks, func(k Check) bool { return k.ID == id })
	if i < 0 {
		return Check{}, c.newInvalidf("Check ID %s is not valid", id)
	}
	return checks[i], nil
}

func describeCheckSummaries(c *call, in supportInput) (any, error) {
	if err := checkSupportPlan(c); err != nil {
		return nil, err
	}
	if len(in.CheckIds) == 0 {
		return nil, c.newMissing("checkIds")
	}
	summaries := []object{}
	for _, id := range in.CheckIds {
		k, err := findCheck(c, id)
		if err != nil {
			return nil, err
		}
		summary := k.toSummary()
		summary["hasFlaggedResources"] = len(k.Flagged) > 0
		summaries = append(summaries, summary)
	}
	return object{"summaries": summaries}, nil
}

func describeCheckResult(c *call, in supportInput) (any, error) {
	if err := checkSupportPlan(c); err != nil {
		return nil, err
	}
	k, err := findCheck(c, in.CheckId)
	if err != nil {
		return nil, err
	}
	flagged := []object{}
	for i, id := range k.Flagged {
		flagged = append(flagged, object{"resourceId": id, "status": k.Status, "region": c.account.Regions[0], "isSuppressed": i < k.Suppressed, "metadata": []string{c.account.Regions[0], id, "Yellow"}})
	}
	result := k.toSummary()
	result["flaggedResources"] = flagged
	return object{"result": result}, nil
}

// describeCases answers for open cases unless resolved ones are asked for too.
func describeCases(c *call, in supportInput) (any, error) {
	if err := checkSupportPlan(c); err != nil {
		return nil, err
	}
	if len(in.CaseIdList) > 100 {
		return nil, c.newErrorf("ValidationException", "1 validation error detected: Value at 'caseIdList' failed to satisfy constraint: Member must have length less than or equal to 100")
	}
	var cases []object
	for _, k := range findItems(c.location, generateCases) {
		created := k.Created.Format("2006-01-02T15:04:05.000Z")
		hidden := !k.Resolved.IsZero() && !in.IncludeResolvedCases || in.AfterTime != "" && parseMillis(in.AfterTime) > k.Created.UnixMilli() ||
			in.BeforeTime != "" && parseMillis(in.BeforeTime) < k.Created.UnixMilli() || len(in.CaseIdList) > 0 && !slices.Contains(in.CaseIdList, k.ID)
		if hidden {
			continue
		}
		status := "pending-customer-action"
		if k.Resolved.IsZero() && k.Severity == "urgent" {
			status = "work-in-progress"
		} else if !k.Resolved.IsZero() {
			status = "resolved"
		}
		o := object{
			"caseId": k.ID, "displayId": k.DisplayID, "subject": k.Subject, "status": status, "serviceCode": k.Service, "categoryCode": k.Category,
			"severityCode": k.Severity, "submittedBy": k.SubmittedBy, "timeCreated": created, "language": "en", "ccEmailAddresses": []string{},
		}
		if in.IncludeCommunications == nil || *in.IncludeCommunications {
			o["recentCommunications"] = object{"communications": []object{{"caseId": k.ID, "body": k.Subject, "submittedBy": k.SubmittedBy, "timeCreated": created}}}
		}
		cases = append(cases, o)
	}
	return answerPage(c, "cases", cases, "nextToken", in.NextToken, in.MaxResults, limits{usual: 10, least: 10, most: 100})
}
