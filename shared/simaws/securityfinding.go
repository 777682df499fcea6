package simaws

import (
	"strings"
	"time"
)

// SecurityFinding is a finding in the AWS Security Finding Format.
type SecurityFinding struct {
	ID            string `json:"Id"`
	SchemaVersion string
	AwsAccountID  string `json:"AwsAccountId"`
	Region        string
	ProductARN    string `json:"ProductArn"`
	ProductName   string
	CompanyName   string
	GeneratorID   string `json:"GeneratorId"`
	Types         []string
	CreatedAt     string
	UpdatedAt     string
	Title         string
	Description   string
	Severity      SeverityLabel
	Workflow      WorkflowStatus
	WorkflowState string
	RecordState   string
	Resources     []FindingResource
	Compliance    *ComplianceStatus `json:",omitempty"`
	Remediation   object            `json:",omitempty"`
}

// SeverityLabel is CRITICAL, HIGH, MEDIUM, LOW or INFORMATIONAL.
type SeverityLabel struct{ Label string }

// WorkflowStatus is NEW, NOTIFIED, SUPPRESSED or RESOLVED; ComplianceStatus is PASSED, FAILED or WARNING.
type (
	WorkflowStatus   struct{ Status string }
	ComplianceStatus struct{ Status string }
)

// FindingResource is what a finding is about.
type FindingResource struct {
	Type   string
	ID     string `json:"Id"`
	Region string
}

var controls = []struct{ id, title, resource, severity string }{
	{"S3.8", "S3 general purpose buckets should block public access", "AwsS3Bucket", "HIGH"},
	{"S3.5", "S3 general purpose buckets should require requests to use SSL", "AwsS3Bucket", "MEDIUM"},
	{"S3.9", "S3 general purpose buckets should have server access logging enabled", "AwsS3Bucket", "MEDIUM"},
	{"EC2.19", "Security groups should not allow unrestricted access to ports with high risk", "AwsEc2SecurityGroup", "CRITICAL"},
	{"EC2.8", "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)", "AwsEc2Instance", "HIGH"},
	{"EC2.3", "Attached Amazon EBS volumes should be encrypted at-rest", "AwsEc2Volume", "MEDIUM"},
	{"EC2.22", "Unused Amazon EC2 security groups should be removed", "AwsEc2SecurityGroup", "MEDIUM"},
	{"RDS.3", "RDS DB instances should have encryption at-rest enabled", "AwsRdsDbInstance", "MEDIUM"},
	{"RDS.2", "RDS DB Instances should prohibit public access", "AwsRdsDbInstance", "CRITICAL"},
	{"RDS.13", "RDS automatic minor version upgrades should be enabled", "AwsRdsDbInstance", "HIGH"},
	{"IAM.3", "IAM users' access keys should be rotated every 90 days or less", "AwsIamUser", "MEDIUM"},
	{"IAM.5", "MFA should be enabled for all IAM users that have a console password", "AwsIamUser", "MEDIUM"},
	{"IAM.6", "Hardware MFA should be enabled for the root user", "AwsAccount", "CRITICAL"},
	{"Lambda.2", "Lambda functions should use supported runtimes", "AwsLambdaFunction", "MEDIUM"},
	{"KMS.4", "AWS KMS key rotation should be enabled", "AwsKmsKey", "MEDIUM"},
	{"ELB.6", "Application, Gateway, and Network Load Balancers should have deletion protection enabled", "AwsElbv2LoadBalancer", "LOW"},
	{"CloudTrail.2", "CloudTrail should have encryption at-rest enabled", "AwsCloudTrailTrail", "MEDIUM"},
	{"SSM.1", "Amazon EC2 instances should be managed by AWS Systems Manager", "AwsEc2Instance", "MEDIUM"},
	{"SecretsManager.4", "Secrets Manager secrets should be rotated within a specified number of days", "AwsSecretsManagerSecret", "MEDIUM"},
	{"Config.1", "AWS Config should be enabled and use the service-linked role for resource recording", "AwsAccount", "INFORMATIONAL"},
}

var securityProducts = []string{"Security Hub", "Security Hub", "Security Hub", "GuardDuty", "Inspector", "IAM Access Analyzer", "Macie"}

// hubRetention is how many days of findings a region shows.
const hubRetention = 120

