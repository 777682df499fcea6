package receiver

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/bundle"
	"view360/infra/config"
)

func TestMain(m *testing.M) {
	withoutChecks()
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// withoutChecks starts the program again without the CDK's own checks of templates; cfn-lint makes them faster. The CDK
// copies its environment before main, so setting it here is too late.
func withoutChecks() {
	const checks = "CDK_VALIDATION"
	if os.Getenv(checks) != "" {
		return
	}
	os.Setenv(checks, "false")
	program, err := os.Executable()
	if err == nil {
		err = syscall.Exec(program, os.Args, os.Environ())
	}
	panic(err)
}

const image = "ami-0123456789abcdef0"

const optionB = `
hub: {account: "111122223333", region: eu-west-1}
collection: {schedules: {time_zone: Europe/Berlin}}
loading: {with: instance, image: ` + image

// stackTemplate is a stack's template as plain JSON.
type stackTemplate struct{ Resources map[string]resource }

type resource struct {
	Type       string
	Properties map[string]any
}

// object is a JSON object of a template.
type object = map[string]any

// synthesize makes the templates of the hub and the receiver.
func synthesize(yaml string) (hub, receiver stackTemplate) {
	f, err := config.Parse([]byte(yaml))
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "view360-receiver-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	app := awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{
		"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true, "@aws-cdk/core:enablePartitionLiterals": true,
	}})
	props := &awscdk.StackProps{Env: &awscdk.Environment{Account: &f.Hub.Account, Region: &f.Hub.Region}}
	build := bundle.Placeholder{Dir: dir}
	h := analytics.NewStack(app, "View360Analytics", f, build, props)
	r := NewStack(app, "View360Receiver", h, build, props)
	return read(h.Stack), read(r)
}

func read(stack awscdk.Stack) (t stackTemplate) {
	text, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		panic(err)
	}
	return t
}

type pair struct{ hub, receiver stackTemplate }

var running = sync.OnceValue(func() pair {
	hub, receiver := synthesize(optionB + "}")
	return pair{hub, receiver}
})

var paused = sync.OnceValue(func() pair {
	hub, receiver := synthesize(optionB + ", paused: true}")
	return pair{hub, receiver}
})

func (t stackTemplate) of(kind string) []resource {
	var found []resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if r := t.Resources[id]; r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

func (t stackTemplate) one(tb testing.TB, kind string) map[string]any {
	tb.Helper()
	found := t.of(kind)
	if len(found) != 1 {
		tb.Fatalf("%d %s, want one", len(found), kind)
	}
	return found[0].Properties
}

func text(v any) string {
	body, _ := json.Marshal(v)
	return string(body)
}

// script is the instance's user data, with <...> for what is known only when it is deployed.
func script(tb testing.TB, t stackTemplate) string {
	tb.Helper()
	encoded := t.one(tb, "AWS::EC2::Instance")["UserData"].(object)["Fn::Base64"].(object)
	var whole strings.Builder
	for _, part := range encoded["Fn::Join"].([]any)[1].([]any) {
		if words, is := part.(string); is {
			whole.WriteString(words)
			continue
		}
		whole.WriteString("deployed")
	}
	return whole.String()
}

func TestReceiverInstance(t *testing.T) {
	stack := running().receiver
	instance := stack.one(t, "AWS::EC2::Instance")
	metadata := text(instance["MetadataOptions"]) + text(stack.of("AWS::EC2::LaunchTemplate"))
	if !strings.Contains(metadata, `"HttpTokens":"required"`) || !strings.Contains(metadata, `"HttpPutResponseHopLimit":1`) {
		t.Errorf("metadata: %s, want IMDSv2 for the instance alone", metadata)
	}
	if instance["ImageId"] != image || instance["InstanceType"] != "t4g.micro" {
		t.Errorf("image %v, type %v", instance["ImageId"], instance["InstanceType"])
	}
	if volumes := text(instance["BlockDeviceMappings"]); !strings.Contains(volumes, `"Encrypted":true`) {
		t.Errorf("volumes: %s", volumes)
	}
	if instance["KeyName"] != nil || strings.Contains(text(instance), "AssociatePublicIpAddress\":true") {
		t.Error("the instance has a key or a public address")
	}
}

func TestReceiverHasNoWayIn(t *testing.T) {
	both := running()
	for name, stack := range map[string]stackTemplate{"hub": both.hub, "receiver": both.receiver} {
		for id, r := range stack.Resources {
			inbound := text(r.Properties["SecurityGroupIngress"])
			if r.Type == "AWS::EC2::SecurityGroupIngress" {
				inbound = text(r.Properties)
			}
			if strings.Contains(inbound, "CidrIp") {
				t.Errorf("%s of %s lets addresses in: %s", id, name, inbound)
			}
			if strings.Contains(text(r.Properties["GroupId"]), "Loaders") && r.Type == "AWS::EC2::SecurityGroupIngress" {
				t.Errorf("%s of %s lets somebody reach the receiver", id, name)
			}
		}
	}
}

func TestReceiverEndpointsAreInItsStackAlone(t *testing.T) {
	both := running()
	var services []string
	for _, r := range both.receiver.of("AWS::EC2::VPCEndpoint") {
		service := r.Properties["ServiceName"].(string)
		services = append(services, service[strings.LastIndex(service, ".")+1:])
		if policy := text(r.Properties["PolicyDocument"]); !strings.Contains(policy, `"aws:PrincipalAccount":"111122223333"`) {
			t.Errorf("%s is open to %s", service, policy)
		}
	}
	slices.Sort(services)
	if want := []string{"logs", "ssm", "ssmmessages"}; !slices.Equal(services, want) {
		t.Errorf("endpoints %v, want %v", services, want)
	}
	for _, r := range both.hub.of("AWS::EC2::VPCEndpoint") {
		if r.Properties["VpcEndpointType"] != "Gateway" {
			t.Errorf("the hub has the endpoint %v", r.Properties["ServiceName"])
		}
	}
	if machines := both.hub.of("AWS::StepFunctions::StateMachine"); len(machines) > 0 {
		t.Error("the hub loads, too")
	}
}

func TestReceiverSetup(t *testing.T) {
	setup := script(t, running().receiver)
	check := exec.CommandContext(t.Context(), "bash", "-n")
	check.Stdin = strings.NewReader(setup)
	if output, err := check.CombinedOutput(); err != nil {
		t.Errorf("bash: %v\n%s", err, output)
	}
	for _, want := range []string{
		"User=view360", "OnCalendar=*-*-* 03:00:00 Europe/Berlin", "ExecStart=/opt/view360/receiver drain",
		"/var/log/receiver.log", "systemctl enable --now receiver.timer receiver.path", "sslmode=verify-full&sslrootcert=/opt/view360/rds.pem",
	} {
		if !strings.Contains(setup, want) {
			t.Errorf("the setup has no %q:\n%s", want, setup)
		}
	}
	if len(setup) > 16<<10 {
		t.Errorf("the setup has %d bytes, EC2 takes 16 KB", len(setup))
	}
}

// The program's settings come from the environment that the setup writes.
func TestReceiverSetupFitsTheProgram(t *testing.T) {
	program, err := os.ReadFile("../../functions/receiver/drain.go")
	if err != nil {
		t.Fatal(err)
	}
	environment := regexp.MustCompile(`(?s)receiver\.env <<'END'\n(.*?)\nEND`).FindStringSubmatch(script(t, running().receiver))[1]
	for line := range strings.Lines(environment) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if !strings.Contains(string(program), fmt.Sprintf("env:%q", name)) && name != "AWS_REGION" || value == "" {
			t.Errorf("the program does not read %s=%s", name, value)
		}
	}
}

