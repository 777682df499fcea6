package test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancertypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/support"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	waftypes "github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/collecttest"
)

// expected are the members that a section's elements must have, by the section's path.
type expected map[string][]map[string]any

// furnish makes something of each kind that moto knows, and returns how the contract prescribes it.
func furnish(t *testing.T, url string, cfg aws.Config) expected {
	t.Helper()
	m := maker{t, cfg, expected{}}
	m.makeKeys()
	m.makeCertificatesAndSecrets()
	m.makeTrails() // makes the bucket
	m.makeUsers()
	m.makeContacts()
	m.makeAccessLists()
	m.makeApps()
	network := m.makeNetwork()
	m.makeMachines(network)
	m.makeBalancers(network)
	m.makeDatabases()
	m.makeFunctions()
	m.setCosts(url)
	m.setFindings(url)
	m.allowUnanswered()
	return m.expected
}

type maker struct {
	*testing.T
	cfg aws.Config
	expected
}

func (m maker) expect(path string, element map[string]any) {
	m.expected[path] = append(m.expected[path], element)
}

func (m maker) expectResource(service, kind, id string, more map[string]any) {
	element := map[string]any{"service_name": service, "resource_type": kind, "resource_id": id, "region": "us-east-1"}
	for member, value := range more {
		element[member] = value
	}
	m.expect("service_resources", element)
}

// mustMake returns the answer of a request that must succeed.
func mustMake[T any](m maker) func(T, error) T {
	return func(answer T, err error) T {
		m.Helper()
		if err != nil {
			m.Fatal(err)
		}
		return answer
	}
}

func (m maker) makeKeys() {
	client := kms.NewFromConfig(m.cfg)
	key := mustMake[*kms.CreateKeyOutput](m)(client.CreateKey(m.Context(), &kms.CreateKeyInput{Description: aws.String("moto's key"), KeyUsage: kmstypes.KeyUsageTypeEncryptDecrypt})).KeyMetadata
	mustMake[*kms.EnableKeyRotationOutput](m)(client.EnableKeyRotation(m.Context(), &kms.EnableKeyRotationInput{KeyId: key.KeyId}))
	m.expect("security.kms", map[string]any{
		"key_id": *key.KeyId, "arn": *key.Arn, "description": "moto's key", "key_usage": "ENCRYPT_DECRYPT", "key_state": "Enabled",
		"enabled": true, "key_rotation_enabled": true,
	})
}

func (m maker) makeCertificatesAndSecrets() {
	secret := mustMake[*secretsmanager.CreateSecretOutput](m)(secretsmanager.NewFromConfig(m.cfg).CreateSecret(m.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("moto/secret"), Description: aws.String("moto's secret"), SecretString: aws.String("-"),
	}))
	m.expect("security.secrets_manager", map[string]any{"name": "moto/secret", "arn": *secret.ARN, "description": "moto's secret", "rotation_enabled": false})
	certificate := mustMake[*acm.RequestCertificateOutput](m)(acm.NewFromConfig(m.cfg).RequestCertificate(m.Context(), &acm.RequestCertificateInput{DomainName: aws.String("moto.example")}))
	m.expect("security.certificate_manager", map[string]any{
		"arn": *certificate.CertificateArn, "domain_name": "moto.example", "status": "PENDING_VALIDATION", "type": "AMAZON_ISSUED",
	})
}

func (m maker) makeTrails() {
	client := s3.NewFromConfig(m.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	mustMake[*s3.CreateBucketOutput](m)(client.CreateBucket(m.Context(), &s3.CreateBucketInput{Bucket: aws.String("moto-bucket")}))
	m.expectResource("S3", "Bucket", "moto-bucket", map[string]any{"resource_name": "moto-bucket", "state": "Active", "region": nil}) // moto does not tell it
	trail := mustMake[*cloudtrail.CreateTrailOutput](m)(cloudtrail.NewFromConfig(m.cfg).CreateTrail(m.Context(), &cloudtrail.CreateTrailInput{
		Name: aws.String("moto-trail"), S3BucketName: aws.String("moto-bucket"),
	}))
	m.expect("security.cloudtrail", map[string]any{
		"name": "moto-trail", "arn": *trail.TrailARN, "is_logging": false, "is_multi_region": false, "s3_bucket": "moto-bucket", "log_file_validation": false,
	})
}

func (m maker) makeUsers() {
	client := iam.NewFromConfig(m.cfg)
	mustMake[*iam.CreateUserOutput](m)(client.CreateUser(m.Context(), &iam.CreateUserInput{UserName: aws.String("moto-user")}))
	m.expect("iam", map[string]any{"username": "moto-user", "mfa_enabled": false, "access_keys_count": 0})
	mustMake[*iam.CreateUserOutput](m)(client.CreateUser(m.Context(), &iam.CreateUserInput{UserName: aws.String("moto-robot")}))
	mustMake[*iam.CreateAccessKeyOutput](m)(client.CreateAccessKey(m.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("moto-robot")}))
	m.expect("iam", map[string]any{"username": "moto-robot", "access_keys_count": 1})
}

