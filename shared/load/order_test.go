package load_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/fault"
	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/loadtest"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

var seeds = flag.Uint64("seeds", 2, "how many random sets of snapshots are loaded in random orders")

// TestFinalStateIgnoresTheOrderOfSnapshots loads random sets of snapshots in random orders, some twice and some after an
// interrupted load, and compares the tables afterwards.
func TestFinalStateIgnoresTheOrderOfSnapshots(t *testing.T) {
	t.Parallel()
	for seed := range *seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			files := randomFiles(random, 12)
			var want []string
			for order := range 3 {
				b := newBench(t)
				for _, i := range random.Perm(len(files)) {
					if order > 0 && random.IntN(4) == 0 {
						b.loadInterrupted(random, files[i])
					}
					b.Load(files[i])
					if again := random.IntN(i + 1); order > 0 && random.IntN(4) == 0 {
						b.Load(files[again])
						b.Load(files[i])
					}
				}
				got := b.dumpTables()
				if order == 0 {
					want = got
					continue
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("order %d ends otherwise:\n%s", order, diff)
				}
			}
		})
	}
}

// randomFiles returns snapshots of two accounts and two regions over three dates, with and without meta, complete and
// incomplete. Resources appear, change, and disappear; findings move between regions.
func randomFiles(random *rand.Rand, count int) []loadtest.Snapshot {
	byKey := map[string]loadtest.Snapshot{}
	for n := 0; len(byKey) < count; n++ {
		f := loadtest.Snapshot{
			Account: pickOne(random, "111122223333", "444455556666"), Region: pickOne(random, "eu-west-1", "us-east-1"),
			Date: pickOne(random, "2026-03-01", "2026-03-02", "2026-03-08"), Interval: pickOne(random, "DAILY", "DAILY", "WEEKLY"),
		}
		if random.IntN(3) > 0 {
			f.Collected, f.Incomplete = fmt.Sprintf("%sT01:02:%02dZ", f.Date, n%60), random.IntN(3) == 0
		}
		f.Sections = randomSections(random, f)
		byKey[f.Key()] = f
	}
	var files []loadtest.Snapshot
	for _, f := range byKey {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b loadtest.Snapshot) int { return strings.Compare(a.Key(), b.Key()) })
	return files
}

func randomSections(random *rand.Rand, f loadtest.Snapshot) map[string]string {
	value := func() string { return pickOne(random, "one", "two", "three") }
	some := func(format string, ids ...string) string { // rows of some of the ids, with a random value
		var rows []string
		for _, id := range ids {
			for random.IntN(3) > 0 {
				rows = append(rows, fmt.Sprintf(format, id, value()))
				if random.IntN(5) > 0 {
					break
				}
			}
		}
		return "[" + strings.Join(rows, ",") + "]"
	}
	number := func() int { return random.IntN(3) }
	finding := `{"finding_id":%q,"service":"AwsEc2Instance","title":%q,"severity":"LOW","status":"NEW","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-02-0` + fmt.Sprint(1+number()) + `T00:00:00Z"}`
	here := f.AccountID() + "-" + f.RegionName()
	return map[string]string{
		"account": fmt.Sprintf(`{"account_id":%q,"region":%q,"account_name":%q,"product":%q,"alternate_contacts":{"billing":%s},"contact_info":{"city":%q}}`,
			f.AccountID(), f.RegionName(), value(), value(), pickOne(random, "null", `{"name":"b"}`), value()),
		"service":     some(`{"service":%q,"utilization_unit":%q,"date_from":"2026-03-01","date_to":"2026-03-02","cost":1}`, "EC2", "S3"),
		"marketplace": some(`{"product_code":%q,"status":%q,"period_start":"2026-03-01","period_end":"2026-03-02"}`, "one", "two"),
		"cost": fmt.Sprintf(`{"current_period_cost":%d,"previous_period_cost":0,"cost_difference":0,"cost_difference_percentage":0,"period":{"start":"2026-03-01","end":"2026-03-02","granularity":"DAILY"},"top_services":%s,"forecast":[]}`,
			number(), some(`{"service":%q,"cost":1,"x":%q}`, "EC2", "S3", "RDS")),
		"config": `{"date_from":"2026-03-01","date_to":"2026-03-02","non_compliant_resources":` + some(`{"rule_name":"r","resource_id":%q,"annotation":%q}`, "a", "b", "c") + `}`,
		"security": fmt.Sprintf(`{"security_hub":[{"service":"Inspector","total_findings":%d,"findings":%s}],"kms":%s,"guard_duty":%s}`, number(),
			some(finding, f.AccountID()+"-1", f.AccountID()+"-2"), some(`{"key_id":%q,"description":%q}`, "a", "b", "c"),
			some(`{"id":%q,"title":%q,"updated_at":"2026-02-0`+fmt.Sprint(1+number())+`T00:00:00Z"}`, "x", "y")),
		"inventory": pickOne(random, `{"instances":[],"applications":[],"patches":[]}`, fmt.Sprintf(`{"instances":[{"instance_id":%q,"platform":%q}],"applications":%s,"patches":%s}`, here, value(),
			some(`{"instance_id":"`+here+`","name":%q,"publisher":%q}`, "bash", "vim"), some(`{"instance_id":"`+here+`","title":%q,"state":%q}`, "p", "q"))),
		"health":            some(`{"arn":%q,"status_code":%q}`, "public", "other"),
		"service_resources": some(`{"service_name":"EC2","resource_type":"Instance","resource_id":%q,"state":%q}`, "i-1", "i-2", "i-3"),
		"support_tickets": some(`{"case_id":%q,"subject":%q,"display_id":"1","status":"open","severity_code":"low","category_code":"x","time_created":"2026-03-10T01:02:03Z","date_from":"2026-03-10","date_to":"2026-03-11"}`,
			f.AccountID()),
	}
}

