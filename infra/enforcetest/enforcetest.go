// Package enforcetest runs synthesized stacks in this process with their permissions enforced: each function has
// credentials of its own, and every call of S3, KMS, STS, Organizations, Step Functions, Lambda and the collected services
// is decided on the policies of its template before it is answered, as AWS decides it. Missing permissions of a template
// fail here, and not in the first account that it is deployed to.
//
// Decided are identity, session, bucket, key and trust policies, with their conditions; KMS as S3 calls it for the bucket's
// encryption; and a missing object, which is access denied without s3:ListBucket. Objects have versions, as in the
// template's buckets. What AWS does with a role by itself, such as writing logs, is decided once for each role: see
// service.go. Not decided are service control policies, permission boundaries, endpoint policies, and
// the network.
package enforcetest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/infra/config"
	"view360/infra/policy"
	"view360/shared/asl"
	"view360/shared/awsconf"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/s3disk"
	"view360/shared/sfnapi"
	"view360/shared/simaws"
	"view360/statemachines"
)

// Deployment is a deployment of an example whose permissions are enforced.
type Deployment struct {
	testing.TB
	*gate
	Organization *simaws.Organization
	// Objects is the data bucket for the test itself, which may do everything.
	Objects *object.Store
	Pool    *pgxpool.Pool

	config       config.Config
	stacks       []*Stack
	url          string
	functions    inprocess.Functions
	invokers     map[string]*Role // the role that invokes a function
	orchestrator *inprocess.Orchestrator
	machines     map[string]*machine // collect and load
	offset       atomic.Int64        // of the clock, in nanoseconds
	failing      sync.Map            // functions that fail once
	mu           sync.Mutex
	events       []string // keys of new objects
}

// machine is a state machine of the deployment and its role.
type machine struct {
	*asl.Machine
	arn  string
	role *Role
}

// Start deploys the stacks of a configuration. accounts are those of the simulated organization, the hub first.
func Start(t testing.TB, f config.Config, accounts []simaws.Account, member *Stack, stacks ...*Stack) *Deployment {
	t.Helper()
	d := &Deployment{
		TB: t, config: f, stacks: stacks, functions: inprocess.Functions{}, invokers: map[string]*Role{}, machines: map[string]*machine{},
		gate: &gate{ledger: newLedger(), keys: map[string]*Role{}, buckets: map[string]*bucket{}, memberRoles: map[string]*memberRole{}},
	}
	d.arrived = d.addEvent
	if f.Organization != nil {
		d.organizationID = f.Organization.ID
	}
	options := simaws.Options{Seed: 1, Volume: 0.1, Accounts: accounts, Now: d.now, Authorize: d.authorize}
	if member != nil {
		options.Role, options.ExternalID = f.Collection.RoleName, f.Collection.ExternalID
	}
	d.Organization = simaws.New(options)
	d.gate.organization = d.Organization
	for _, s := range stacks {
		d.addRoles(s)
		d.addBuckets(s)
		d.addQueue(s)
	}
	if member != nil {
		for _, a := range accounts[1:] { // the hub has none, because its unit is not collected
			d.addMember(member, a.ID)
		}
	}
	d.startObjects()
	d.startDatabase()
	server := httptest.NewServer(d.gate)
	t.Cleanup(server.Close)
	d.url = server.URL
	d.orchestrator = inprocess.NewOrchestrator(d.functions, nil, nil)
	engine := d.orchestrator.Engine()
	engine.Base, engine.Now = t.Context(), d.now
	engine.OpenItems, engine.WriteResult = d.openItems, d.writeResult
	engine.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	d.gate.executions = sfnapi.New(engine, http.NotFoundHandler())
	for _, s := range stacks {
		d.addMachines(s)
	}
	for _, s := range stacks {
		d.addFunctions(s)
		d.useSchedules(s)
		d.useRules(s)
		d.useTopics(s)
		d.useFlowLogs(s)
	}
	return d
}

func (d *Deployment) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *Deployment) now() time.Time { return time.Now().Add(time.Duration(d.offset.Load())) }

// SetClock sets the clock to a time from now.
func (d *Deployment) SetClock(offset time.Duration) { d.offset.Store(int64(offset)) }

