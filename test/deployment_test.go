package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/jackc/pgx/v5"

	"view360/shared/object"
	"view360/shared/pgtest"
)

// The account and region of the emulated cloud.
const (
	hubAccount = "000000000000"
	hubRegion  = "us-east-1"
)

// A snapshot such as a sender writes, and one that is cut off.
const (
	deployedKey = "data/" + hubAccount + "/" + hubRegion + "/2026-03-11_DAILY.json"
	brokenKey   = "data/" + hubAccount + "/" + hubRegion + "/2026-03-12_DAILY.json"
)

const deployedSnapshot = `{"account":{"account_id":"000000000000","account_name":"hub","region":"us-east-1"},"config":[],"service":[],"cost":[],
"security":{"kms":[{"key_id":"a","arn":"arn:aws:kms:us-east-1:000000000000:key/a"}]},"inventory":[],"marketplace":[],"trusted_advisor":[],"health":[],
"application":[],"resilience_hub":[],"logs":{"account_status":"Pass","message":[]}}`

// deployment is the installation in the emulated cloud.
type deployment struct {
	*testing.T
	root     string
	config   string // path of view360.yaml
	part     string // of the CDK app; "" for the hub's
	endpoint string
	database string
	assembly string // the folder of synthesized templates
	stacks   *cloudformation.Client
	buckets  *s3.Client
	machines *sfn.Client
}

// TestStacksDeployToAnEmulator deploys the stacks to an emulator with the CDK's own command line: the real templates,
// the real functions as Lambda runs them, and a real PostgreSQL in the place of Aurora, because the emulator has only a
// stub of it. README.md beside this file says what else it lacks and what checks that instead.
func TestStacksDeployToAnEmulator(t *testing.T) {
	if os.Getenv("VIEW360_DEPLOY") == "" {
		t.Skip("skipped: builds and deploys everything; set VIEW360_DEPLOY=1 after .ci/tools/install")
	}
	d := newDeployment(t, "testdata/deployment.yaml")
	d.synthesize()
	d.runCDK("bootstrap", "aws://"+hubAccount+"/"+hubRegion, "--app", d.assembly)
	outputs := d.deploy()
	store := object.New(d.buckets, outputs["BucketName"], object.Options{})

	t.Run("a snapshot that arrives is loaded and archived", func(t *testing.T) {
		d.put(store, deployedKey, deployedSnapshot)
		d.awaitObject(store, strings.Replace(deployedKey, "data/", "loaded/", 1))
		if keys := d.queryColumn("select key_id from kms_keys"); len(keys) != 1 || keys[0] != "a" {
			t.Errorf("the database has the keys %v, want the one of the snapshot; the ledger says\n%s", keys, strings.Join(d.queryColumn("select to_jsonb(l)::text from view360.loads l"), "\n"))
		}
	})
	t.Run("a broken one is rejected with a reason", func(t *testing.T) {
		d.put(store, brokenKey, deployedSnapshot[:100])
		d.awaitObject(store, strings.Replace(brokenKey, "data/", "rejected/", 1))
		d.awaitObject(store, strings.Replace(brokenKey, "data/", "rejected/", 1)+".reason.json")
	})
	t.Run("the collect machine plans", func(t *testing.T) { d.startCollect(outputs["CollectMachineArn"], store) })
	t.Run("a second deployment changes nothing", func(*testing.T) { d.deployAgain() })
	t.Run("it can be destroyed", func(*testing.T) { d.runCDK("destroy", "--all", "--force") })
}

// Each example deploys, deploys again without a change, and is destroyed. What the emulator does not have is left out.
func TestExamplesDeployToAnEmulatorTwice(t *testing.T) {
	if os.Getenv("VIEW360_DEPLOY") == "" {
		t.Skip("skipped: builds and deploys everything; set VIEW360_DEPLOY=1 after .ci/tools/install")
	}
	examples, err := filepath.Glob("../infra/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("examples %v, error %v", examples, err)
	}
	for _, example := range examples {
		t.Run(strings.TrimSuffix(filepath.Base(example), ".yaml"), func(t *testing.T) {
			d := newDeployment(t, "")
			d.moveExample(example)
			parts := []string{"hub"}
			if strings.Contains(example, "push") {
				parts = append(parts, "collection")
			}
			for _, part := range parts {
				d.part = strings.TrimPrefix(part, "hub")
				d.synthesize()
				if part == "hub" {
					d.runCDK("bootstrap", "aws://"+hubAccount+"/"+hubRegion, "--app", d.assembly)
				}
				d.deploy()
				d.deployAgain()
			}
			d.runCDK(append([]string{"destroy", "--force"}, d.listStacks()...)...)
		})
	}
}

