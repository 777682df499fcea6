package simaws

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule is a Config rule. Packs are the conformance packs that it belongs to.
type Rule struct {
	Name         string
	ResourceType string
	Packs        []string
	// NoData rules have evaluated nothing yet.
	NoData bool
	// Results are the rule's evaluations; nil means generated ones.
	Results []Evaluation
}

// Evaluation is the result of a rule for one resource.
type Evaluation struct {
	ResourceID, ResourceType string
	Compliant                bool
	Recorded                 time.Time
	Annotation               string
	Mode                     string // DETECTIVE or PROACTIVE; "" means DETECTIVE
}

var ruleNames = []struct{ name, resourceType, annotation string }{
	{"s3-bucket-public-read-prohibited", "AWS::S3::Bucket", "The S3 bucket policy allows public read access."},
	{"s3-bucket-server-side-encryption-enabled", "AWS::S3::Bucket", "The bucket has no default encryption."},
	{"s3-bucket-ssl-requests-only", "AWS::S3::Bucket", "The S3 bucket policy does not require SSL."},
	{"s3-bucket-versioning-enabled", "AWS::S3::Bucket", "Versioning is not enabled."},
	{"encrypted-volumes", "AWS::EC2::Volume", "The volume is attached and not encrypted."},
	{"ec2-imdsv2-check", "AWS::EC2::Instance", "The instance allows IMDSv1."},
	{"ec2-instance-managed-by-systems-manager", "AWS::EC2::Instance", "The instance is not managed by Systems Manager."},
	{"ec2-instance-detailed-monitoring-enabled", "AWS::EC2::Instance", "Detailed monitoring is off."},
	{"ec2-security-group-attached-to-eni", "AWS::EC2::SecurityGroup", "The security group is not attached to anything."},
	{"restricted-ssh", "AWS::EC2::SecurityGroup", "The security group allows SSH from 0.0.0.0/0."},
	{"vpc-default-security-group-closed", "AWS::EC2::SecurityGroup", "The default security group allows traffic."},
	{"vpc-flow-logs-enabled", "AWS::EC2::VPC", "Flow logs are not enabled."},
	{"subnet-auto-assign-public-ip-disabled", "AWS::EC2::Subnet", "The subnet assigns public addresses."},
	{"rds-storage-encrypted", "AWS::RDS::DBInstance", "Storage is not encrypted."},
	{"rds-multi-az-support", "AWS::RDS::DBInstance", "The instance runs in one availability zone."},
	{"rds-instance-public-access-check", "AWS::RDS::DBInstance", "The instance is publicly accessible."},
	{"rds-automatic-minor-version-upgrade-enabled", "AWS::RDS::DBInstance", "Minor version upgrades are off."},
	{"db-instance-backup-enabled", "AWS::RDS::DBInstance", "Backups are not enabled."},
	{"iam-user-mfa-enabled", "AWS::IAM::User", "The user has no MFA device."},
	{"iam-user-unused-credentials-check", "AWS::IAM::User", "Credentials were not used for 90 days."},
	{"access-keys-rotated", "AWS::IAM::User", "An access key is older than 90 days."},
	{"iam-policy-no-statements-with-admin-access", "AWS::IAM::Policy", "The policy allows everything."},
	{"iam-root-access-key-check", "AWS::::Account", "The root user has an access key."},
	{"iam-password-policy", "AWS::::Account", "The password policy is too weak."},
	{"root-account-mfa-enabled", "AWS::::Account", "The root user has no MFA device."},
	{"multi-region-cloudtrail-enabled", "AWS::::Account", "No multi-region trail."},
	{"guardduty-enabled-centralized", "AWS::::Account", "GuardDuty is not enabled."},
	{"securityhub-enabled", "AWS::::Account", "Security Hub is not enabled."},
	{"cloud-trail-encryption-enabled", "AWS::CloudTrail::Trail", "The trail is not encrypted with a KMS key."},
	{"cloud-trail-log-file-validation-enabled", "AWS::CloudTrail::Trail", "Log file validation is off."},
	{"cmk-backing-key-rotation-enabled", "AWS::KMS::Key", "Key rotation is not enabled."},
	{"lambda-function-public-access-prohibited", "AWS::Lambda::Function", "The function policy allows public access."},
	{"lambda-function-settings-check", "AWS::Lambda::Function", "The runtime is not supported any more."},
	{"lambda-inside-vpc", "AWS::Lambda::Function", "The function is not in a VPC."},
	{"dynamodb-pitr-enabled", "AWS::DynamoDB::Table", "Point-in-time recovery is off."},
	{"dynamodb-table-encrypted-kms", "AWS::DynamoDB::Table", "The table is not encrypted with a KMS key."},
	{"elb-deletion-protection-enabled", "AWS::ElasticLoadBalancingV2::LoadBalancer", "Deletion protection is off."},
	{"alb-http-to-https-redirection-check", "AWS::ElasticLoadBalancingV2::LoadBalancer", "HTTP is not redirected to HTTPS."},
	{"elb-logging-enabled", "AWS::ElasticLoadBalancingV2::LoadBalancer", "Access logs are off."},
	{"acm-certificate-expiration-check", "AWS::ACM::Certificate", "The certificate expires within 30 days."},
	{"secretsmanager-rotation-enabled-check", "AWS::SecretsManager::Secret", "Rotation is not enabled."},
	{"secretsmanager-unused", "AWS::SecretsManager::Secret", "The secret was not used for 90 days."},
	{"sns-encrypted-kms", "AWS::SNS::Topic", "The topic is not encrypted with a KMS key."},
	{"cw-loggroup-retention-period-check", "AWS::Logs::LogGroup", "Retention is shorter than a year."},
	{"ecr-private-image-scanning-enabled", "AWS::ECR::Repository", "Image scanning is off."},
}