// addRoles makes every role of a stack a caller, by its logical id, and by those of its functions and state machines.
func (d *Deployment) addRoles(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::IAM::Role") {
		policies, err := s.listPolicies(id)
		d.must(err)
		role := &Role{ID: id, ARN: s.values[id+".Arn"], Account: s.Account, region: s.Region, Policies: policies}
		d.roles[role.ARN], d.keys[id] = role, role
	}
	for id, r := range s.Resources {
		if r.Type != "AWS::Lambda::Function" && r.Type != "AWS::StepFunctions::StateMachine" {
			continue
		}
		arn := r.Properties["Role"]
		if arn == nil {
			arn = r.Properties["RoleArn"]
		}
		text, err := s.resolve(arn)
		d.must(err)
		if d.keys[id] = d.roles[text]; d.keys[id] == nil {
			d.Fatalf("%s has the role %s, which is not in the stack", id, text)
		}
	}
}

func (d *Deployment) addBuckets(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::S3::Bucket") {
		b := &bucket{name: s.values[id], owner: s.Account, region: s.Region, versioned: s.Resources[id].Properties["VersioningConfiguration"] != nil}
		var err error
		b.policy, err = s.findResourcePolicy("AWS::S3::BucketPolicy", id)
		d.must(err)
		b.hub = b.name == d.config.BucketName()
		if b.hub {
			d.addKey(s, b)
			encryption := s.Resources[id].Properties["BucketEncryption"].(map[string]any)["ServerSideEncryptionConfiguration"].([]any)[0].(map[string]any)
			b.bucketKey = encryption["BucketKeyEnabled"] == true
		}
		d.buckets[b.name] = b
	}
	if e := d.config.Storage.Existing; e != nil { // without versions, and with policies that leave everything to its account
		d.buckets[e.Bucket] = &bucket{name: e.Bucket, owner: d.config.Hub.Account, region: d.config.Hub.Region, hub: true, key: e.Key, keyPolicy: trustAccount(d.config.Hub.Account)}
	}
}

// addKey sets the key of the data bucket.
func (d *Deployment) addKey(s *Stack, b *bucket) {
	d.Helper()
	for _, id := range s.find("AWS::KMS::Key") {
		if stem(id) == "DataKey" {
			b.key = s.values[id+".Arn"]
			b.keyPolicy = d.readKeyPolicy(s, b.key)
		}
	}
}

// readKeyPolicy returns the policy of a key of the stack.
func (d *Deployment) readKeyPolicy(s *Stack, arn string) []policy.Document {
	d.Helper()
	for _, id := range s.find("AWS::KMS::Key") {
		if s.values[id+".Arn"] == arn {
			document, err := policy.FromTemplate(s.Resources[id].Properties["KeyPolicy"], s.values)
			d.must(err)
			return []policy.Document{document}
		}
	}
	d.Fatalf("no key %s", arn)
	return nil
}

// trustAccount returns the usual policy of a key.
func trustAccount(account string) []policy.Document {
	return []policy.Document{{Version: "2012-10-17", Statement: []policy.Statement{{
		Effect: "Allow", Principal: &policy.Principal{AWS: policy.Strings{account}}, Action: policy.Strings{"kms:*"}, Resource: policy.Strings{"*"},
	}}}}
}

// addMember adds the member role of an account.
func (d *Deployment) addMember(template *Stack, account string) {
	d.Helper()
	values := map[string]string{"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::Region": template.Region}
	of := &Stack{Account: account, Region: template.Region, Template: template.Template, values: values}
	for id, r := range of.Resources {
		of.nameResource(id, r)
	}
	for _, id := range of.find("AWS::IAM::Role") {
		policies, err := of.listPolicies(id)
		d.must(err)
		m := &memberRole{Role: Role{ID: "member role", ARN: values[id+".Arn"], Account: account, Policies: policies}}
		m.trust, err = policy.FromTemplate(of.Resources[id].Properties["AssumeRolePolicyDocument"], values)
		d.must(err)
		d.memberRoles[account], d.roles[m.ARN] = m, &m.Role
	}
}

