package receiver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"view360/infra/analytics"
	"view360/infra/bundle"
	"view360/infra/config"
	"view360/infra/synthtest"
)

func TestMain(m *testing.M) { synthtest.Main(m) }

const image = "ami-0123456789abcdef0"

const optionB = `
hub: {account: "111122223333", region: eu-west-1}
collection: {schedules: {time_zone: Europe/Berlin}}
loading: {with: instance, image: ` + image

// object is a JSON object of a template.
type object = synthtest.Object

// synthesize makes the templates of the hub and the receiver.
func synthesize(yaml string) (hub, receiver synthtest.Template) {
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
	return synthtest.Read(h.Stack), synthtest.Read(r)
}

type pair struct{ hub, receiver synthtest.Template }

var running = sync.OnceValue(func() pair {
	hub, receiver := synthesize(optionB + "}")
	return pair{hub, receiver}
})

var paused = sync.OnceValue(func() pair {
	hub, receiver := synthesize(optionB + ", paused: true}")
	return pair{hub, receiver}
})

// script is the instance's user data, with <...> for values that are known only after deployment.
func script(tb testing.TB, t synthtest.Template) string {
	tb.Helper()
	encoded := t.FindOne(tb, "AWS::EC2::Instance")["UserData"].(object)["Fn::Base64"].(object)
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

func TestInstanceIsSmallEncryptedAndUpToDate(t *testing.T) {
	stack := running().receiver
	instance := stack.FindOne(t, "AWS::EC2::Instance")
	metadata := synthtest.ToJSON(instance["MetadataOptions"]) + synthtest.ToJSON(stack.FindAll("AWS::EC2::LaunchTemplate"))
	if !strings.Contains(metadata, `"HttpTokens":"required"`) || !strings.Contains(metadata, `"HttpPutResponseHopLimit":1`) {
		t.Errorf("metadata: %s, want IMDSv2 for the instance alone", metadata)
	}
	if instance["ImageId"] != image || instance["InstanceType"] != "t4g.micro" {
		t.Errorf("image %v, type %v", instance["ImageId"], instance["InstanceType"])
	}
	if volumes := synthtest.ToJSON(instance["BlockDeviceMappings"]); !strings.Contains(volumes, `"Encrypted":true`) {
		t.Errorf("volumes: %s", volumes)
	}
	if instance["KeyName"] != nil || strings.Contains(synthtest.ToJSON(instance), "AssociatePublicIpAddress\":true") {
		t.Error("the instance has a key or a public address")
	}
}

func TestReceiverHasNoWayIn(t *testing.T) {
	both := running()
	for name, stack := range map[string]synthtest.Template{"hub": both.hub, "receiver": both.receiver} {
		for id, r := range stack.Resources {
			inbound := synthtest.ToJSON(r.Properties["SecurityGroupIngress"])
			if r.Type == "AWS::EC2::SecurityGroupIngress" {
				inbound = synthtest.ToJSON(r.Properties)
			}
			if strings.Contains(inbound, "CidrIp") {
				t.Errorf("%s of %s lets addresses in: %s", id, name, inbound)
			}
			if strings.Contains(synthtest.ToJSON(r.Properties["GroupId"]), "Loaders") && r.Type == "AWS::EC2::SecurityGroupIngress" {
				t.Errorf("%s of %s lets somebody reach the receiver", id, name)
			}
		}
	}
}

func TestEndpointsBelongToTheReceiverStack(t *testing.T) {
	both := running()
	var services []string
	for _, r := range both.receiver.FindAll("AWS::EC2::VPCEndpoint") {
		service := r.Properties["ServiceName"].(string)
		services = append(services, service[strings.LastIndex(service, ".")+1:])
		if policy := synthtest.ToJSON(r.Properties["PolicyDocument"]); !strings.Contains(policy, `"aws:PrincipalAccount":"111122223333"`) {
			t.Errorf("%s is open to %s", service, policy)
		}
	}
	slices.Sort(services)
	if want := []string{"logs", "ssm", "ssmmessages"}; !slices.Equal(services, want) {
		t.Errorf("endpoints %v, want %v", services, want)
	}
	for _, r := range both.hub.FindAll("AWS::EC2::VPCEndpoint") {
		if r.Properties["VpcEndpointType"] != "Gateway" {
			t.Errorf("the hub has the endpoint %v", r.Properties["ServiceName"])
		}
	}
	if machines := both.hub.FindAll("AWS::StepFunctions::StateMachine"); len(machines) > 0 {
		t.Error("the hub loads, too")
	}
}

func TestSetupScriptIsValidAndSmall(t *testing.T) {
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

// systemd itself reads the units; the programs that they start are not here.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed: the units are not checked")
	}
	dir := t.TempDir()
	verify := []string{"verify"}
	units := regexp.MustCompile(`(?s)/etc/systemd/system/(\S+) <<'END'\n(.*?)\nEND`).FindAllStringSubmatch(script(t, running().receiver), -1)
	for _, unit := range units {
		path := filepath.Join(dir, unit[1])
		verify = append(verify, path)
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(unit[2], "/opt/view360/receiver", "/bin/true")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := exec.CommandContext(t.Context(), "systemd-analyze", verify...).CombinedOutput(); err != nil || len(output) > 0 || len(units) != 3 {
		t.Errorf("%d units: %v\n%s", len(units), err, output)
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

func TestArrivingSnapshotStartsTheReceiver(t *testing.T) {
	stack := running().receiver
	document := stack.FindOne(t, "AWS::SSM::Document")
	if content := document["Content"].(object); content["parameters"] != nil || !strings.Contains(synthtest.ToJSON(content), "touch "+arrivedFile) {
		t.Errorf("the command is %v", synthtest.ToJSON(content))
	}
	rule := stack.FindOne(t, "AWS::Events::Rule")
	if rule["State"] != "ENABLED" || !strings.Contains(synthtest.ToJSON(rule["EventPattern"]), `{"wildcard":"data/*.json"}`) {
		t.Errorf("rule %s for %s", rule["State"], synthtest.ToJSON(rule["EventPattern"]))
	}
	target := synthtest.ToJSON(rule["Targets"])
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
			t.Errorf("%s has %s", id, synthtest.ToJSON(r.Properties["ManagedPolicyArns"]))
		}
		for _, p := range r.Properties["Policies"].([]any) {
			for _, s := range p.(object)["PolicyDocument"].(object)["Statement"].([]any) {
				statement := s.(object)
				if strings.Contains(synthtest.ToJSON(statement["Action"]), "*") {
					t.Errorf("%s may %s", id, synthtest.ToJSON(statement["Action"]))
				}
				if statement["Resource"] == "*" && synthtest.ToJSON(statement["Action"]) != synthtest.ToJSON(agentActions) {
					t.Errorf("%s may %s everywhere", id, synthtest.ToJSON(statement["Action"]))
				}
			}
		}
	}
}

func TestInstanceFailuresRaiseAlarms(t *testing.T) {
	actions := map[string]bool{}
	for _, alarm := range running().receiver.FindAll("AWS::CloudWatch::Alarm") {
		done := synthtest.ToJSON(alarm.Properties["AlarmActions"])
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
	if filters := synthtest.ToJSON(running().receiver.FindAll("AWS::Logs::MetricFilter")); !strings.Contains(filters, `$.msg = \"drained\"`) || !strings.Contains(filters, `$.level = \"ERROR\"`) {
		t.Errorf("metric filters: %s", filters)
	}
}

func TestPausedReceiverIsNotStarted(t *testing.T) {
	stack := paused().receiver
	if state := stack.FindOne(t, "AWS::Events::Rule")["State"]; state != "DISABLED" {
		t.Errorf("the rule is %v", state)
	}
	if setup := script(t, stack); strings.Contains(setup, "systemctl enable") || strings.Contains(setup, "\ntouch") {
		t.Error("the receiver is started although loading is paused")
	}
}
