package catalog

import "slices"

// Quota is a limit of requests that AWS publishes, for each account and region.
type Quota struct {
	Service    string   // id in the SDK
	Operations []string // that share the quota
	// Each of the operations has the quota for itself.
	Each      bool
	PerSecond float64
	Burst     int    // requests at once; where AWS names none, those of one second
	Source    string // document
}

// Quotas lists what AWS publishes of operations that collectors call often. Other services have quotas too, and do not say
// which.
var Quotas = []Quota{
	{"ACM", []string{"ListCertificates"}, true, 8, 8, "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"},
	{"ACM", []string{"DescribeCertificate"}, true, 10, 10, "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"},
	{"Account", []string{"GetAlternateContact", "GetContactInformation"}, true, 10, 10, "https://docs.aws.amazon.com/accounts/latest/reference/quotas.html"},
	{"Account", []string{"GetAccountInformation"}, true, 3, 3, "https://docs.aws.amazon.com/accounts/latest/reference/quotas.html"},
	{"CloudTrail", []string{"LookupEvents"}, true, 2, 2, "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"},
	{"CloudTrail", []string{"DescribeTrails", "GetTrailStatus"}, true, 10, 10, "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"},
	{"EC2", []string{"DescribeInstances", "DescribeVolumes", "DescribeSubnets", "DescribeReservedInstances"}, false, 20, 100, "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"},
	{"KMS", []string{"ListKeys"}, true, 500, 500, "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"},
	{"KMS", []string{"GetKeyRotationStatus"}, true, 1000, 1000, "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"},
	{"KMS", []string{"DescribeKey"}, true, 2000, 2000, "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"},
	{"Secrets Manager", []string{"ListSecrets"}, true, 100, 100, "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"},
	{"SecurityHub", []string{"GetFindings"}, true, 3, 6, "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html"},
	{"SecurityHub", []string{"GetFindingAggregator", "ListFindingAggregators"}, true, 10, 30, "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html"},
	{"WAFV2", []string{"GetLoggingConfiguration", "GetWebACL", "ListTagsForResource", "ListWebACLs"}, true, 5, 5, "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"},
	{"WAFV2", []string{"ListResourcesForWebACL"}, true, 1, 1, "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"},
}

// FindQuota returns the quota of an operation that has a published one.
func FindQuota(service, operation string) (Quota, bool) {
	i := slices.IndexFunc(Quotas, func(q Quota) bool { return q.Service == service && slices.Contains(q.Operations, operation) })
	if i < 0 {
		return Quota{}, false
	}
	return Quotas[i], true
}