func (m maker) makeContacts() {
	mustMake[*account.PutAlternateContactOutput](m)(account.NewFromConfig(m.cfg).PutAlternateContact(m.Context(), &account.PutAlternateContactInput{
		AlternateContactType: accounttypes.AlternateContactTypeBilling, Name: aws.String("Moto"), Title: aws.String("Head"),
		EmailAddress: aws.String("moto@example.com"), PhoneNumber: aws.String("+441"),
	}))
	m.expect("account", map[string]any{"alternate_contacts": map[string]any{
		"billing":    map[string]any{"name": "Moto", "title": "Head", "email": "moto@example.com", "phone": "+441"},
		"operations": nil, "security": nil,
	}})
}

func (m maker) makeAccessLists() {
	seen := &waftypes.VisibilityConfig{MetricName: aws.String("m"), SampledRequestsEnabled: true}
	list := mustMake[*wafv2.CreateWebACLOutput](m)(wafv2.NewFromConfig(m.cfg).CreateWebACL(m.Context(), &wafv2.CreateWebACLInput{
		Name: aws.String("moto-acl"), Scope: waftypes.ScopeRegional, VisibilityConfig: seen, DefaultAction: &waftypes.DefaultAction{Allow: &waftypes.AllowAction{}},
		Tags: []waftypes.Tag{{Key: aws.String("team"), Value: aws.String("moto")}},
		Rules: []waftypes.Rule{
			{Name: aws.String("countries"), Priority: 1, VisibilityConfig: seen, Action: &waftypes.RuleAction{Block: &waftypes.BlockAction{}},
				Statement: &waftypes.Statement{GeoMatchStatement: &waftypes.GeoMatchStatement{CountryCodes: []waftypes.CountryCode{"KP"}}}},
		},
	})).Summary
	m.expect("security.waf", map[string]any{
		"name": "moto-acl", "id": *list.Id, "arn": *list.ARN, "scope": "REGIONAL", "rules_count": 1, "custom_rules_count": 1, "managed_rules_count": 0,
		"logging_enabled": false, "geo_blocking_enabled": true, "blocked_countries": []any{"KP"}, "sampled_requests_enabled": true,
		"tags": []any{map[string]any{"Key": "team", "Value": "moto"}},
	})
	m.expect("security.waf_rules", map[string]any{
		"web_acl_name": "moto-acl", "rule_name": "countries", "priority": 1, "statement_type": "GeoMatchStatement", "is_compliant": true, "geo_blocking": true,
		"is_managed_rule": false, "waf_version": "v2", "scope": "REGIONAL",
	})
}

func (m maker) makeApps() {
	app := mustMake[*resiliencehub.CreateAppOutput](m)(resiliencehub.NewFromConfig(m.cfg).CreateApp(m.Context(), &resiliencehub.CreateAppInput{
		Name: aws.String("moto-app"), Description: aws.String("moto's app"),
	})).App
	m.expect("resilience_hub", map[string]any{"app_arn": *app.AppArn, "name": "moto-app", "description": "moto's app", "cost": nil})
}

// place is a subnet of a network of its own.
type place struct{ vpc, subnet, other string }