func pickOne(random *rand.Rand, values ...string) string { return values[random.IntN(len(values))] }

// loadInterrupted starts to load a snapshot and stops at a random step.
func (b *bench) loadInterrupted(random *rand.Rand, f loadtest.Snapshot) {
	b.Helper()
	indexed := b.Index(f.Key(), f.JSON())
	for _, handler := range b.Handlers() {
		ctx, cancel := context.WithCancel(b.Context())
		handler.Pool = b.Pool
		if random.IntN(3) == 0 { // between the last row and the commit
			last := len(handler.Tables) - 1
			own := handler.LoadAccountRow
			handler.LoadAccountRow = func(ctx context.Context, s *load.Session) (int32, error) {
				if last < 0 {
					defer cancel()
					return own(ctx, s)
				}
				cancel()
				return 0, ctx.Err()
			}
		}
		_, err := handler.Handle(ctx, load.Input{Index: indexed.Index, Group: handler.Name})
		cancel()
		if err != nil {
			return
		}
	}
}

// dumpTables returns the rows of the tables without surrogate ids and times of loading.
func (b *bench) dumpTables() []string {
	b.Helper()
	var lines []string
	for _, statement := range []string{
		"select 'accounts', account_id, region, account_name from accounts",
		"select 'contact', a.account_id, a.Region, c.city from contact_info c join accounts a on a.id = c.account_id",
		"select 'alternate', a.account_id, a.Region, c.contact_type, c.full_name from alternate_contacts c join accounts a on a.id = c.account_id",
		"select 'product', a.account_id, a.Region, p.name from product_accounts l join products p on p.id = l.product_id join accounts a on a.id = l.account_id",
		"select 'service', a.account_id, a.Region, service, period_granularity::text, utilization_unit from services s join accounts a on a.id = s.account_id",
		"select 'product', a.account_id, a.Region, product_code, status from marketplace_usage m join accounts a on a.id = m.account_id",
		"select 'cost', a.account_id, a.Region, current_period_cost::text from cost_reports c join accounts a on a.id = c.account_id",
		"select 'top', a.account_id, a.Region, service_name from service_costs s join cost_reports c on c.id = s.cost_report_id join accounts a on a.id = c.account_id",
		"select 'config', a.account_id, a.Region, period_granularity::text, resource_id, annotation from non_compliant_resources n join config_reports c on c.id = n.config_report_id join accounts a on a.id = c.account_id",
		"select 'hub', a.account_id, a.Region, total_findings from security s join accounts a on a.id = s.account_id",
		"select 'finding', a.account_id, a.Region, finding_id, title, f.updated_at::text from findings f join security s on s.id = f.security_id join accounts a on a.id = s.account_id",
		"select 'kms', a.account_id, a.Region, key_id, description from kms_keys k join accounts a on a.id = k.account_id",
		"select 'guardduty', a.account_id, a.Region, detector_id, title, g.updated_at::text from guard_duty_findings g join accounts a on a.id = g.account_id",
		"select 'instance', a.account_id, a.Region, instance_id, platform from inventory_instances i join accounts a on a.id = i.account_id",
		"select 'application', i.instance_id, x.name, x.publisher from inventory_applications x join inventory_instances i on i.id = x.instance_id",
		"select 'patch', i.instance_id, x.title, x.state from inventory_patches x join inventory_instances i on i.id = x.instance_id",
		"select 'health', a.account_id, a.Region, arn, status_code from health_events h join accounts a on a.id = h.account_id",
		"select 'resource', a.account_id, a.Region, resource_id, state from service_resources r join accounts a on a.id = r.account_id",
		"select 'ticket', a.account_id, a.Region, case_id, subject from support_tickets t join accounts a on a.id = t.account_id",
	} {
		lines = append(lines, b.Query(statement)...)
	}
	slices.Sort(lines)
	return lines
}

