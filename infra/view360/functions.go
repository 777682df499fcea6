package main

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/settle"
)

// The function names that fill the placeholders of the state machine files.
const (
	planFunction          = "plan"
	mergeFunction         = "merge"
	settleCollectFunction = "settle-collect"
)

func collectFunction(word string) string { return "collect-" + word }

// deployedCollectors maps each word to its function.
func deployedCollectors() map[string]string {
	functions := make(map[string]string, len(collectors.All))
	for _, c := range collectors.All {
		functions[c.Source] = collectFunction(c.Source)
	}
	return functions
}

// hurried are the collectors without the quotas that bound them, which simulated services do not have.
func hurried() []collect.Collector {
	all := slices.Clone(collectors.All)
	for i := range all {
		all[i].Rate = collect.Rate{}
	}
	return all
}

// addCollectFunctions adds the functions of the collect machine, which observe what cfg names.
func addCollectFunctions(functions inprocess.Functions, all []collect.Collector, cfg aws.Config, settings plan.Settings, staging, data *object.Store, executions settle.API) {
	inprocess.Add(functions, planFunction, plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Staging: staging}.Handle)
	for _, c := range all {
		source, _ := catalog.FindByName(c.Source)
		handler := collect.Handler{Collector: c, Config: cfg, Actions: source.ActionNames(), Staging: staging}
		inprocess.Add(functions, collectFunction(c.Source), handler.Handle)
	}
	inprocess.Add(functions, mergeFunction, merge.Handler{Staging: staging, Data: data}.Handle)
	inprocess.Add(functions, settleCollectFunction, settle.CollectHandler{Executions: executions, Staging: staging}.Handle)
}