func (m maker) makeNetwork() place {
	client := ec2.NewFromConfig(m.cfg)
	vpc := mustMake[*ec2.CreateVpcOutput](m)(client.CreateVpc(m.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16")})).Vpc
	subnet := func(block, zone string) string {
		made := mustMake[*ec2.CreateSubnetOutput](m)(client.CreateSubnet(m.Context(), &ec2.CreateSubnetInput{
			VpcId: vpc.VpcId, CidrBlock: &block, AvailabilityZone: &zone, TagSpecifications: buildNameTag(ec2types.ResourceTypeSubnet, "moto-subnet"),
		}))
		return *made.Subnet.SubnetId
	}
	p := place{*vpc.VpcId, subnet("10.9.1.0/24", "us-east-1a"), subnet("10.9.2.0/24", "us-east-1b")}
	m.expectResource("VPC", "Subnet", p.other, map[string]any{
		"resource_name": "moto-subnet", "availability_zone": "us-east-1b", "state": "available", "vpc_id": p.vpc, "available_ip_count": 251,
	})
	return p
}

func buildNameTag(kind ec2types.ResourceType, name string) []ec2types.TagSpecification {
	return []ec2types.TagSpecification{{ResourceType: kind, Tags: []ec2types.Tag{{Key: aws.String("Name"), Value: &name}}}}
}

func (m maker) makeMachines(p place) {
	client := ec2.NewFromConfig(m.cfg)
	image := mustMake[*ec2.DescribeImagesOutput](m)(client.DescribeImages(m.Context(), &ec2.DescribeImagesInput{})).Images[0].ImageId
	instance := mustMake[*ec2.RunInstancesOutput](m)(client.RunInstances(m.Context(), &ec2.RunInstancesInput{
		ImageId: image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), SubnetId: &p.subnet,
		TagSpecifications: buildNameTag(ec2types.ResourceTypeInstance, "moto-instance"),
	})).Instances[0]
	m.expectResource("EC2", "Instance", *instance.InstanceId, map[string]any{
		"resource_name": "moto-instance", "availability_zone": "us-east-1a", "state": "running", "instance_type": "t3.micro", "vpc_id": p.vpc,
	})
	volume := mustMake[*ec2.CreateVolumeOutput](m)(client.CreateVolume(m.Context(), &ec2.CreateVolumeInput{
		AvailabilityZone: aws.String("us-east-1a"), Size: aws.Int32(9), VolumeType: ec2types.VolumeTypeGp3, TagSpecifications: buildNameTag(ec2types.ResourceTypeVolume, "moto-volume"),
	}))
	m.expectResource("EBS", "Volume", *volume.VolumeId, map[string]any{
		"resource_name": "moto-volume", "availability_zone": "us-east-1a", "state": "available", "size_gb": 9, "volume_type": "gp3",
	})
	groups := autoscaling.NewFromConfig(m.cfg)
	mustMake[*autoscaling.CreateLaunchConfigurationOutput](m)(groups.CreateLaunchConfiguration(m.Context(), &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("moto"), ImageId: image, InstanceType: aws.String("t3.micro"),
	}))
	mustMake[*autoscaling.CreateAutoScalingGroupOutput](m)(groups.CreateAutoScalingGroup(m.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("moto-group"), LaunchConfigurationName: aws.String("moto"), MinSize: aws.Int32(0), MaxSize: aws.Int32(3),
		DesiredCapacity: aws.Int32(0), AvailabilityZones: []string{"us-east-1a"},
	}))
	m.expectResource("AutoScaling", "AutoScalingGroup", "moto-group", map[string]any{
		"availability_zone": "us-east-1a", "state": "Inactive", "instance_count": 0, "min_size": 0, "max_size": 3,
	})
}

func (m maker) makeBalancers(p place) {
	mustMake[*elasticloadbalancingv2.CreateLoadBalancerOutput](m)(elasticloadbalancingv2.NewFromConfig(m.cfg).CreateLoadBalancer(m.Context(),
		&elasticloadbalancingv2.CreateLoadBalancerInput{
			Name: aws.String("moto-balancer"), Subnets: []string{p.subnet, p.other}, Scheme: balancertypes.LoadBalancerSchemeEnumInternal,
		}))
	m.expectResource("ELB", "LoadBalancer", "moto-balancer", map[string]any{
		"availability_zone": "us-east-1a,us-east-1b", "type": "application", "state": "active", "scheme": "internal",
	})
}

func (m maker) makeDatabases() {
	mustMake[*rds.CreateDBInstanceOutput](m)(rds.NewFromConfig(m.cfg).CreateDBInstance(m.Context(), &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("moto-database"), Engine: aws.String("postgres"), DBInstanceClass: aws.String("db.t3.micro"),
		AllocatedStorage: aws.Int32(20), MasterUsername: aws.String("moto"), MasterUserPassword: aws.String("moto-moto"),
	}))
	m.expectResource("RDS", "DBInstance", "moto-database", map[string]any{
		"resource_name": "moto-database", "state": "available", "engine": "postgres", "instance_class": "db.t3.micro", "multi_az": false,
	})
}