func TestReceiverIsToldOfArrivals(t *testing.T) {
	stack := running().receiver
	document := stack.one(t, "AWS::SSM::Document")
	if content := document["Content"].(object); content["parameters"] != nil || !strings.Contains(text(content), "touch "+arrivedFile) {
		t.Errorf("the command is %v", text(content))
	}
	rule := stack.one(t, "AWS::Events::Rule")
	if rule["State"] != "ENABLED" || !strings.Contains(text(rule["EventPattern"]), `{"wildcard":"data/*.json"}`) {
		t.Errorf("rule %s for %s", rule["State"], text(rule["EventPattern"]))
	}
	target := text(rule["Targets"])
	for _, want := range []string{"RunCommandParameters", "InstanceIds", "RetryPolicy", "DeadLetterConfig"} {
		if !strings.Contains(target, want) {
			t.Errorf("the target has no %s: %s", want, target)
		}
	}
	if strings.Contains(target, "Input") {
		t.Errorf("the command takes something from the event: %s", target)
	}
}

func TestReceiverMayDoNoMoreThanLoaders(t *testing.T) {
	for id, r := range running().receiver.Resources {
		if r.Type != "AWS::IAM::Role" {
			continue
		}
		if r.Properties["ManagedPolicyArns"] != nil {
			t.Errorf("%s has %s", id, text(r.Properties["ManagedPolicyArns"]))
		}
		for _, p := range r.Properties["Policies"].([]any) {
			for _, s := range p.(object)["PolicyDocument"].(object)["Statement"].([]any) {
				statement := s.(object)
				if strings.Contains(text(statement["Action"]), "*") {
					t.Errorf("%s may %s", id, text(statement["Action"]))
				}
				if statement["Resource"] == "*" && text(statement["Action"]) != text(agentActions) {
					t.Errorf("%s may %s everywhere", id, text(statement["Action"]))
				}
			}
		}
	}
}

func TestReceiverIsWatched(t *testing.T) {
	actions := map[string]bool{}
	for _, alarm := range running().receiver.of("AWS::CloudWatch::Alarm") {
		done := text(alarm.Properties["AlarmActions"])
		if !strings.Contains(done, "Alarms") {
			t.Errorf("nobody hears of %v", alarm.Properties["AlarmDescription"])
		}
		for _, action := range []string{"ec2:recover", "ec2:reboot"} {
			actions[action] = actions[action] || strings.Contains(done, action)
		}
	}
	if !actions["ec2:recover"] || !actions["ec2:reboot"] {
		t.Errorf("the instance is not recovered: %v", actions)
	}
	if filters := text(running().receiver.of("AWS::Logs::MetricFilter")); !strings.Contains(filters, `$.msg = \"drained\"`) || !strings.Contains(filters, `$.level = \"ERROR\"`) {
		t.Errorf("metric filters: %s", filters)
	}
}

func TestReceiverPaused(t *testing.T) {
	stack := paused().receiver
	if state := stack.one(t, "AWS::Events::Rule")["State"]; state != "DISABLED" {
		t.Errorf("the rule is %v", state)
	}
	if setup := script(t, stack); strings.Contains(setup, "systemctl enable") || strings.Contains(setup, "\ntouch") {
		t.Error("the receiver is started although loading is paused")
	}
}
