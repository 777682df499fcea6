package analytics

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"view360/infra/config"
	"view360/infra/function"
	"view360/infra/machine"
	"view360/infra/watch"
	"view360/shared/loaders"
	"view360/shared/metrics"
	"view360/statemachines"
)

// loader is one function of the load machine.
type loader struct {
	placeholder, main, description string
	memoryMB                       int
	timeout                        time.Duration
	database                       bool // uses the database, and runs in its network
	access                         function.Access
}

// loadFunctions returns the functions of the load machine, each with the prefixes that it may use in the data bucket. A
// loaded snapshot can be loaded again from where it is kept.
func loadFunctions() []loader {
	functions := []loader{{"Index", "index", "Validates a snapshot and finds its sections", 256, 15 * time.Minute, false,
		function.Access{Read: kept, Write: []string{"rejected"}, Delete: waiting, Versions: true}}}
	for _, group := range loaders.Groups {
		l := loader{loaders.Placeholder(group), "load/" + group.Name, "Loads the table group " + group.Name, 512, 15 * time.Minute, true, function.Access{Read: kept, Versions: true}}
		if len(group.Tables) == 0 { // account: one row and its contacts
			l.description, l.memoryMB, l.timeout = "Loads the account", 256, 5*time.Minute
		}
		functions = append(functions, l)
	}
	return append(functions,
		loader{"Record", "record", "Writes logs and their messages", 256, 5 * time.Minute, true, function.Access{Read: kept, Versions: true}},
		loader{"SettleLoad", "settle/load", "Ends a load, or redrives it", 128, time.Minute, false, function.Access{}},
		loader{"Archive", "archive", "Moves a loaded snapshot", 256, 5 * time.Minute, false,
			function.Access{Read: kept, Write: []string{"loaded"}, Delete: waiting, Versions: true}})
}

// Prefixes of the data bucket.
var (
	waiting = []string{"data"}
	kept    = []string{"data", "loaded"}
)

// newLoad adds the load machine and its functions, unless an instance loads. The functions depend on the schema.
func (h *Hub) newLoad(schema constructs.IConstruct) []awslambda.Function {
	if h.Config.Loading.With == config.Instance {
		return nil
	}
	stage := h.buildDefaults(h.newQueue("LoadDeadLetters"))
	placeholders := map[string]string{}
	var functions []awslambda.Function
	var timed []watch.Timed
	var arns []string
	for _, l := range loadFunctions() {
		f := stage.New(h.Stack, l.placeholder, h.buildLoaderProps(l))
		f.Node().AddDependency(schema)
		placeholders[l.placeholder] = *f.FunctionName()
		functions, arns = append(functions, f), append(arns, *f.FunctionArn())
		timed = append(timed, watch.Timed{Function: f, Timeout: l.timeout})
	}
	h.LoadMachine = machine.New(h.Stack, "Load", machine.Props{
		Definition: statemachines.Load, Placeholders: placeholders, Functions: arns, LogKey: h.OperationsKey, LogDays: h.Config.Logs.Days,
	})
	h.Alarms().WatchMachine(h.Stack, "Load", h.LoadMachine,
		"a snapshot was not loaded, or only in part: open the failed execution, fix the cause, and choose Redrive")
	h.Alarms().WatchFunctions(h.Stack, "Load", timed)
	return functions
}

// buildLoaderProps returns the properties of a function of the load state machine.
func (h *Hub) buildLoaderProps(l loader) function.Props {
	p := function.Props{
		Main: l.main, Description: l.description, MemoryMB: l.memoryMB, Timeout: l.timeout,
		Environment: map[string]string{"BUCKET_KMS_KEY": *h.DataKey.KeyArn(), "BUCKET_OWNER": *h.Account(), metrics.Variable: metrics.Namespace},
		Statements:  h.Objects().Statements(l.access),
	}
	if l.placeholder == "SettleLoad" {
		p.Statements = append(p.Statements, function.Allow([]string{"states:DescribeExecution"}, *h.formatARN("states", "execution:*")))
	}
	if l.database {
		p.Files, p.Network = h.Certificates(), h.buildFunctionNetwork()
		p.Environment["DATABASE_URL"] = h.buildDatabaseURL(Loader)
		p.Statements = append(p.Statements, h.allowConnect(Loader))
	}
	return p
}
