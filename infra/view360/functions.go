package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/collect"
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

func collectFunction(source string) string { return "collect-" + source }

// nameFunctions returns the function of each source.
func nameFunctions(all []collect.Collector) map[string]string {
	functions := make(map[string]string, len(all))
	for _, c := range all {
		functions[c.SourceName] = collectFunction(c.SourceName)
	}
	return functions
}

// addCollectFunctions adds the functions of the collect machine, which observe what cfg names at the pacer's rates.
func addCollectFunctions(functions inprocess.Functions, all []collect.Collector, cfg aws.Config, pacer *awsconf.Pacer, settings plan.Settings, staging, data *object.Store, executions settle.API) {
	inprocess.Add(functions, planFunction, plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Staging: staging}.Handle)
	callers := &awsconf.Callers{}
	for _, c := range all {
		source, _ := catalog.FindByName(c.SourceName)
		handler := collect.Handler{Collector: c, Config: cfg, Actions: source.ActionNames(), Staging: staging, Callers: callers, Pacer: pacer}
		inprocess.Add(functions, collectFunction(c.SourceName), handler.Handle)
	}
	inprocess.Add(functions, mergeFunction, merge.Handler{Staging: staging, Data: data}.Handle)
	inprocess.Add(functions, settleCollectFunction, settle.CollectHandler{Executions: executions, Staging: staging}.Handle)
}
