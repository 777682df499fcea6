package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"view360/infra/bundle"
	"view360/infra/config"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

func TestFunctionsAreSmallAssetsWithLogsAndQueue(t *testing.T) { // A2
	each(t, "AWS::Lambda::Function", func(t *testing.T, id string, f object) {
		if got := text(f["Architectures"]); got != `["arm64"]` {
			t.Errorf("%s runs on %s", id, got)
		}
		if f["Runtime"] != "provided.al2023" || f["Handler"] != "bootstrap" {
			t.Errorf("%s runs %v of %v", id, f["Handler"], f["Runtime"])
		}
		if memory := f["MemorySize"].(float64); memory > 1024 {
			t.Errorf("%s has %v MB", id, memory)
		}
		if find(f, "LoggingConfig", "LogGroup") == nil || find(f, "DeadLetterConfig", "TargetArn") == nil {
			t.Errorf("%s has no log group or no dead-letter queue", id)
		}
		if find(f, "TracingConfig", "Mode") != "Active" || find(f, "Code", "S3Key") == nil {
			t.Errorf("%s is not traced, or no asset", id)
		}
	})
	each(t, "AWS::Logs::LogGroup", func(t *testing.T, id string, g object) {
		if g["RetentionInDays"] == nil {
			t.Errorf("%s keeps logs for ever", id)
		}
	})
}