// moveExample makes an example the configuration, for the account and region of the emulator and a network that it has.
func (d *deployment) moveExample(example string) {
	d.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		d.Fatal(err)
	}
	replacements := []string{"111122223333", hubAccount, hubRegion, "ap-southeast-2", "eu-west-1", hubRegion}
	if found := networkIDs.FindAllString(string(text), -1); len(found) > 0 {
		replacements = append(replacements, d.createNetwork(found)...)
	}
	d.config = filepath.Join(d.TempDir(), filepath.Base(example))
	if err := os.WriteFile(d.config, []byte(strings.NewReplacer(replacements...).Replace(string(text))), 0o600); err != nil {
		d.Fatal(err)
	}
}

var networkIDs = regexp.MustCompile(`(?:vpc|subnet)-[0-9a-f]{17}`)

// createNetwork creates a VPC and a subnet for each id of a configuration, and returns pairs of ids: there, and here.
func (d *deployment) createNetwork(ids []string) (pairs []string) {
	d.Helper()
	client := ec2.New(ec2.Options{Region: hubRegion, BaseEndpoint: &d.endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	vpc, err := client.CreateVpc(d.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16")})
	if err != nil {
		d.Fatal(err)
	}
	for n, id := range ids {
		if strings.HasPrefix(id, "vpc-") {
			pairs = append(pairs, id, *vpc.Vpc.VpcId)
			continue
		}
		subnet, err := client.CreateSubnet(d.Context(), &ec2.CreateSubnetInput{
			VpcId: vpc.Vpc.VpcId, CidrBlock: aws.String(fmt.Sprintf("10.9.%d.0/24", n)), AvailabilityZone: aws.String(hubRegion + string(rune('a'+n%3))),
		})
		if err != nil {
			d.Fatal(err)
		}
		pairs = append(pairs, id, *subnet.Subnet.SubnetId)
	}
	return pairs
}

// notEmulated are the stacks that the emulator cannot deploy, by the end of their names.
var notEmulated = map[string]string{
	"Organization": "it has no StackSets", "QuickSight": "it has no QuickSight", "Receiver": "its CloudFormation has no instances",
}

// listStacks returns the names of the stacks to deploy.
func (d *deployment) listStacks() (names []string) {
	d.Helper()
	templates, err := filepath.Glob(filepath.Join(d.assembly, "*.template.json"))
	if err != nil {
		d.Fatal(err)
	}
	for _, file := range templates {
		name := strings.TrimSuffix(filepath.Base(file), ".template.json")
		if reason := notEmulated[strings.TrimPrefix(name, "View360")]; reason != "" {
			d.Logf("%s is not deployed: %s", name, reason)
			continue
		}
		names = append(names, name)
	}
	return names
}

// deployAgain deploys what is deployed, and reports an error unless nothing changes.
func (d *deployment) deployAgain() {
	d.Helper()
	d.synthesize()
	out := d.runCDK(append([]string{"deploy", "--require-approval", "never", "--outputs-file", filepath.Join(d.TempDir(), "outputs.json")}, d.listStacks()...)...)
	if changed := strings.Count(out, "✅"); changed == 0 || strings.Count(out, "(no changes)") != changed {
		d.Errorf("the second deployment says\n%s", out)
	}
}

// newDeployment starts an emulator for the deployment of a configuration.
func newDeployment(t *testing.T, config string) *deployment {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	d := &deployment{T: t, root: root, config: config, endpoint: "http://127.0.0.1:" + port, database: pgtest.EmptyURL(t)}
	emulator := exec.CommandContext(t.Context(), filepath.Join(root, ".ci", "tools", "bin", "ministack"))
	emulator.Dir = t.TempDir()
	emulator.Env = append(d.buildEnvironment(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+port, "IOT_MTLS_ENABLED=0", "LOG_LEVEL=WARNING", "TMPDIR="+emulator.Dir)
	var log bytes.Buffer
	emulator.Stdout, emulator.Stderr = &log, &log
	if err := emulator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = emulator.Process.Kill()
		_ = emulator.Wait()
		if t.Failed() {
			t.Logf("the emulator says\n%s", log.Bytes()[max(0, log.Len()-8000):])
		}
	})
	login := credentials.NewStaticCredentialsProvider("test", "test", "")
	d.stacks = cloudformation.New(cloudformation.Options{Region: hubRegion, BaseEndpoint: &d.endpoint, Credentials: login})
	d.buckets = s3.New(s3.Options{Region: hubRegion, BaseEndpoint: &d.endpoint, Credentials: login, UsePathStyle: true})
	d.machines = sfn.New(sfn.Options{Region: hubRegion, BaseEndpoint: &d.endpoint, Credentials: login})
	d.waitFor("the emulator answers", func(ctx context.Context) error {
		_, err := d.buckets.ListBuckets(ctx, &s3.ListBucketsInput{})
		return err
	})
	return d
}

func (d *deployment) buildEnvironment() []string {
	return append(os.Environ(), "AWS_ENDPOINT_URL="+d.endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION="+hubRegion, "CDK_DEFAULT_ACCOUNT="+hubAccount, "CDK_DEFAULT_REGION="+hubRegion, "VIEW360_EMULATOR_DATABASE="+d.database)
}

// synthesize makes the templates as a user does, and removes what the emulator does not support.
func (d *deployment) synthesize() {
	d.Helper()
	d.assembly = d.TempDir()
	config, err := filepath.Abs(d.config)
	if err != nil {
		d.Fatal(err)
	}
	arguments := []string{"synth", "--quiet", "--context", "config=" + config, "--output", d.assembly}
	if d.part != "" {
		arguments = append(arguments, "--context", "part="+d.part)
	}
	d.runCDK(arguments...)
	templates, err := filepath.Glob(filepath.Join(d.assembly, "*.template.json"))
	if err != nil || len(templates) == 0 {
		d.Fatalf("synthesized %v, error %v", templates, err)
	}
	for _, file := range templates {
		var template map[string]any
		text, err := os.ReadFile(file)
		if err := errors.Join(err, json.Unmarshal(text, &template)); err != nil {
			d.Fatal(err)
		}
		removeUnknown(template)
		text, err = json.Marshal(template)
		if err := errors.Join(err, os.WriteFile(file, text, 0o600)); err != nil {
			d.Fatal(err)
		}
	}
}

// unknown are the types of resources that the emulator refuses, besides alarms on metric math.
var unknown = []string{"AWS::EC2::FlowLog", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"}

// removeUnknown removes resources of unknown types, and the waiting for them.
func removeUnknown(template map[string]any) {
	resources, _ := template["Resources"].(map[string]any)
	removed := map[any]bool{}
	for id, resource := range resources {
		r := resource.(map[string]any)
		kind, _ := r["Type"].(string)
		properties, _ := r["Properties"].(map[string]any)
		if slices.Contains(unknown, kind) || kind == "AWS::CloudWatch::Alarm" && properties["Metrics"] != nil {
			removed[id] = true
			delete(resources, id)
		}
	}
	addSecrets(template)
	for _, resource := range resources {
		r := resource.(map[string]any)
		if waits, isList := r["DependsOn"].([]any); isList {
			r["DependsOn"] = slices.DeleteFunc(waits, func(id any) bool { return removed[id] })
		}
	}
}

// addSecrets names a secret where the emulator's cluster has none.
func addSecrets(part any) any {
	switch v := part.(type) {
	case map[string]any:
		if attribute, isList := v["Fn::GetAtt"].([]any); isList && attribute[1] == "MasterUserSecret.SecretArn" {
			return "arn:aws:secretsmanager:" + hubRegion + ":" + hubAccount + ":secret:master"
		}
		for key, member := range v {
			v[key] = addSecrets(member)
		}
	case []any:
		for i, element := range v {
			v[i] = addSecrets(element)
		}
	}
	return part
}

// runCDK runs the CDK's command line and returns what it says.
func (d *deployment) runCDK(arguments ...string) string {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 15*time.Minute)
	defer cancel()
	if arguments[0] != "synth" && arguments[0] != "bootstrap" {
		arguments = append(arguments, "--app", d.assembly)
	}
	command := exec.CommandContext(ctx, filepath.Join(d.root, ".ci", "tools", "bin", "cdk"), arguments...)
	command.Dir, command.Env = d.root, d.buildEnvironment()
	out, err := command.CombinedOutput()
	if err != nil {
		lines := strings.Split(string(out), "\n")
		d.Fatalf("cdk %v: %v\n%s\n%s", arguments, err, strings.Join(lines[max(0, len(lines)-20):], "\n"), strings.Join(d.listFailures(), "\n"))
	}
	return string(out)
}

// listFailures returns the resources that CloudFormation could not create, with reasons.
func (d *deployment) listFailures() []string {
	d.Helper()
	var found []string
	for _, stack := range []string{"View360Analytics", "View360Collection"} {
		events, err := d.stacks.DescribeStackEvents(d.Context(), &cloudformation.DescribeStackEventsInput{StackName: &stack})
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		for _, event := range events.StackEvents {
			if strings.HasSuffix(string(event.ResourceStatus), "FAILED") {
				found = append(found, aws.ToString(event.LogicalResourceId)+": "+aws.ToString(event.ResourceStatusReason))
			}
		}
	}
	return found
}

// deploy deploys all stacks and returns their outputs.
func (d *deployment) deploy() map[string]string {
	d.Helper()
	file := filepath.Join(d.TempDir(), "outputs.json")
	d.runCDK(append([]string{"deploy", "--require-approval", "never", "--outputs-file", file}, d.listStacks()...)...)
	text, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	var stacks map[string]map[string]string
	if err := json.Unmarshal(text, &stacks); err != nil {
		d.Fatal(err)
	}
	outputs := map[string]string{}
	for _, of := range stacks {
		for name, value := range of {
			outputs[name] = value
		}
	}
	return outputs
}

func (d *deployment) put(store *object.Store, key, content string) {
	d.Helper()
	if _, err := store.Put(d.Context(), key, bytes.NewReader([]byte(content))); err != nil {
		d.Fatal(err)
	}
}

func (d *deployment) awaitObject(store *object.Store, key string) {
	d.Helper()
	d.waitFor(key+" appears", func(ctx context.Context) error {
		_, err := store.Head(ctx, key)
		return err
	})
}

// waitFor repeats check until it succeeds.
func (d *deployment) waitFor(what string, check func(context.Context) error) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 2*time.Minute)
	defer cancel()
	poll := time.NewTicker(200 * time.Millisecond)
	defer poll.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			d.Fatalf("waited in vain until %s: %v", what, err)
		case <-poll.C:
		}
	}
}