// dailyFindings returns the number of new findings of a region in a day. Findings are addressed by day and number, so
// that any page of a million is found without making the others.
func dailyFindings(l *location) int {
	return max(1, int(12*l.account.sizeShare()*l.regionShare()*l.options.Volume))
}

// aggregationRegion returns the region that shows the findings of all others, "" for none.
func aggregationRegion(l *location) string {
	if l.account.Character == Production {
		return l.account.Regions[0]
	}
	return ""
}

func aggregatorARN(l *location) string {
	return l.inRegion(aggregationRegion(l)).newARN("securityhub", "finding-aggregator/"+l.Organization.newChance("aggregator", l.account.ID).newUUID())
}

// generateSecurityFinding returns the i-th finding of the region since the first day that is kept, nil if it lies in
// the future.
func generateSecurityFinding(l *location, i int) *SecurityFinding {
	daily := dailyFindings(l)
	d := startOfDay(l.now).AddDate(0, 0, i/daily-hubRetention)
	r := l.newChance("securityhub", d.Unix(), i%daily)
	created := r.timeWithin(d, d.Add(1*days))
	if created.After(l.now) {
		return nil
	}
	control, product := pickOne(r, controls...), pickOne(r, securityProducts...)
	resource := FindingResource{Type: control.resource, Region: l.region, ID: l.newARN(strings.ToLower(control.id[:2]), control.resource+"/"+r.hexDigits(12))}
	f := &SecurityFinding{
		SchemaVersion: "2018-10-08", AwsAccountID: l.account.ID, Region: l.region, ProductName: product, CompanyName: "AWS",
		ProductARN:  "arn:aws:securityhub:" + l.region + "::product/aws/" + strings.ToLower(strings.ReplaceAll(product, " ", "")),
		GeneratorID: "security-control/" + control.id, Types: []string{"Software and Configuration Checks/Industry and Regulatory Standards"},
		Title: control.title, Description: "This control checks the following: " + control.title + ".",
		Severity: SeverityLabel{control.severity}, RecordState: "ACTIVE", WorkflowState: "NEW", Resources: []FindingResource{resource},
		Compliance: &ComplianceStatus{"FAILED"},
		Remediation: object{"Recommendation": object{
			"Text": "For information on how to correct this issue, consult the AWS Security Hub controls documentation.",
			"Url":  "https://docs.aws.amazon.com/console/securityhub/" + control.id + "/remediation",
		}},
	}
	f.ID = l.newARN("securityhub", "security-control/"+control.id+"/finding/"+r.newUUID())
	if product != "Security Hub" {
		f.Compliance, f.GeneratorID = nil, "aws/"+strings.ToLower(product)
	}
	if r.oneIn(400) {
		f.Resources = []FindingResource{}
	}
	ageFinding(l, f, r, created)
	return f
}

// ageFinding applies what has happened to a finding since it was created: it is noticed, suppressed or resolved, and
// archived in the end. A third of the controls is checked again twice a day.
func ageFinding(l *location, f *SecurityFinding, r chance, created time.Time) {
	f.CreatedAt = formatISO(created)
	updated, status := created, "NEW"
	noticed, resolved := created.Add(time.Duration(r.intBetween(3, 200))*time.Hour), created.Add(time.Duration(r.intBetween(20, 4000))*time.Hour)
	if noticed.Before(l.now) {
		if next := pickOne(r, "NEW", "NEW", "NOTIFIED", "NOTIFIED", "SUPPRESSED"); next != "NEW" {
			updated, status = noticed, next
		}
	}
	if resolved.Before(l.now) && status != "SUPPRESSED" {
		updated, status = resolved, "RESOLVED"
		if f.Compliance != nil {
			f.Compliance = &ComplianceStatus{"PASSED"}
		}
	} else if f.Compliance != nil && r.oneIn(3) {
		if checked := l.now.Truncate(12 * time.Hour).Add(-time.Duration(r.IntN(3000)) * time.Second); checked.After(updated) {
			updated = checked
		}
	}
	if archived := resolved.AddDate(0, 0, 10); archived.Before(l.now) && status == "RESOLVED" && r.oneIn(2) {
		updated, f.RecordState = archived, "ARCHIVED"
	}
	f.Workflow.Status, f.UpdatedAt = status, formatISO(updated)
}
