package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/price"
	"view360/shared/s3disk"
	"view360/statemachines"
)

// regionsOfAccount are those of the account whose daily run is priced.
var regionsOfAccount = []string{"eu-west-1", "us-east-1", "us-west-2"}

// oneAccount is a directory that knows one account.
type oneAccount struct{}

const pricedAccount = "111122223333"

func (oneAccount) ListAccounts(context.Context) (map[string]plan.Member, error) {
	return map[string]plan.Member{pricedAccount: {State: "ACTIVE"}}, nil
}
func (oneAccount) ListAccountsIn(context.Context, string) ([]string, error)    { return nil, nil }
func (oneAccount) ListTags(context.Context, string) (map[string]string, error) { return nil, nil }
func (oneAccount) FindCaller(context.Context) (string, error)                  { return pricedAccount, nil }
func (oneAccount) ListRegions(context.Context, string, *collect.Role) ([]string, error) {
	return regionsOfAccount, nil
}

// measurePrice runs both machines with functions that do nothing, as the daily run of one account does, and counts the
// states that are entered.
func measurePrice(ctx context.Context, summary *table) error {
	prices, err := price.ReadPrices()
	if err != nil {
		return err
	}
	dollars := func(transitions int64) string {
		return fmt.Sprintf("%.4f", float64(transitions)*prices.StateTransition)
	}
	dir, err := os.MkdirTemp("", "view360-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := s3disk.Start(filepath.Join(dir, "objects"), "staging")
	if err != nil {
		return err
	}
	defer server.Close()
	staging := object.New(server.Client(), "staging", object.Options{})
	var calls atomic.Int64
	functions := buildIdleFunctions(staging, &calls)
	collecting, err := countTransitions(ctx, functions, staging, "collect", statemachines.Collect,
		map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle"}, `{}`)
	if err != nil {
		return err
	}
	collectCalls := calls.Swap(0)
	loading, err := countTransitions(ctx, functions, staging, "load", statemachines.Load, inprocess.LoadPlaceholders, `{"bucket":"data","key":"k"}`)
	if err != nil {
		return err
	}
	perObject := fmt.Sprintf("%d, once for each region and date", loading)
	t := newTable("machine", "transitions", "function calls", "US dollars per account and day")
	t.add("collect", collecting, collectCalls, dollars(collecting))
	objects := int64(len(regionsOfAccount))
	t.add("load", loading*objects, calls.Load()*objects, dollars(loading*objects))
	t.add("both", collecting+loading*objects, collectCalls+calls.Load()*objects, dollars(collecting+loading*objects))
	summary.add(fmt.Sprintf("an account-day in %d regions", len(regionsOfAccount)),
		fmt.Sprintf("%d state transitions, %s US dollars", collecting+loading*objects, dollars(collecting+loading*objects)))
	t.print(fmt.Sprintf("State transitions of a daily run of one account in %d regions, all services", len(regionsOfAccount)),
		fmt.Sprintf("Load: %s; $%.3f for 1,000 transitions, retries and Lambda aside. Start of the run included.", perObject, prices.StateTransition*1000))
	return nil
}

// countTransitions runs a machine and counts the states that it and its children enter.
func countTransitions(ctx context.Context, functions inprocess.Functions, staging *object.Store, name string, definition []byte, placeholders map[string]string, input string) (int64, error) {
	machine, err := inprocess.ParseMachine(name, definition, placeholders)
	if err != nil {
		return 0, err
	}
	var entered atomic.Int64
	orchestrator := inprocess.NewOrchestrator(functions, staging, nil)
	orchestrator.Engine().Observe = func(_ *asl.Execution, e asl.Event) {
		if strings.HasSuffix(e.Type, "StateEntered") {
			entered.Add(1)
		}
	}
	x, err := orchestrator.Run(ctx, machine, name, json.RawMessage(input))
	if err != nil {
		return 0, err
	}
	if s := x.Describe(); s.Status != asl.Succeeded {
		return 0, fmt.Errorf("%s ended %s: %s %s", name, s.Status, s.Error, s.Cause)
	}
	return entered.Load(), nil
}

// buildIdleFunctions returns functions that answer as in a run without failures.
func buildIdleFunctions(staging *object.Store, calls *atomic.Int64) inprocess.Functions {
	answer := func(text string) inprocess.Function {
		return func(context.Context, json.RawMessage) (json.RawMessage, error) {
			calls.Add(1)
			return json.RawMessage(text), nil
		}
	}
	settings := plan.Settings{Organization: true, HomeRegion: regionsOfAccount[0], Functions: map[string]string{}, Concurrency: 1}
	f := inprocess.Functions{"merge": answer(`{}`), "settle": answer(`{"again":false,"redrives":0,"published":3,"plan":{"run":"r"}}`)}
	for _, source := range catalog.Sources {
		settings.Functions[source.Name] = "collect-" + source.Name
		f["collect-"+source.Name] = answer(`{}`)
	}
	for _, name := range inprocess.LoadPlaceholders {
		f[name] = answer(`{}`)
	}
	f["index"] = answer(`{"status":"indexed","index":{"key":"k"},"keep":false,"reload":false}`)
	f["settle-load"] = answer(`{"again":false,"redrives":0,"results":[]}`)
	f["plan"] = answer(`{}`)
	planned := plan.Handler{Settings: settings, Directory: oneAccount{}, Staging: staging}
	counted := f["plan"]
	inprocess.Add(f, "plan", planned.Handle)
	real := f["plan"]
	f["plan"] = func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
		if _, err := counted(ctx, in); err != nil {
			return nil, err
		}
		return real(ctx, in)
	}
	return f
}