// TestManyFilesLoadAtOnce loads snapshots of many accounts, each twice, over all connections.
func TestManyFilesLoadAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var together sync.WaitGroup
	const accounts = 64
	var files []loadtest.Snapshot
	for n := range accounts {
		f := loadtest.Snapshot{Account: fmt.Sprintf("%012d", n), Date: "2026-03-11", Sections: buildKMS("a", "b")}
		f.Sections["account"] = fmt.Sprintf(`{"account_id":%q,"region":"eu-west-1","product":"Shared, Another"}`, f.Account)
		f.Sections["security"] = strings.Replace(f.Sections["security"], "{", `{"security_hub":[{"service":"Inspector","findings":[`+buildFinding("shared")+`]}],`, 1)
		if _, err := b.Store.Put(t.Context(), f.Key(), strings.NewReader(f.JSON())); err != nil {
			t.Fatal(err)
		}
		files = append(files, f, f)
	}
	for _, f := range files {
		together.Go(func() { b.loadAtOnce(f) })
	}
	together.Wait()
	b.Want("select count(*) from accounts", fmt.Sprint(accounts))
	b.Want("select count(*) from kms_keys", fmt.Sprint(2*accounts))
	b.Want("select p.name, count(*) from products p join product_accounts l on l.product_id = p.id group by 1 order by 1", fmt.Sprint("Another|", accounts), fmt.Sprint("Shared|", accounts))
	b.Want("select count(*) from view360.loads where state <> 'loaded'", "0")
}

// loadAtOnce indexes and loads a stored snapshot.
func (b *bench) loadAtOnce(f loadtest.Snapshot) {
	indexed, err := index.Handler{Bucket: b.Bucket}.Handle(b.Context(), index.Input{Bucket: "data", Key: f.Key()})
	if err != nil {
		b.Error(err)
		return
	}
	b.loadGroupsAtOnce(indexed.Index)
}

// loadGroupsAtOnce loads a snapshot with the retries of the load machine.
func (b *bench) loadGroupsAtOnce(indexed snapshot.Index) {
	for _, handler := range b.Handlers() {
		_, err := handler.Handle(b.Context(), load.Input{Index: indexed, Group: handler.Name})
		for attempt := 0; fault.IsRetryable(err) && attempt < 5; attempt++ {
			_, err = handler.Handle(b.Context(), load.Input{Index: indexed, Group: handler.Name})
		}
		if err != nil {
			b.Errorf("loading group %s: %v", handler.Name, err)
		}
	}
}

// TestBrokenConnectionIsRetriedWhole breaks the connection in the middle of each group, then loads it again.
func TestBrokenConnectionIsRetriedWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: randomSections(rand.New(rand.NewPCG(1, 1)), loadtest.Snapshot{})}
	indexed := b.Index(f.Key(), f.JSON())
	for _, handler := range b.Handlers() {
		broken := handler
		broken.LoadAccountRow = func(ctx context.Context, s *load.Session) (int32, error) {
			var own int
			if err := s.Tx.QueryRow(ctx, "select pg_backend_pid()").Scan(&own); err != nil {
				return 0, err
			}
			if _, err := b.Pool.Exec(ctx, "select pg_terminate_backend($1)", own); err != nil {
				return 0, err
			}
			if handler.LoadAccountRow != nil {
				return handler.LoadAccountRow(ctx, s)
			}
			return load.FindAccountRow(ctx, s.Tx, s.Index)
		}
		if _, err := broken.Handle(t.Context(), load.Input{Index: indexed.Index, Group: handler.Name}); !fault.IsRetryable(err) {
			t.Errorf("group %s over a broken connection: %v, want an error that is tried again", handler.Name, err)
		}
		if _, err := handler.Handle(t.Context(), load.Input{Index: indexed.Index, Group: handler.Name}); err != nil {
			t.Errorf("group %s again: %v", handler.Name, err)
		}
	}
	clean := newBench(t)
	clean.Load(f)
	if diff := cmp.Diff(clean.dumpTables(), b.dumpTables()); diff != "" {
		t.Error(diff)
	}
	b.Want("select distinct state from view360.loads", "loaded")
}

// TestReplacedObjectIsNotLoaded checks that a loader reads the indexed version or nothing.
func TestReplacedObjectIsNotLoaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	f := loadtest.Snapshot{Date: "2026-03-11", Sections: buildKMS("a")}
	indexed := b.Index(f.Key(), f.JSON())
	b.Load(loadtest.Snapshot{Date: "2026-03-10"})
	f.Sections = buildKMS("b", "c")
	b.Index(f.Key(), f.JSON())
	_, err := b.Handlers()[2].Handle(t.Context(), load.Input{Index: indexed.Index, Group: "security"})
	if fault.StatusOf(err) != outcome.Invalid || !strings.Contains(err.Error(), "was replaced") {
		t.Errorf("got %v, want that the object was replaced", err)
	}
	b.Want("select count(*) from kms_keys", "0")
}
