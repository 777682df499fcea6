package enforcetest

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing/iotest"
	"time"

	"view360/infra/policy"
	"view360/infra/schedule"
	"view360/shared/asl"
	"view360/shared/object"
	"view360/shared/receiver"
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
func (d *Deployment) StartSchedule(name, run string) *asl.Execution {
	d.Helper()
	_ = d.checkRole(d.findRole(name+"Role"), "states:StartExecution", d.machines["collect"].arn, nil) // recorded
	input := strings.ReplaceAll(d.findScheduleInput(name), schedule.ScheduledTime, d.now().UTC().Format(time.RFC3339))
	return d.Collect(run, json.RawMessage(input))
}

// findScheduleInput returns the input that a schedule gives its target.
func (d *Deployment) findScheduleInput(name string) string {
	d.Helper()
	for _, s := range d.stacks {
		for _, id := range s.find("AWS::Scheduler::Schedule") {
			if target, found := s.Resources[id].Properties["Target"].(map[string]any); found && stem(id) == name {
				return target["Input"].(string)
			}
		}
	}
	d.Fatalf("no schedule %s", name)
	return ""
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

// DeliverEvents handles the events of all new objects, as the rules do, and returns the load executions when they have
// ended.
func (d *Deployment) DeliverEvents() []*asl.Execution {
	d.Helper()
	for _, key := range d.takeEvents() {
		switch {
		case strings.HasPrefix(key, "data/") && strings.HasSuffix(key, ".json"):
			d.sendArrived(d.buildEvent(key))
		case strings.HasPrefix(key, "rejected/") && strings.HasSuffix(key, ".reason.json"):
			d.publishRejection()
		}
	}
	return d.takeArrivals()
}

func (d *Deployment) takeEvents() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	events := d.events
	d.events = nil
	return events
}

// Loads reports whether the deployment has a load machine that starts when a snapshot arrives.
func (d *Deployment) Loads() bool { return d.machines["load"] != nil && !d.config.Loading.Paused }

// Drain loads what waits with the role of the instance that loads instead of a machine.
func (d *Deployment) Drain() receiver.Summary {
	d.Helper()
	d.Forget()
	s := d.stacks[len(d.stacks)-1]
	for _, id := range s.find("AWS::EC2::Instance") {
		role := d.findInstanceRole(s, id)
		env := environment{"BUCKET_OWNER": d.config.Hub.Account, "BUCKET_KMS_KEY": d.buckets[d.config.BucketName()].key}
		r, err := receiver.New(receiver.Options{Store: d.openBucket(role.ID, d.config.BucketName(), env), Pool: d.Pool})
		d.must(err)
		summary, err := r.Drain(d.Context())
		d.must(err)
		_ = d.checkRole(role, "rds-db:connect", s.arn("rds-db", "dbuser:cluster-RESOURCE/view360_loader"), nil) // recorded
		return summary
	}
	d.Fatal("no instance")
	return receiver.Summary{}
}

// findInstanceRole returns the role of an instance's profile.
func (d *Deployment) findInstanceRole(s *Stack, instance string) *Role {
	d.Helper()
	profile, err := s.resolve(s.Resources[instance].Properties["IamInstanceProfile"])
	d.must(err)
	for _, name := range s.Resources[profile].Properties["Roles"].([]any) {
		id, err := s.resolve(name)
		d.must(err)
		return d.keys[id]
	}
	d.Fatalf("%s has no role", instance)
	return nil
}

// Revoke takes an action from a role, by the stem of its id.
func (d *Deployment) Revoke(role, action string) {
	d.Helper()
	r := d.findRole(role)
	for i := range r.Policies {
		for j := range r.Policies[i].Statement {
			s := &r.Policies[i].Statement[j]
			s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == action })
		}
	}
}

// buildEvent returns the event of a new object.
func (d *Deployment) buildEvent(key string) any {
	d.Helper()
	v, err := d.Objects.Head(d.Context(), key)
	d.must(err)
	arrived := map[string]string{"key": key, "etag": strings.Trim(v.ETag, `"`)}
	if d.buckets[d.Objects.Bucket()].versioned {
		arrived["version-id"] = arrived["etag"]
	}
	return map[string]any{"detail": map[string]any{"bucket": map[string]string{"name": d.Objects.Bucket()}, "object": arrived}}
}

// Load runs the load machine.
func (d *Deployment) Load(name string, input any) *asl.Execution {
	d.Helper()
	x, err := d.orchestrator.Run(d.Context(), d.machines["load"].Machine, name, input)
	d.must(err)
	return x
}

// Put writes an object to the data bucket, and reports its event.
func (d *Deployment) Put(key, content string) {
	d.Helper()
	_, err := d.Objects.Put(d.Context(), key, strings.NewReader(content))
	d.must(err)
	d.addEvent(key)
}

// FindObject returns the last key of the data bucket under a prefix.
func (d *Deployment) FindObject(prefix string) (key string) {
	d.Helper()
	d.must(d.Objects.List(d.Context(), prefix, func(v object.Version) error { key = v.Key; return nil }))
	return key
}

// Forget drops the events of new objects.
func (d *Deployment) Forget() { d.takeEvents() }

// UploadLarge makes every role that may stream objects write one in parts, and abort another.
func (d *Deployment) UploadLarge() {
	d.Helper()
	for id, role := range d.keys {
		if id != role.ID {
			continue // one of its functions
		}
		for _, grant := range role.listGrants("s3:AbortMultipartUpload") {
			name, pattern, _ := strings.Cut(strings.TrimPrefix(grant.Resource, "arn:aws:s3:::"), "/")
			key := strings.ReplaceAll(strings.TrimSuffix(pattern, "*"), "*", "large") + id + ".json"
			store := d.openBucket(id, name, environment{"BUCKET_KMS_KEY": d.buckets[name].key})
			if _, err := store.Put(d.Context(), key, io.LimitReader(zeros{}, partSize+1)); err != nil {
				d.Errorf("%s writes a large object: %v", id, err)
			}
			broken := io.MultiReader(io.LimitReader(zeros{}, partSize+1), iotest.ErrReader(errFailOnce))
			if _, err := store.Put(d.Context(), key, broken); !errors.Is(err, errFailOnce) {
				d.Errorf("%s writes half an object: %v", id, err)
			}
		}
	}
	d.Forget()
}

// partSize is the size from which objects are written in parts.
const partSize = 5 << 20

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// listGrants returns the grants of an action.
func (r *Role) listGrants(action string) (grants []policy.Grant) {
	for _, d := range r.Policies {
		for _, s := range d.Statement {
			for _, g := range s.Grants() {
				if g.Action == action {
					grants = append(grants, g)
				}
			}
		}
	}
	return grants
}

// Sweep runs the hourly sweep as its schedule does, and returns the executions that load what it found when they have
// ended.
func (d *Deployment) Sweep() []*asl.Execution {
	d.Helper()
	id, _ := d.findFunction("Sweep")
	_, err := d.functions[id](d.Context(), json.RawMessage("{}"))
	d.must(err)
	if !d.Loads() {
		return nil
	}
	return d.takeArrivals()
}