var packNames = []string{"Operational-Best-Practices-for-CIS", "Operational-Best-Practices-for-PCI-DSS", "Security-Baseline"}

// findRules returns the rules of a call's account, none if Config is not enabled.
func findRules(c *call) []Rule {
	return findItems(c.location, func(l *location) []Rule {
		if !c.isEnabled() {
			return nil
		}
		return generateRules(l)
	})
}

// generateRules returns the same rules in all regions of an account. About half of them come from conformance packs,
// and then carry the pack's suffix in their name; one rule in twelve is in two packs.
func generateRules(l *location) []Rule {
	var rules []Rule
	for i, n := range ruleNames {
		r := l.Organization.newChance("rule", l.account.ID, i)
		if l.account.Character == Sandbox && r.oneIn(2) {
			continue
		}
		rule := Rule{Name: n.name, ResourceType: n.resourceType, NoData: r.oneIn(20)}
		if r.oneIn(2) {
			rule.Packs = []string{pickOne(r, packNames...)}
			rule.Name += "-conformance-pack-" + l.Organization.newChance("pack", l.account.ID, rule.Packs[0]).hexDigits(9)
		}
		if r.oneIn(12) {
			rule.Packs = append(rule.Packs, packNames[2])
		}
		slices.Sort(rule.Packs)
		rule.Packs = slices.Compact(rule.Packs)
		rules = append(rules, rule)
	}
	return rules
}

func findEvaluations(l *location, rule Rule) []Evaluation {
	if rule.Results != nil || rule.NoData {
		return rule.Results
	}
	base, _, _ := strings.Cut(rule.Name, "-conformance-pack-")
	annotation := ""
	for _, n := range ruleNames {
		if n.name == base {
			annotation = n.annotation
		}
	}
	strictness := l.Organization.newChance("strictness", base).Float64()
	var results []Evaluation
	for _, id := range listResourceIDs(l, rule.ResourceType) {
		r := l.newChance("evaluation", base, id)
		// A result holds for a while, then the resource changes and is evaluated again.
		recorded := l.lastInCycle(r, r.intBetween(2, 80)).Truncate(time.Second)
		e := Evaluation{ResourceID: id, ResourceType: rule.ResourceType, Recorded: recorded}
		e.Compliant = strictness < 0.45 || l.newChance("evaluation", base, id, recorded.Unix()).Float64() > 0.3*strictness
		if !e.Compliant {
			e.Annotation = annotation
		}
		results = append(results, e)
	}
	return results
}

// listResourceIDs returns the ids of the resources of a type.
func listResourceIDs(l *location, resourceType string) []string {
	if resourceType == "AWS::::Account" {
		return []string{l.account.ID}
	}
	if resourceType == "AWS::EC2::Instance" {
		var ids []string
		for _, i := range findItems(l, generateInstances) {
			ids = append(ids, i.InstanceID)
		}
		return ids
	}
	ids := make([]string, l.drawCount(resourceType, 26))
	for i := range ids {
		ids[i] = l.resourceID(resourceType, i)
	}
	return ids
}

func (l *location) resourceID(resourceType string, i int) string {
	r := l.newChance("resource", resourceType, i)
	switch resourceType {
	case "AWS::EC2::Volume":
		return "vol-0" + r.hexDigits(16)
	case "AWS::EC2::SecurityGroup":
		return "sg-0" + r.hexDigits(16)
	case "AWS::EC2::VPC":
		return "vpc-0" + r.hexDigits(16)
	case "AWS::EC2::Subnet":
		return "subnet-0" + r.hexDigits(16)
	case "AWS::KMS::Key":
		return r.newUUID()
	case "AWS::IAM::User":
		return "AIDA" + strings.ToUpper(r.hexDigits(16))
	default:
		return fmt.Sprintf("%s-%s-%s-%d", l.shortName(), pickOne(r, "orders", "catalog", "checkout", "search", "reports", "media", "events"),
			pickOne(r, "main", "primary", "internal", "public", "batch"), i)
	}
}
