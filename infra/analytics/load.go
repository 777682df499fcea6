package analytics

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"view360/infra/config"
	"view360/infra/function"
	"view360/infra/machine"
	"view360/infra/watch"
	"view360/shared/metrics"
	"view360/statemachines"
)

// loader is one function of the load machine.
type loader struct {
	placeholder, main, description string
	memoryMB                       int
	timeout                        time.Duration
	database                       bool // it uses the database, and runs in its network
	access                         function.Access
}

// loaders are all functions of the load machine, with all that each may do in the data bucket. What is loaded can be loaded
// again from where it is kept.
var loaders = []loader{
	{"Index", "index", "Validates a snapshot and finds its sections", 256, 15 * time.Minute, false, function.Access{Read: kept, Write: []string{"rejected"}, Delete: waiting}},
	{"LoadAccount", "load/account", "Loads the account", 256, 5 * time.Minute, true, function.Access{Read: kept}},
	{"LoadCost", "load/cost", "Loads the table group cost", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"LoadSecurity", "load/security", "Loads the table group security", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"LoadConfig", "load/config", "Loads the table group config", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"LoadInventory", "load/inventory", "Loads the table group inventory", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"LoadResources", "load/resources", "Loads the table group resources", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"LoadOperations", "load/operations", "Loads the table group operations", 512, 15 * time.Minute, true, function.Access{Read: kept}},
	{"Record", "record", "Writes logs and their messages", 256, 5 * time.Minute, true, function.Access{Read: kept}},
	{"SettleLoad", "settle/load", "Ends a load, or redrives it", 128, time.Minute, false, function.Access{}},
	{"Archive", "archive", "Moves a loaded snapshot", 256, 5 * time.Minute, false, function.Access{Read: kept, Write: []string{"loaded"}, Delete: waiting}},
}

// Prefixes of the data bucket.
var (
	waiting = []string{"data"}
	kept    = []string{"data", "loaded"}
)

// newLoad makes the load machine and its functions, unless an instance loads. The functions wait for the schema.
func (h *Hub) newLoad(schema constructs.IConstruct) []awslambda.Function {
	if h.Config.Loading.With == config.Instance {
		return nil
	}
	stage := h.stage(h.newQueue("LoadDeadLetters"))
	placeholders := map[string]string{}
	var functions []awslambda.Function
	var timed []watch.Timed
	var arns []string
	for _, l := range loaders {
		f := stage.New(h.Stack, l.placeholder, h.loaderProps(l))
		f.Node().AddDependency(schema)
		placeholders[l.placeholder] = *f.FunctionName()
		functions, arns = append(functions, f), append(arns, *f.FunctionArn())
		timed = append(timed, watch.Timed{Function: f, Timeout: l.timeout})
	}
	h.LoadMachine = machine.New(h.Stack, "Load", machine.Props{
		Definition: statemachines.Load, Placeholders: placeholders, Functions: arns, LogKey: h.OperationsKey, LogDays: h.Config.Logs.Days,
	})
	h.Watch().Machine(h.Stack, "Load", h.LoadMachine,
		"a snapshot was not loaded, or only in part: open the failed execution, mend what its cause names, and choose Redrive")
	h.Watch().Functions(h.Stack, "Load", timed)
	return functions
}

func (h *Hub) loaderProps(l loader) function.Props {
	p := function.Props{
		Main: l.main, Description: l.description, MemoryMB: l.memoryMB, Timeout: l.timeout,
		Environment: map[string]string{"BUCKET_KMS_KEY": *h.DataKey.KeyArn(), "BUCKET_OWNER": *h.Account(), metrics.Variable: metrics.Namespace},
		Statements:  h.Objects().Statements(l.access),
	}
	if l.placeholder == "SettleLoad" {
		p.Statements = append(p.Statements, function.Allow([]string{"states:DescribeExecution"}, *h.arn("states", "execution:*")))
	}
	if l.database {
		p.Files, p.Network, p.Concurrency = h.certificates(), h.inside(), *h.Config.Loading.Concurrency
		p.Environment["DATABASE_URL"] = h.databaseURL(Loader)
		p.Statements = append(p.Statements, h.connect(Loader))
	}
	return p
}
