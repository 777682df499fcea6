package enforcetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"view360/infra/policy"
	"view360/shared/asl"
	"view360/shared/object"
)

// Collect runs the collect machine to its end.
func (d *Deployment) Collect(name string, request any) *asl.Execution {
	d.Helper()
	d.useChildren(false)
	x, err := d.orchestrator.Run(d.Context(), d.machines["collect"].Machine, name, request)
	d.must(err)
	return x
}

// StartSchedule collects as a schedule starts it, such as Daily.
func (d *Deployment) StartSchedule(schedule, name string) *asl.Execution {
	d.Helper()
	_ = d.checkRole(d.findRole(schedule+"Role"), "states:StartExecution", d.machines["collect"].arn, nil) // recorded
	return d.Collect(name, map[string]string{"interval": strings.ToUpper(schedule)})
}

// Redrive redrives an execution and waits for its end.
func (d *Deployment) Redrive(x *asl.Execution) {
	d.Helper()
	d.useChildren(true)
	d.must(d.orchestrator.Redrive(d.Context(), x))
}

// addEvent records a new object of the data bucket.
func (d *Deployment) addEvent(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = slices.DeleteFunc(d.events, func(k string) bool { return k == key })
	d.events = append(d.events, key)
}

// DeliverEvents handles the events of all new objects, as the rules do, and returns the load executions.
func (d *Deployment) DeliverEvents(name string) []*asl.Execution {
	d.Helper()
	var executions []*asl.Execution
	for _, key := range d.takeEvents() {
		switch {
		case strings.HasPrefix(key, "data/") && strings.HasSuffix(key, ".json"):
			executions = append(executions, d.Load(fmt.Sprintf("%s-%d", name, len(executions)), key))
		case strings.HasPrefix(key, "rejected/") && strings.HasSuffix(key, ".reason.json"):
			d.publishRejection()
		}
	}
	return executions
}

func (d *Deployment) takeEvents() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	events := d.events
	d.events = nil
	return events
}

// Load runs the load machine for the event of an object.
func (d *Deployment) Load(name, key string) *asl.Execution {
	d.Helper()
	m := d.machines["load"]
	_ = d.checkRole(d.findRole("LoadEventsRole"), "states:StartExecution", m.arn, nil) // recorded
	v, err := d.Objects.Head(d.Context(), key)
	if object.IsMissing(err) {
		d.Fatalf("%s has gone before its event came", key)
	}
	d.must(err)
	etag := strings.Trim(v.ETag, `"`)
	x, err := d.orchestrator.Run(d.Context(), m.Machine, name, map[string]any{"detail": map[string]any{
		"bucket": map[string]string{"name": d.config.BucketName()}, "object": map[string]string{"key": key, "etag": etag, "version-id": etag},
	}})
	d.must(err)
	return x
}

// publishRejection decides whether EventBridge may publish to the topic of alarms, which a key encrypts.
func (d *Deployment) publishRejection() {
	d.Helper()
	for _, s := range d.stacks {
		for _, id := range s.find("AWS::SNS::Topic") {
			topic, err := s.findResourcePolicy("AWS::SNS::TopicPolicy", id)
			d.must(err)
			d.checkService(s, "events.amazonaws.com", "sns:Publish", s.values[id], topic)
			key, err := s.resolve(s.Resources[id].Properties["KmsMasterKeyId"])
			d.must(err)
			for _, keyID := range s.find("AWS::KMS::Key") {
				if s.values[keyID+".Arn"] != key {
					continue
				}
				document, err := policy.FromTemplate(s.Resources[keyID].Properties["KeyPolicy"], s.values)
				d.must(err)
				d.checkService(s, "events.amazonaws.com", "kms:GenerateDataKey", key, []policy.Document{document})
				d.checkService(s, "events.amazonaws.com", "kms:Decrypt", key, []policy.Document{document})
			}
		}
	}
}

// checkService decides a call of an AWS service on a resource's policy.
func (d *Deployment) checkService(s *Stack, service, action, resource string, policies []policy.Document) {
	context := d.buildContext(s.Account, map[string]string{"aws:SourceAccount": s.Account, "aws:PrincipalIsAWSService": "true"})
	d.decide(&Role{ID: service, ARN: service}, action, resource, context, policy.Policies{Owner: s.Account, Resource: policies})
}

// Sweep runs the hourly sweep as its schedule does, and waits for the executions that it starts.
func (d *Deployment) Sweep() (started int) {
	d.Helper()
	id, _ := d.findFunction("Sweep")
	result, err := d.functions[id](d.Context(), json.RawMessage("{}"))
	d.must(err)
	var out struct{ Started int }
	d.must(json.Unmarshal(result, &out))
	for _, x := range d.orchestrator.Engine().List() {
		<-x.Done()
	}
	return out.Started
}
