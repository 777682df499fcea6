package test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/inprocess"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/settle"
	"view360/statemachines"
)

// The size of the scale test. The full one is
//
//	go test ./test -run TestCollectMachineStaysWithinServiceLimits -v -timeout 60m -scale.accounts 3000
var (
	scaleAccounts = flag.Int("scale.accounts", 6, "accounts of the scale test")
	scaleRegions  = flag.Int("scale.regions", 17, "regions of each")
	scaleServices = flag.Int("scale.services", 26, "services in each region")
)

// large is a directory of many accounts with many regions.
type large struct{ accounts, regions int }

func (l large) ListAccounts(context.Context) (map[string]plan.Member, error) {
	accounts := map[string]plan.Member{}
	for i := range l.accounts {
		accounts[fmt.Sprintf("%012d", 100000000000+i)] = plan.Member{State: "ACTIVE"}
	}
	return accounts, nil
}

func (large) ListAccountsIn(context.Context, string) ([]string, error)    { return nil, nil }
func (large) ListTags(context.Context, string) (map[string]string, error) { return nil, nil }
func (large) FindCaller(context.Context) (string, error)                  { return "100000000000", nil }

func (l large) ListRegions(context.Context, string, *collect.Role) ([]string, error) {
	regions := make([]string, l.regions)
	for i := range regions {
		regions[i] = fmt.Sprintf("eu-region-%d", i)
	}
	return regions, nil
}

// scale is the collect machine with stub collectors, over the real plan, merge and settle.
type scale struct {
	testing.TB
	store                       *object.Store
	requests                    sync.Map // S3 operation to *atomic.Int64
	collected, running, highest atomic.Int64
	crowd                       int64         // collectors wait until so many run side by side, once
	crowded                     chan struct{} // closed when they did
	once                        sync.Once

	mu          sync.Mutex
	transitions int64
	longest     int            // events of the longest history
	spans       [][2]time.Time // of the children
}

func newScale(t testing.TB) *scale {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	s := &scale{TB: t, crowded: make(chan struct{})}
	count := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		counter, _ := s.requests.LoadOrStore(middleware.GetOperationName(ctx), &atomic.Int64{})
		counter.(*atomic.Int64).Add(1)
		return next.HandleFinalize(ctx, in)
	}
	client := s3.New(disk.Client().Options(), s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("count", count), middleware.Before)
	}))
	s.store = object.New(client, "data", object.Options{})
	return s
}