func (m maker) makeFunctions() {
	role := mustMake[*iam.CreateRoleOutput](m)(iam.NewFromConfig(m.cfg).CreateRole(m.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("moto-role"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[]}`),
	})).Role
	var code bytes.Buffer
	if err := zip.NewWriter(&code).Close(); err != nil {
		m.Fatal(err)
	}
	function := mustMake[*lambda.CreateFunctionOutput](m)(lambda.NewFromConfig(m.cfg).CreateFunction(m.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("moto-function"), Role: role.Arn, Runtime: lambdatypes.RuntimePython312, Handler: aws.String("f.f"), MemorySize: aws.Int32(256),
		Code: &lambdatypes.FunctionCode{ZipFile: code.Bytes()},
	}))
	m.expectResource("Lambda", "Function", *function.FunctionArn, map[string]any{
		"resource_name": "moto-function", "availability_zone": "Generic", "instance_type": "python3.12", "engine": "python3.12", "instance_class": "",
		"multi_az": true, "size_gb": 0.25, "volume_type": "EphemeralStorage", "type": "Zip", "scheme": "x86_64", "instance_count": 1, "max_size": 512,
	})
}

// setCosts and setFindings set what moto answers.
func (m maker) setCosts(url string) {
	m.setAnswers(url, "ce/cost-and-usage-results", `{"account_id": "`+collecttest.Production+`", "results": [{"ResultsByTime": [
		{"TimePeriod": {"Start": "2026-03-09", "End": "2026-03-10"}, "Groups": [{"Keys": ["Moto", "AWS"], "Metrics": {"UnblendedCost": {"Amount": "4", "Unit": "USD"}}}]},
		{"TimePeriod": {"Start": "2026-03-10", "End": "2026-03-11"}, "Groups": [{"Keys": ["Moto", "AWS"], "Metrics": {"UnblendedCost": {"Amount": "5", "Unit": "USD"}}}]}]}]}`)
	m.expect("service", map[string]any{"service": "Moto", "cost": 5, "currency": "USD", "date_from": "2026-03-10", "date_to": "2026-03-11"})
	m.expect("cost", map[string]any{"current_period_cost": 5, "previous_period_cost": 4, "cost_difference": 1, "cost_difference_percentage": 25})
}

func (m maker) setFindings(url string) {
	m.setAnswers(url, "inspector2/findings-results", `{"account_id": "`+collecttest.Production+`", "results": [[{"findingArn": "arn:moto", "awsAccountId": "`+collecttest.Production+`", "severity": "HIGH", "status": "ACTIVE",
		"type": "PACKAGE_VULNERABILITY", "title": "moto's finding", "description": "d", "firstObservedAt": 1773136800, "updatedAt": 1773136800}]]}`)
	m.expect("security.inspector", map[string]any{
		"finding_arn": "arn:moto", "severity": "HIGH", "status": "ACTIVE", "type": "PACKAGE_VULNERABILITY", "title": "moto's finding",
		"first_observed_at": "2026-03-10T10:00:00+00:00",
	})
}

func (m maker) setAnswers(url, what, answers string) {
	request, err := http.NewRequestWithContext(m.Context(), http.MethodPost, url+"/moto-api/static/"+what, strings.NewReader(answers))
	if err != nil {
		m.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		m.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusCreated {
		m.Fatalf("telling moto of %s: %s %v", what, response.Status, err)
	}
}

// allowUnanswered switches on what moto has to answer for before it fails.
func (m maker) allowUnanswered() {
	mustMake[*guardduty.CreateDetectorOutput](m)(guardduty.NewFromConfig(m.cfg).CreateDetector(m.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}))
	recorders := configservice.NewFromConfig(m.cfg)
	mustMake[*configservice.PutConfigurationRecorderOutput](m)(recorders.PutConfigurationRecorder(m.Context(), &configservice.PutConfigurationRecorderInput{
		ConfigurationRecorder: &configtypes.ConfigurationRecorder{Name: aws.String("default"), RoleARN: aws.String("arn:aws:iam::123456789012:role/moto")},
	}))
	mustMake[*configservice.PutDeliveryChannelOutput](m)(recorders.PutDeliveryChannel(m.Context(), &configservice.PutDeliveryChannelInput{
		DeliveryChannel: &configtypes.DeliveryChannel{Name: aws.String("default"), S3BucketName: aws.String("moto")},
	}))
	mustMake[*configservice.StartConfigurationRecorderOutput](m)(recorders.StartConfigurationRecorder(m.Context(), &configservice.StartConfigurationRecorderInput{
		ConfigurationRecorderName: aws.String("default"),
	}))
	mustMake[*support.CreateCaseOutput](m)(support.NewFromConfig(m.cfg).CreateCase(m.Context(), &support.CreateCaseInput{
		Subject: aws.String("moto's case"), CommunicationBody: aws.String("-"), ServiceCode: aws.String("s"), CategoryCode: aws.String("c"), SeverityCode: aws.String("low"),
	}))
}