func TestBucketsAreEncryptedRetainedAndRefusePlainConnections(t *testing.T) { // A3
	for example, synthesize := range scenarios {
		for _, stack := range synthesize() {
			for id := range stack.resources("AWS::S3::Bucket") {
				resource := find(stack.body, "Resources", id).(object)
				if resource["DeletionPolicy"] != "RetainExceptOnCreate" || resource["UpdateReplacePolicy"] != "Retain" {
					t.Errorf("%s %s is not retained", example, id)
				}
				assertions.Template_FromString(jsii.String(string(stack.text)), nil).HasResourceProperties(jsii.String("AWS::S3::Bucket"), map[string]any{
					"PublicAccessBlockConfiguration": object{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
					"BucketEncryption":               assertions.Match_AnyValue(),
					"LifecycleConfiguration":         assertions.Match_AnyValue(),
					"VersioningConfiguration":        object{"Status": "Enabled"},
				})
			}
		}
	}
	each(t, "AWS::S3::BucketPolicy", func(t *testing.T, id string, p object) {
		if document := text(p["PolicyDocument"]); !strings.Contains(document, `"s3:TlsVersion":1.2`) || !strings.Contains(document, `"aws:SecureTransport":"false"`) {
			t.Errorf("%s lets plain or old connections in", id)
		}
	})
	push := synthesized(t, "organization-push", "Analytics")
	for id, p := range push.resources("AWS::S3::BucketPolicy") {
		if document := text(p); strings.Contains(document, `:iam::`+other) || strings.Count(document, owner) > 1 && strings.HasPrefix(id, "Data") && strings.Contains(document, ":root") {
			t.Errorf("%s lists accounts: %s", id, document)
		}
	}
}

func TestKeysRotateAndStayInTheHub(t *testing.T) { // A4
	for example, synthesize := range scenarios {
		for _, stack := range synthesize() {
			for id, key := range stack.resources("AWS::KMS::Key") {
				resource := find(stack.body, "Resources", id).(object)
				if key["EnableKeyRotation"] != true || resource["DeletionPolicy"] != "RetainExceptOnCreate" {
					t.Errorf("%s %s does not rotate, or is not retained", example, id)
				}
				for _, s := range parse(t, key["KeyPolicy"]).Statement {
					foreign := s.Principal != nil && slices.ContainsFunc(s.Principal.AWS, func(who string) bool { return !strings.Contains(who, owner) })
					if foreign && (!strings.HasPrefix(id, "DataKey") || len(s.Condition) < 3) {
						t.Errorf("%s %s lets others in: %+v", example, id, s)
					}
				}
			}
		}
	}
}

func TestClusterIsEncryptedProtectedAndMayPause(t *testing.T) { // A5
	hub := synthesized(t, "single-account", "Analytics")
	for id, cluster := range hub.resources("AWS::RDS::DBCluster") {
		for _, property := range []string{"StorageEncrypted", "EnableHttpEndpoint", "EnableIAMDatabaseAuthentication", "ManageMasterUserPassword"} {
			if cluster[property] != true {
				t.Errorf("%s is %v", property, cluster[property])
			}
		}
		if got := find(cluster, "ServerlessV2ScalingConfiguration", "MinCapacity"); got != 0.0 {
			t.Errorf("minimum capacity %v, want 0", got)
		}
		if text(cluster["EnableCloudwatchLogsExports"]) != `["postgresql"]` {
			t.Error("the log is not exported")
		}
		if got := find(hub.body, "Resources", id, "DeletionPolicy"); got != "Snapshot" {
			t.Errorf("deletion policy %v, want Snapshot", got)
		}
	}
	for _, group := range hub.resources("AWS::RDS::DBClusterParameterGroup") {
		if find(group, "Parameters", "rds.force_ssl") != "1" {
			t.Error("TLS is not forced")
		}
	}
	if len(hub.resources("AWS::RDS::DBCluster")) != 1 || len(hub.resources("AWS::RDS::DBInstance")) != 1 {
		t.Error("want one cluster with one instance")
	}
}

func TestNoGatewayNorOpenPortIsCreated(t *testing.T) { // A6
	for example, synthesize := range scenarios {
		for name, stack := range synthesize() {
			if n := len(stack.resources("AWS::EC2::NatGateway")) + len(stack.resources("AWS::EC2::InternetGateway")); n > 0 {
				t.Errorf("%s %s has %d gateways to the internet", example, name, n)
			}
			for id, endpoint := range stack.resources("AWS::EC2::VPCEndpoint") {
				if endpoint["VpcEndpointType"] != "Gateway" && example != "instance" {
					t.Errorf("%s has the interface endpoint %s, which costs by the hour", example, id)
				}
			}
			for _, kind := range []string{"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"} {
				for id, group := range stack.resources(kind) {
					if rules := text([]any{group["SecurityGroupIngress"], group["CidrIp"]}); strings.Contains(rules, "0.0.0.0/0") {
						t.Errorf("%s %s lets the world in", example, id)
					}
				}
			}
		}
	}
}

func TestEveryAlarmReachesTheTopic(t *testing.T) { // A7
	want := map[string][]string{
		"Analytics": {
			"UndeliveredAlarm", "DeploymentDeadLettersAlarm", "LoadDeadLettersAlarm", "SweepDeadLettersAlarm",
			"LoadIErrorsAlarm", "LoadIThrottlesAlarm", "LoadIDurationAlarm", "LoadFailedAlarm", "OldestSnapshotAlarm",
			"RejectedFilesAlarm", "SilentAccountsAlarm", "DatabaseCapacityAlarm", "DatabaseMemoryAlarm", "DatabaseConnectionsAlarm",
			"MakeUsersAlarm", "MigrateAlarm",
		},
		"Collection": {"CollectDeadLettersAlarm", "CollectFailedAlarm", "LostSourcesAlarm", "CollectIErrorsAlarm", "CollectIThrottlesAlarm", "CollectIDurationAlarm"},
	}
	for stack, names := range want {
		alarms := synthesized(t, "organization-pull", stack).resources("AWS::CloudWatch::Alarm")
		for _, name := range names {
			found := false
			for id := range alarms {
				found = found || strings.HasPrefix(id, name)
			}
			if !found {
				t.Errorf("%s has no alarm %s", stack, name)
			}
		}
	}
	each(t, "AWS::CloudWatch::Alarm", func(t *testing.T, id string, alarm object) {
		if actions := text(alarm["AlarmActions"]); !strings.Contains(actions, "Alarms") {
			t.Errorf("%s tells %s, want the topic", id, actions)
		}
	})
}

func TestRulesAndSchedulesRetryAndKeepFailures(t *testing.T) { // A8
	hub := synthesized(t, "single-account", "Analytics")
	arrived := false
	for _, rule := range hub.resources("AWS::Events::Rule") {
		if find(rule, "EventPattern", "detail", "object", "key", 0, "wildcard") == "data/*.json" {
			arrived = true
		}
		target := find(rule, "Targets", 0)
		if find(target, "DeadLetterConfig", "Arn") == nil || find(target, "RetryPolicy", "MaximumRetryAttempts") == nil {
			t.Errorf("%v has no retries or dead-letter queue", rule["Description"])
		}
	}
	if !arrived {
		t.Error("nothing happens when a snapshot arrives")
	}
	for _, bucket := range hub.resources("AWS::S3::Bucket") {
		if bucket["BucketName"] != nil && find(bucket, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled") != true {
			t.Error("the bucket sends no events")
		}
	}
	each(t, "AWS::Scheduler::Schedule", func(t *testing.T, id string, s object) {
		if s["ScheduleExpressionTimezone"] == nil || find(s, "Target", "DeadLetterConfig", "Arn") == nil || find(s, "Target", "RetryPolicy") == nil {
			t.Errorf("%s has no time zone, retries or dead-letter queue", id)
		}
	})
	daily := synthesized(t, "organization-pull", "Collection").resources("AWS::Scheduler::Schedule")
	if len(daily) != 3 {
		t.Errorf("%d schedules, want 3: yearly is off", len(daily))
	}
	for id, s := range daily {
		if s["ScheduleExpressionTimezone"] != "Europe/Berlin" || find(s, "FlexibleTimeWindow", "MaximumWindowInMinutes") != 15.0 {
			t.Errorf("%s: %s", id, text(s))
		}
	}
}

func TestImportedNetworkIsNotChanged(t *testing.T) { // A9
	hub := synthesized(t, "imported-network", "Analytics")
	for _, kind := range []string{"VPC", "Subnet", "RouteTable", "SubnetRouteTableAssociation", "VPCEndpoint", "FlowLog"} {
		if n := len(hub.resources("AWS::EC2::" + kind)); n > 0 {
			t.Errorf("makes %d %s", n, kind)
		}
	}
	if strings.Contains(string(hub.text), "10.0.") {
		t.Error("names an address of a network that it does not know")
	}
}

func TestMemberTemplateSuitsEveryAccount(t *testing.T) { // A12
	for _, set := range synthesized(t, "organization-pull", "Organization").resources("AWS::CloudFormation::StackSet") {
		body := set["TemplateBody"].(string)
		if len(body) > 51_200 {
			t.Errorf("the template has %d bytes, more than a StackSet takes inline", len(body))
		}
		if strings.Contains(body, "arn:aws:") {
			t.Error("the template names a partition")
		}
		// The role's name is the one that pull needs.
		if n := strings.Count(body, "Name\":"); n != 2 || !strings.Contains(body, `"RoleName":"View360Member"`) {
			t.Errorf("%d names in %s", n, body)
		}
		if strings.Contains(body, other) || strings.Contains(body, "777788889999") {
			t.Error("the template names accounts of the organization")
		}
		if find(set, "AutoDeployment", "Enabled") != true || set["CallAs"] != "DELEGATED_ADMIN" || set["PermissionModel"] != "SERVICE_MANAGED" {
			t.Errorf("accounts that join later get nothing: %v", set["AutoDeployment"])
		}
		if got := text(find(set, "StackInstancesGroup", 0, "DeploymentTargets")); got != `{"AccountFilterType":"DIFFERENCE","Accounts":["444455556666"],"OrganizationalUnitIds":["ou-ab12-prod1234","ou-ab12-test1234"]}` {
			t.Errorf("targets %s", got)
		}
	}
	// What push mode deploys to each account says nothing of the account.
	push := synthesized(t, "organization-push", "Collection")
	for _, role := range push.resources("AWS::IAM::Role") {
		if role["RoleName"] != nil {
			t.Errorf("a fixed name: %v", role["RoleName"])
		}
	}
	if strings.Contains(string(push.text), "arn:aws:") {
		t.Error("push names a partition")
	}
}

func TestSchemaResourceHasAVersion(t *testing.T) { // A13
	hub := synthesized(t, "single-account", "Analytics")
	version := ""
	for _, schema := range hub.resources("Custom::View360Schema") {
		version, _ = schema["Version"].(string)
	}
	if len(version) != 32 {
		t.Errorf("the schema's version is %q", version)
	}
}

// A repeated call would migrate the database after CloudFormation has rolled back.
func TestCustomResourcesAreCalledOnce(t *testing.T) {
	configs := synthesized(t, "single-account", "Analytics").resources("AWS::Lambda::EventInvokeConfig")
	if len(configs) != 3 {
		t.Errorf("%d functions of custom resources, want 3", len(configs))
	}
	for id, config := range configs {
		if config["MaximumRetryAttempts"] != 0.0 || config["MaximumEventAgeInSeconds"] != 300.0 {
			t.Errorf("%s is %v", id, config)
		}
	}
}

func TestTemplatesAreSmallAndDeterministic(t *testing.T) { // A14
	for example, synthesize := range scenarios {
		for name, stack := range synthesize() {
			if len(stack.text) >= 1_000_000 {
				t.Errorf("%s %s has %d bytes", example, name, len(stack.text))
			}
			if n := len(stack.body["Resources"].(object)); n > 500 {
				t.Errorf("%s %s has %d resources", example, name, n)
			}
		}
	}
	first := scenarios["single-account"]()
	again := mustSynthesize("single-account", scratch+"/again", nil)
	for name, stack := range first {
		if string(stack.text) != string(again[name].text) {
			t.Errorf("%s differs when synthesized again", name)
		}
	}
}

func TestAdoptionCreatesNoStatefulResource(t *testing.T) { // A15
	for name, stack := range scenarios["adoption"]() {
		for _, kind := range []string{"RDS::DBCluster", "RDS::DBInstance", "S3::Bucket", "S3::BucketPolicy", "EC2::VPC", "EC2::Subnet"} {
			if n := len(stack.resources("AWS::" + kind)); n > 0 {
				t.Errorf("%s makes %d %s", name, n, kind)
			}
		}
		for id := range stack.resources("AWS::KMS::Key") {
			if !strings.HasPrefix(id, "OperationsKey") {
				t.Errorf("%s makes the key %s", name, id)
			}
		}
	}
	for id, rule := range synthesized(t, "adoption", "Analytics").resources("AWS::Events::Rule") {
		if strings.HasPrefix(id, "Arrived") && rule["State"] != "DISABLED" {
			t.Errorf("%s loads while paused: %s", id, fmt.Sprint(rule["State"]))
		}
	}
}

// "cdk deploy --all" is what people type: it has only stacks of the hub, and no stack that needs other credentials.
func TestDeployAllStaysInTheHub(t *testing.T) {
	for example := range scenarios {
		scenarios[example]()
		text, err := os.ReadFile(filepath.Join(scratch, example, "hub", "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		var manifest struct {
			Artifacts map[string]struct{ Type, Environment string }
		}
		if err := json.Unmarshal(text, &manifest); err != nil {
			t.Fatal(err)
		}
		stacks := 0
		for id, a := range manifest.Artifacts {
			if a.Type != "aws:cloudformation:stack" {
				continue
			}
			stacks++
			if a.Environment != "aws://111122223333/eu-west-1" {
				t.Errorf("%s: %s is deployed to %s", example, id, a.Environment)
			}
		}
		if stacks < 1 {
			t.Errorf("%s has no stack", example)
		}
	}
}

func TestUnknownPartIsRefused(t *testing.T) {
	f, err := config.Read(filepath.Join("examples", "single-account.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []part{"hub", memberPart, collectionPart} {
		if err := newStacks(newApp(jsii.String(t.TempDir())), f, bundle.Placeholder{Dir: t.TempDir()}, p); err == nil || !strings.Contains(err.Error(), string(p)) {
			t.Errorf("part %q: %v", p, err)
		}
	}
}