func (d *deployment) queryColumn(query string) []string {
	d.Helper()
	conn, err := pgx.Connect(d.Context(), d.database)
	if err != nil {
		d.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(d.Context(), query)
	if err != nil {
		d.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		d.Fatal(err)
	}
	return values
}

// startCollect starts the collect machine. The emulator runs the plan function; its Map has no JSONata reader, so that
// the execution ends there.
func (d *deployment) startCollect(machine string, store *object.Store) {
	d.Helper()
	started, err := d.machines.StartExecution(d.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: aws.String("first"), Input: aws.String(`{"regions":["` + hubRegion + `"],"services":["kms"]}`),
	})
	if err != nil {
		d.Fatal(err)
	}
	d.waitFor("the run is planned", func(ctx context.Context) error {
		history, err := d.machines.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			return err
		}
		for _, event := range history.Events {
			if event.StateExitedEventDetails != nil && aws.ToString(event.StateExitedEventDetails.Name) == "Plan" {
				return nil
			}
			if event.ExecutionFailedEventDetails != nil {
				return fmt.Errorf("%s: %s", aws.ToString(event.ExecutionFailedEventDetails.Error), aws.ToString(event.ExecutionFailedEventDetails.Cause))
			}
		}
		return errors.New("it still runs")
	})
}
