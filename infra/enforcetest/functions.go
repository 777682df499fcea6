package enforcetest

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"view360/infra/collection"
	"view360/shared/archive"
	"view360/shared/arrival"
	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/index"
	"view360/shared/inprocess"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/record"
	"view360/shared/settle"
	"view360/shared/sweep"
)

// environment has the variables of a function.
type environment map[string]string

func (d *Deployment) readEnvironment(s *Stack, id string) environment {
	d.Helper()
	found := environment{}
	settings, _ := s.Resources[id].Properties["Environment"].(map[string]any)
	variables, _ := settings["Variables"].(map[string]any)
	for name, value := range variables {
		text, err := s.resolve(value)
		d.must(err)
		found[name] = text
	}
	return found
}

// openBucket returns a bucket as functions open it, with the credentials of key.
func (d *Deployment) openBucket(key, name string, env environment) *object.Store {
	return object.New(s3.NewFromConfig(d.configOf(key)), name, object.Options{KMSKey: env["BUCKET_KMS_KEY"], Owner: env["BUCKET_OWNER"]})
}

// addFunctions adds the functions of a stack, as their commands build them from the environment.
func (d *Deployment) addFunctions(s *Stack) {
	d.Helper()
	ids := s.find("AWS::Lambda::Function")
	names := map[string]string{}
	for _, id := range ids {
		names[stem(id)] = id
	}
	for _, id := range ids {
		env, cfg := d.readEnvironment(s, id), d.configOf(id)
		bucket := func(name string) *object.Store { return d.openBucket(id, name, env) }
		staging := bucket(env["STAGING_BUCKET"])
		switch name := stem(id); name {
		case "Plan":
			settings := collection.BuildSettings(d.config)
			d.must(json.Unmarshal([]byte(env["COLLECT_FUNCTIONS"]), &settings.Functions))
			inprocess.Add(d.functions, id, plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Quota: plan.AWSQuota{Config: cfg}, Staging: staging}.Handle)
		case "Merge":
			inprocess.Add(d.functions, id, merge.Handler{Staging: staging, Data: bucket(env["DATA_BUCKET"])}.Handle)
		case "SettleCollect":
			inprocess.Add(d.functions, id, settle.CollectHandler{Executions: sfn.NewFromConfig(cfg), Staging: staging}.Handle)
		case "Index":
			inprocess.Add(d.functions, id, index.Handler{Bucket: bucket}.Handle)
		case "Record":
			inprocess.Add(d.functions, id, record.Handler{Pool: d.Pool, Bucket: bucket}.Handle)
		case "SettleLoad":
			inprocess.Add(d.functions, id, settle.LoadHandler{Executions: sfn.NewFromConfig(cfg)}.Handle)
		case "Archive":
			inprocess.Add(d.functions, id, archive.Handler{Bucket: bucket}.Handle)
		case "Sweep":
			silence, err := time.ParseDuration(env["SILENCE"])
			d.must(err)
			inprocess.Add(d.functions, id, sweep.Handler{
				Bucket: env["DATA_BUCKET"], S3: s3.NewFromConfig(cfg), Messages: sqs.NewFromConfig(cfg), Arrivals: env["ARRIVALS"],
				Silence: silence, Ignored: strings.Fields(env["IGNORED_ACCOUNTS"]), Now: d.now,
			}.Handle)
		case "Arrival":
			limit, err := arrival.SizeLimit(d.Context(), plan.AWSQuota{Config: cfg}, 10)
			d.must(err)
			inprocess.Add(d.functions, id, (&arrival.Handler{Machine: env["LOAD_MACHINE"], Executions: sfn.NewFromConfig(cfg), Limit: limit}).Handle)
		case "MakeUsers":
			d.useDatabase(s, id, env)
		case "Protect":
			for _, cluster := range s.find("AWS::RDS::DBCluster") {
				for _, action := range []string{"rds:DescribeDBClusters", "rds:ModifyDBCluster"} {
					_ = d.checkRole(d.keys[id], action, s.arn("rds", "cluster:"+strings.ToLower(cluster)), nil) // recorded
				}
			}
		}
		for _, c := range collectors.All {
			if id == names["Collect"+strings.ToUpper(c.SourceName[:1])+c.SourceName[1:]] {
				source, _ := catalog.FindByName(c.SourceName)
				inprocess.Add(d.functions, id, collect.Handler{Collector: c, Config: cfg, Actions: source.ActionNames(), Staging: staging}.Handle)
			}
		}
		for _, handler := range loaders.BuildHandlers(load.Handler{Pool: d.Pool, Bucket: bucket}) {
			if id == names[loaders.Placeholder(handler.Group)] {
				inprocess.Add(d.functions, id, handler.Handle)
			}
		}
		d.useFunction(s, id, env)
		d.enforceInvoke(s, id)
	}
}

// enforceInvoke decides every call of a function on the role of its state machine.
func (d *Deployment) enforceInvoke(s *Stack, id string) {
	handle, known := d.functions[id]
	if !known {
		return
	}
	var invoker *Role
	for _, m := range d.machines {
		if stackMachine := s.find("AWS::StepFunctions::StateMachine"); len(stackMachine) == 1 && stackMachine[0] == m.Name {
			invoker = m.role
		}
	}
	if stem(id) == "Sweep" {
		invoker = d.findRole("SweepScheduleRole")
	}
	if stem(id) == "Arrival" { // Lambda itself, which reads the queue
		return
	}
	arn := s.values[id+".Arn"]
	d.functions[id] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		if err := d.checkRole(invoker, "lambda:InvokeFunction", arn, nil); err != nil {
			return nil, err
		}
		if _, fails := d.failing.LoadAndDelete(id); fails {
			return nil, errFailOnce
		}
		return handle(ctx, payload)
	}
}

// findRole returns a role by the stem of its id.
func (d *Deployment) findRole(name string) *Role {
	for id, role := range d.keys {
		if stem(id) == name {
			return role
		}
	}
	d.Fatalf("no role %s", name)
	return nil
}

// findUser returns the database user of a URL.
func findUser(databaseURL string) string {
	if u, err := url.Parse(databaseURL); err == nil && u.User != nil {
		return u.User.Username()
	}
	return ""
}