// startObjects starts the store behind the gate.
func (d *Deployment) startObjects() {
	d.Helper()
	var names []string
	for name := range d.buckets {
		names = append(names, name)
	}
	disk, err := s3disk.Start(d.TempDir(), names...)
	d.must(err)
	d.Cleanup(func() { _ = disk.Close() })
	d.Objects = object.New(disk.Client(), d.config.BucketName(), object.Options{})
	login, err := disk.Client().Options().Credentials.Retrieve(d.Context())
	d.must(err)
	target, err := url.Parse(disk.Endpoint)
	d.must(err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	d.objects = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replaceKey(r, login.AccessKeyID)
		proxy.ServeHTTP(w, r)
	})
}

func (d *Deployment) startDatabase() {
	d.Helper()
	pool, err := postgres.OpenPool(d.Context(), pgtest.URL(d), 6, postgres.ConnectOptions{})
	d.must(err)
	d.Cleanup(pool.Close)
	d.Pool = pool
}

// configOf returns the client configuration of a role, by its access key.
func (d *Deployment) configOf(key string) aws.Config {
	return aws.Config{
		Region: d.keys[key].region, BaseEndpoint: &d.url, Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""),
		HTTPClient: awsconf.HTTPClient(), Retryer: awsconf.NewRetryer(20 * time.Millisecond),
	}
}

// addMachines adds the state machine of a stack, under its logical id.
func (d *Deployment) addMachines(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::StepFunctions::StateMachine") {
		names := map[string]string{}
		substitutions := s.Resources[id].Properties["DefinitionSubstitutions"].(map[string]any)
		for placeholder, value := range substitutions {
			name, err := s.resolve(value)
			d.must(err)
			names[placeholder] = name
		}
		kind, definition := "load", statemachines.Load
		if names["Plan"] != "" {
			kind, definition = "collect", statemachines.Collect
		}
		parsed, err := asl.Parse(id, definition, names)
		d.must(err)
		d.orchestrator.Engine().Use(parsed)
		d.machines[kind] = &machine{Machine: parsed, arn: s.values[id], role: d.keys[id]}
		d.useMachine(s, id)
	}
}

// openItems reads the items of a distributed map with the role of the state machine.
func (d *Deployment) openItems(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	store := d.openBucket(d.machines["collect"].Name, bucket, nil)
	body, _, err := store.Open(ctx, object.Version{Key: key})
	return body, err
}

// writeResult writes results of a distributed map with the role of the state machine.
func (d *Deployment) writeResult(ctx context.Context, bucket, key string, body io.Reader) error {
	_, err := d.openBucket(d.machines["collect"].Name, bucket, nil).Put(ctx, key, body) // which names no key: the bucket's is used
	return err
}

// hashed is a logical id of the CDK: what it was made of, and a hash.
var hashed = regexp.MustCompile(`^(\w+?)[0-9A-F]{8}$`)

// stem returns a logical id without its hash.
func stem(id string) string {
	if m := hashed.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}

// findFunction returns the function of a stem.
func (d *Deployment) findFunction(name string) (id string, s *Stack) {
	for _, s := range d.stacks {
		ids := s.find("AWS::Lambda::Function")
		if i := slices.IndexFunc(ids, func(id string) bool { return stem(id) == name }); i >= 0 {
			return ids[i], s
		}
	}
	d.Fatalf("no function %s", name)
	return "", nil
}

// checkRole decides a call of a role in its own account, and returns an error if it is refused.
func (d *Deployment) checkRole(role *Role, action, resource string, more map[string]string) error {
	p := policy.Policies{Owner: role.Account}
	if reason := d.decide(role, action, resource, d.buildContext(role.Account, more), p); reason != "" {
		return &asl.Failure{Name: "Lambda.AccessDeniedException", Cause: formatDenied(role, action, resource, reason)}
	}
	return nil
}

// FailOnce makes the next call of a function fail, by the stem of its id.
func (d *Deployment) FailOnce(name string) {
	id, _ := d.findFunction(name)
	d.failing.Store(id, true)
}

var errFailOnce = fmt.Errorf("the test has asked for this failure")