// Save measures every execution that ended and keeps nothing.
func (s *scale) Save(r asl.Record) error {
	if r.Snapshot.Status == asl.Running {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.longest = max(s.longest, len(r.History))
	for _, event := range r.History {
		if strings.HasSuffix(event.Type, "StateEntered") {
			s.transitions++
		}
	}
	if r.Parent != "" && len(r.History) > 0 {
		s.spans = append(s.spans, [2]time.Time{r.History[0].Time, r.History[len(r.History)-1].Time})
	}
	return nil
}

func (s *scale) Load(arn string) (asl.Record, error) {
	return asl.Record{}, fmt.Errorf("%s is not kept", arn)
}

func (s *scale) Discard(string) error { return errors.ErrUnsupported }

func (s *scale) Summary(arn string) (asl.Summary, error) {
	return asl.Summary{}, fmt.Errorf("%s is not kept", arn)
}

func (s *scale) List() []asl.Summary { return nil }

// buildPlan plans for real, then pads every region to the same number of services.
func (s *scale) buildPlan(handler plan.Handler, services int) func(context.Context, plan.Input) (plan.Plan, error) {
	return func(ctx context.Context, in plan.Input) (plan.Plan, error) {
		planned, err := handler.Handle(ctx, in)
		if err != nil {
			return plan.Plan{}, err
		}
		body, _, err := s.store.Open(ctx, object.Version{Key: planned.Key})
		if err != nil {
			return plan.Plan{}, err
		}
		defer body.Close()
		list := json.NewDecoder(body)
		if _, err := list.Token(); err != nil {
			return plan.Plan{}, err
		}
		_, err = plan.WriteList(ctx, s.store, planned.Key, func(add func(plan.Entry) error) error {
			for list.More() {
				var snapshot plan.Entry
				if err := list.Decode(&snapshot); err != nil {
					return err
				}
				for i := range snapshot.Regions {
					for n := len(snapshot.Regions[i].Sources); n < services; n++ {
						snapshot.Regions[i].Sources = append(snapshot.Regions[i].Sources, plan.PlannedSource{SourceName: fmt.Sprintf("service%d", n), Function: "collect"})
					}
				}
				if err := add(snapshot); err != nil {
					return err
				}
			}
			return nil
		})
		return planned, err
	}
}

// collectStub answers with an outcome of usual size and stages nothing.
func (s *scale) collectStub(ctx context.Context, request collect.Input) (outcome.Outcome, error) {
	s.collected.Add(1)
	if request.Region != "eu-region-0" || !request.Home { // not the account function, which runs by itself
		if err := s.joinCrowd(ctx); err != nil {
			return outcome.Outcome{}, err
		}
		defer s.running.Add(-1)
	}
	messages := []outcome.Message{{Key: "service", Text: strings.Repeat("m", 200)}}
	return outcome.Outcome{
		Account: request.Account, Region: request.Region, SourceName: "stub", Status: outcome.Passed, Items: 100, Run: request.Run, Messages: messages,
	}, nil
}

// joinCrowd counts a collector in, and lets the first ones wait for each other.
func (s *scale) joinCrowd(ctx context.Context) error {
	now := s.running.Add(1)
	for {
		if highest := s.highest.Load(); now <= highest || s.highest.CompareAndSwap(highest, now) {
			break
		}
	}
	if now == s.crowd {
		s.once.Do(func() { close(s.crowded) })
	}
	if s.crowd == 0 {
		return nil
	}
	select {
	case <-s.crowded:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *scale) run(settings plan.Settings, regions, accounts, services int) *asl.Execution {
	s.Helper()
	settings.Organization, settings.RoleName, settings.HomeRegion, settings.Functions = true, "View360", "eu-region-0", map[string]string{}
	for _, word := range catalog.Names() {
		settings.Functions[word] = "collect"
	}
	functions := inprocess.Functions{}
	inprocess.Add(functions, "plan", s.buildPlan(plan.Handler{Settings: settings, Directory: large{accounts, regions}, Staging: s.store}, services))
	inprocess.Add(functions, "collect", s.collectStub)
	inprocess.Add(functions, "merge", merge.Handler{Staging: s.store, Data: s.store}.Handle)
	inprocess.Add(functions, "settle-collect", settle.CollectHandler{Staging: s.store}.Handle)
	machine, err := inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle-collect"})
	if err != nil {
		s.Fatal(err)
	}
	orchestrator := inprocess.NewOrchestrator(functions, s.store, nil)
	orchestrator.Engine().Store = s
	x, err := orchestrator.Run(s.Context(), machine, "scale", struct{}{})
	if err != nil {
		s.Fatal(err)
	}
	return x
}

// countRunning returns how many children ran at ten moments of the run.
func (s *scale) countRunning() []int {
	slices.SortFunc(s.spans, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	first, last := s.spans[0][0], s.spans[0][1]
	for _, span := range s.spans {
		if span[1].After(last) {
			last = span[1]
		}
	}
	running := make([]int, 10)
	for i := range running {
		moment := first.Add(last.Sub(first) * time.Duration(2*i+1) / time.Duration(2*len(running)))
		for _, span := range s.spans {
			if !moment.Before(span[0]) && moment.Before(span[1]) {
				running[i]++
			}
		}
	}
	return running
}

// The interpreter enforces the limits of Step Functions, 256 KiB and 25,000 events: a run that exceeded one would fail.
func TestCollectMachineStaysWithinServiceLimits(t *testing.T) {
	accounts, regions, services := *scaleAccounts, *scaleRegions, *scaleServices
	s := newScale(t)
	started := time.Now()
	x := s.run(plan.Settings{Concurrency: 16, RegionsAtOnce: 4, ServicesAtOnce: 6}, regions, accounts, services)
	if d := x.Describe(); d.Status != asl.Succeeded {
		t.Fatalf("collect ended with %s: %s", d.Error, d.Cause)
	}
	if want := int64(accounts * (regions*services + 1)); s.collected.Load() != want {
		t.Errorf("%d collector runs, want %d", s.collected.Load(), want)
	}
	if s.longest > 25_000/3 {
		t.Errorf("the longest history has %d events, too close to the limit of 25,000", s.longest)
	}
	published := 0
	if err := s.store.List(t.Context(), "data/", func(object.Version) error { published++; return nil }); err != nil {
		t.Fatal(err)
	}
	if published != accounts*regions {
		t.Errorf("%d snapshots were published, want %d", published, accounts*regions)
	}
	t.Attr("tried", fmt.Sprintf("a run of %d accounts × %d regions × %d sources within the limits of Step Functions", accounts, regions, services))
	s.logSummary(accounts, regions, services, time.Since(started))
}

func (s *scale) logSummary(accounts, regions, services int, took time.Duration) {
	const dollarsPerTransition = 0.025 / 1000 // https://aws.amazon.com/step-functions/pricing/, us-east-1
	s.Logf("%d accounts × %d regions × %d services in %s", accounts, regions, services, took.Round(time.Second))
	s.Logf("%d state transitions, %.2f US dollars a run; the longest history has %d events", s.transitions, float64(s.transitions)*dollarsPerTransition, s.longest)
	total := int64(0)
	s.requests.Range(func(operation, counter any) bool {
		n := counter.(*atomic.Int64).Load()
		total += n
		s.Logf("S3 %s: %d", operation, n)
		return true
	})
	s.Logf("S3 requests of plan, merge and settle: %d, %.1f for each snapshot; a collector adds one for its outcome and one for each section", total, float64(total)/float64(accounts*regions))
	s.Logf("children at ten moments of the run: %v", s.countRunning())
}

func TestConcurrencyIsConfiguredOverallAndForAnAccount(t *testing.T) {
	const accountsAtOnce, regionsAtOnce, servicesAtOnce = 2, 2, 3
	s := newScale(t)
	s.crowd = accountsAtOnce * regionsAtOnce * servicesAtOnce
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // reached only if fewer run side by side
	defer cancel()
	s.TB = limited{t, ctx}
	x := s.run(plan.Settings{Concurrency: accountsAtOnce, RegionsAtOnce: regionsAtOnce, ServicesAtOnce: servicesAtOnce}, 5, 4, 7)
	if d := x.Describe(); d.Status != asl.Succeeded {
		t.Fatalf("collect ended with %s: %s", d.Error, d.Cause)
	}
	if got := s.highest.Load(); got != s.crowd {
		t.Errorf("%d collectors ran side by side, want %d", got, s.crowd)
	}
}

// limited is a test with a deadline of its own.
type limited struct {
	testing.TB
	ctx context.Context
}

func (l limited) Context() context.Context { return l.ctx }
