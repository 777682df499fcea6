package test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"view360/shared/asl"
	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/collecttest"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/settle"
	"view360/shared/simaws"
	"view360/shared/snapshot"
	"view360/statemachines"
)

// collection is the collect machine with all collectors over one organization and one bucket. It does not wait between
// the retries of the machine, and its clock stands still.
type collection struct {
	testing.TB
	*simaws.Server
	store        *object.Store
	orchestrator *inprocess.Orchestrator
	machine      *asl.Machine
}

// setting is what a collection differs in from that of every account of the default organization.
type setting struct {
	organization simaws.Options
	// account is the only account to collect, with its own credentials; "" means all of the organization, by role.
	account string
	// client changes how the collectors talk to AWS.
	client func(*aws.Config)
	// deadlines are the times that functions get; 0 means no limit.
	deadlines map[string]time.Duration
	options   collect.Options
	pacer     *awsconf.Pacer  // nil: the simulated services have no quotas
	tags      collect.Tenancy // names of the accounts' tags that label them
}

// DescribeExecution lets settle ask the orchestrator that is made after it.
func (c *collection) DescribeExecution(ctx context.Context, in *sfn.DescribeExecutionInput, o ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	return c.orchestrator.DescribeExecution(ctx, in, o...)
}

func newCollection(t testing.TB, s setting) *collection {
	t.Helper()
	s.organization.Now = func() time.Time { return collecttest.Now }
	if s.account == "" {
		s.organization.Role, s.organization.ExternalID = simaws.MemberRole, simaws.ExternalID
	}
	organization, err := simaws.Start(t.Context(), simaws.New(s.organization))
	if err != nil {
		t.Fatal(err)
	}
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	c := &collection{TB: t, Server: organization, store: object.New(disk.Client(), "data", object.Options{})}
	c.orchestrator = inprocess.NewOrchestrator(c.buildFunctions(s), c.store, nil)
	engine := c.orchestrator.Engine()
	engine.Now = func() time.Time { return collecttest.Now }
	engine.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	c.machine, err = inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle-collect"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *collection) buildFunctions(s setting) inprocess.Functions {
	settings := plan.Settings{HomeRegion: "us-east-1", Functions: map[string]string{}, Concurrency: 5, Options: s.options, TenancyTags: s.tags}
	if s.account == "" {
		settings.Organization, settings.RoleName, settings.ExternalID = true, simaws.MemberRole, simaws.ExternalID
	}
	clients := c.Config(s.account)
	if s.client != nil {
		s.client(&clients)
	}
	functions := inprocess.Functions{}
	for _, collector := range collectors.All {
		source, _ := catalog.FindByName(collector.SourceName)
		settings.Functions[collector.SourceName] = collector.SourceName
		inprocess.Add(functions, collector.SourceName, withDeadline(s.deadlines[collector.SourceName], collect.Handler{Collector: collector, Config: clients, Actions: source.ActionNames(), Staging: c.store, Pacer: s.pacer}.Handle))
	}
	inprocess.Add(functions, "plan", plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: c.Config(s.account)}, Staging: c.store}.Handle)
	inprocess.Add(functions, "merge", merge.Handler{Staging: c.store, Data: c.store}.Handle)
	inprocess.Add(functions, "settle-collect", settle.CollectHandler{Executions: c, Staging: c.store}.Handle)
	return functions
}

// withDeadline gives a handler a deadline, as its function's timeout does.
func withDeadline[In, Out any](deadline time.Duration, handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	if deadline == 0 {
		return handle
	}
	return func(ctx context.Context, in In) (Out, error) {
		ctx, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		return handle(ctx, in)
	}
}

// run executes the machine, and returns how it ended.
func (c *collection) run(name string, input map[string]any) asl.Description {
	c.Helper()
	x, err := c.orchestrator.Run(c.Context(), c.machine, name, input)
	if err != nil {
		c.Fatal(err)
	}
	return x.Describe()
}

// published is one snapshot as it was published.
type published struct {
	Meta snapshot.Meta
	Logs struct {
		Statuses map[string]string
		Messages map[string]string // by source
	}
	// Sections is the text of each section by its path: an object of lists, such as security, by its lists.
	Sections map[string]string
}

func (c *collection) readSnapshot(account, region, date string) published {
	c.Helper()
	return c.readKey(fmt.Sprintf("data/%s/%s/%s_DAILY.json", account, region, date))
}

func (c *collection) readKey(key string) published {
	c.Helper()
	var text map[string]json.RawMessage
	if err := c.store.GetJSON(c.Context(), key, &text); err != nil {
		c.Fatalf("the snapshot was not published: %v", err)
	}
	p := published{Sections: map[string]string{}}
	c.decode(text["meta"], &p.Meta)
	p.Logs.Statuses, p.Logs.Messages = c.parseLogs(text["logs"])
	delete(text, "meta")
	delete(text, "logs")
	for key, section := range text {
		if known, _ := catalog.FindSection(key); len(known.Arrays) == 0 {
			p.Sections[key] = string(section)
			continue
		}
		var parts map[string]json.RawMessage
		c.decode(section, &parts)
		for name, part := range parts {
			p.Sections[key+"."+name] = string(part)
		}
	}
	return p
}

func (c *collection) parseLogs(text []byte) (statuses, messages map[string]string) {
	c.Helper()
	var members map[string]any
	c.decode(text, &members)
	statuses, messages = map[string]string{}, map[string]string{}
	for member, value := range members {
		if status, is := value.(string); is && strings.HasSuffix(member, "_status") {
			statuses[member] = status
		}
	}
	list, _ := members["message"].([]any)
	for _, entry := range list {
		for source, message := range entry.(map[string]any) {
			if _, twice := messages[source]; twice {
				c.Errorf("two messages of %s", source) // D7
			}
			messages[source] = fmt.Sprint(message)
		}
	}
	return statuses, messages
}

func (c *collection) decode(text []byte, into any) {
	c.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		c.Fatalf("reading %.200s: %v", text, err)
	}
}

// listOperations returns the operations that a source's role allows, such as kms:ListKeys.
func listOperations(source catalog.Source) (names []string) {
	for _, action := range source.Actions {
		service, name, _ := strings.Cut(action.Name, ":")
		if action.Operation != "" {
			name = action.Operation
		}
		if !action.Dependent {
			names = append(names, service+":"+name)
		}
		if action.Also != "" {
			names = append(names, service+":"+action.Also)
		}
	}
	return names
}

func (c *collection) listCalled() []string {
	called := map[string]bool{}
	for _, call := range c.Calls() {
		called[call.Service+":"+call.Operation] = true
	}
	return slices.Sorted(maps.Keys(called))
}
