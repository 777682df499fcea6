package main

import "fmt"

// kind is a list of a snapshot and how its rows look.
type kind struct {
	group   string // table group that loads it
	table   string
	mark    string // where the list is in the document
	element func(i int, version int) string
}

// kinds are the lists that grow large in real accounts, with texts as long as the services write them. The version goes
// into a value that is not a key.
var kinds = []kind{
	{"cost", "services", "services", func(i, version int) string {
		return fmt.Sprintf(`{"service":"Amazon Elastic Compute Cloud - Compute %d","usage_types":"EUW1-BoxUsage:m7g.large-%d","date_from":"$FROM","date_to":"$DATE","cost":%d.123456789%d,"currency":"USD","utilization":744.0,"utilization_unit":"Hrs"}`, i, i, i%90, version)
	}},
	{"cost", "service_costs", "top", func(i, version int) string {
		return fmt.Sprintf(`{"service":"Amazon Elastic Compute Cloud - Compute %d","cost":%d.123456789%d}`, i, i%90, version)
	}},
	{"security", "findings", "findings", func(i, version int) string {
		return fmt.Sprintf(`{"finding_id":"arn:aws:securityhub:$REGION:$ACCOUNT:subscription/aws-foundational-security-best-practices/v/1.0.0/EC2.%d/finding/%08d-aaaa-bbbb-cccc-dddddddddddd","service":"AwsEc2Instance","title":"EC2 instances should use Instance Metadata Service Version 2","description":"This control checks whether your EC2 instance metadata version is configured with IMDSv2. The control fails if HttpTokens is set to optional for IMDSv2.","severity":"HIGH","status":"NEW","resource_type":"AwsEc2Instance","resource_id":"arn:aws:ec2:$REGION:$ACCOUNT:instance/i-%017d","created_at":"2026-01-03T04:05:06.789Z","updated_at":"2026-02-10T04:05:06.%dZ","recommendation":"For information on how to correct this issue, consult the AWS Security Hub controls documentation.","compliance_status":"FAILED","region":"$REGION","workflow_state":"NEW","record_state":"ACTIVE","product_name":"Security Hub","company_name":"AWS","product_arn":"arn:aws:securityhub:$REGION::product/aws/securityhub","generator_id":"security-control/EC2.8","generator":"Security Hub"}`, i%50, i, i, version)
	}},
	{"security", "kms_keys", "kms", func(i, version int) string {
		return fmt.Sprintf(`{"key_id":"%08d-1111-2222-3333-444444444444","arn":"arn:aws:kms:$REGION:$ACCOUNT:key/%08d","description":"key of a service, version %d","key_usage":"ENCRYPT_DECRYPT","key_state":"Enabled","creation_date":"2026-01-02T03:04:05+00:00","enabled":true,"key_rotation_enabled":true}`, i, i, version)
	}},
	{"config", "non_compliant_resources", "noncompliant", func(i, version int) string {
		return fmt.Sprintf(`{"rule_name":"rule-%d","resource_id":"bucket-%d","resource_type":"AWS::S3::Bucket","config_rule_invoked_time":"2026-01-10T20:45:21+00:00","conformance_pack":"operational-best-practices","compliance_type":"NON_COMPLIANT","annotation":"It is not configured as the rule asks, version %d","evaluation_mode":"DETECTIVE"}`, i%300, i, version)
	}},
	{"config", "config_inventory", "configinventory", func(i, version int) string {
		return fmt.Sprintf(`{"resource_type":"EC2","resource_subtype":"Volume","resource_id":"vol-%017d","resource_name":"data-%d","region":"$REGION","availability_zone":"eu-west-1a","state":"in-use-%d","size_gb":100,"volume_type":"gp3","creation_date":"2026-01-02T03:04:05+00:00"}`, i, i, version)
	}},
	{"inventory", "inventory_applications", "applications", func(i, version int) string {
		return fmt.Sprintf(`{"instance_id":"i-$ACCOUNT-$REGION-%d","name":"package-%d","version":"1.%d-3.amzn2023","publisher":"Amazon Linux %d","architecture":"x86_64","application_type":"System Environment/Base","install_time":"2026-01-02T03:04:05Z"}`, i%instances, i, i%9, version)
	}},
	{"inventory", "inventory_patches", "patches", func(i, version int) string {
		return fmt.Sprintf(`{"instance_id":"i-$ACCOUNT-$REGION-%d","title":"kernel-%d.amzn2023.x86_64","classification":"Security","severity":"Important","state":"Installed %d","installed_time":"2026-01-02T03:04:05Z"}`, i%instances, i, version)
	}},
	{"resources", "service_resources", "resources", func(i, version int) string {
		return fmt.Sprintf(`{"service_name":"EC2","resource_type":"Instance","resource_id":"i-%017d","resource_name":"web-%d","region":"$REGION","availability_zone":"eu-west-1a","state":"running-%d","instance_type":"m7g.large","vpc_id":"vpc-0123456789","size_gb":null,"creation_date":"2026-01-02T03:04:05+00:00"}`, i, i, version)
	}},
	{"operations", "health_events", "health", func(i, version int) string {
		return fmt.Sprintf(`{"arn":"arn:aws:health:$REGION::event/EC2/AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED/%d","service":"EC2","event_type_code":"AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED","region":"$REGION","start_time":"2026-01-02T03:04:05Z","status_code":"open-%d"}`, i, version)
	}},
}

// instances are the managed instances of a snapshot.
const instances = 20
