// Package plan turns a request into the list of snapshots to take: which accounts, dates and regions, and for each
// region which services with which functions. The list goes to staging/, only its key to the state machine, so that its
// size does not matter.
package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Settings are what a deployment covers.
type Settings struct {
	// Accounts are the accounts to collect; empty means those of the organisation when Organization is set, else the
	// caller's own.
	Accounts     []string `json:"accounts,omitempty"`
	Organization bool     `json:"organization,omitempty"`
	// Partition is the AWS partition of role ARNs; default aws.
	Partition string `json:"partition,omitempty"`
	// RoleName is the role to assume in each account, with ExternalID; "" means the caller's own credentials.
	RoleName   string `json:"role_name,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	// Regions are the regions to cover; empty means all that are enabled.
	Regions []string `json:"regions,omitempty"`
	// HomeRegion carries the account-wide sections; where it is not covered the first region does.
	HomeRegion string `json:"home_region"`
	// Functions maps a word to the collector function to invoke.
	Functions map[string]string `json:"functions"`
	// Concurrency is the number of snapshots that are taken at the same time.
	Concurrency int `json:"concurrency"`
	// Tenancy labels accounts; the entry "" is for all that have none.
	Tenancy map[string]collect.Tenancy `json:"tenancy,omitempty"`
	Options collect.Options            `json:"options,omitzero"`
}

// Input is the input of the plan function.
type Input struct {
	Request json.RawMessage `json:"request"` // the execution's input, see [Request]
	Run     string          `json:"run"`     // the execution's name
	Started time.Time       `json:"started"` // the one clock of the run (D26)
}

// Plan is where the list of snapshots is. It is the input of the Snapshots map.
type Plan struct {
	Run         string `json:"run"`
	Bucket      string `json:"bucket"`
	Key         string `json:"key"`
	Snapshots   int    `json:"snapshots"`
	Concurrency int    `json:"concurrency"`
}

// Snapshot is one element of the list: one account and date, a child execution.
type Snapshot struct {
	Request collect.Request `json:"request"` // without region
	// HomeRegion is where the account function runs.
	HomeRegion string   `json:"home_region"`
	Account    string   `json:"account_function"`
	Regions    []Region `json:"regions"`
}

// Region is one region of a snapshot and the services to collect in it.
type Region struct {
	Region   string    `json:"region"`
	Home     bool      `json:"home"`
	Services []Service `json:"services"`
}

// Service is one collector function to invoke.
type Service struct {
	Service  string `json:"service"`
	Function string `json:"function"`
}

// Handler is the plan function.
type Handler struct {
	Settings  Settings
	Directory Directory
	Staging   *object.Store
}

// Directory knows the accounts and their regions.
type Directory interface {
	// Accounts are the active accounts that the caller's organisation has.
	Accounts(ctx context.Context) ([]string, error)
	// Caller is the account of the caller's own credentials.
	Caller(ctx context.Context) (string, error)
	// Regions are the regions that are enabled in an account.
	Regions(ctx context.Context, account string, role *collect.Role) ([]string, error)
}

// Key is where the first plan of a run is kept.
func Key(run string) string { return snapshot.RunPrefix(run) + "plan.json" }

// regionLookups bounds the accounts that are asked for their regions at the same time.
const regionLookups = 8

// Handle writes the plan of one execution. Input that makes no sense is a fault.Invalid error that says what is allowed.
func (h Handler) Handle(ctx context.Context, in Input) (Plan, error) {
	plan, err := h.plan(ctx, in)
	return plan, fault.Classify(err)
}

func (h Handler) plan(ctx context.Context, in Input) (Plan, error) {
	request, err := decode(in.Request)
	if err != nil {
		return Plan{}, err
	}
	template, err := h.template(request, in)
	if err != nil {
		return Plan{}, err
	}
	dates, err := request.dates(in.Started)
	if err != nil {
		return Plan{}, err
	}
	accounts, err := h.accounts(ctx, request.Accounts)
	if err != nil {
		return Plan{}, err
	}
	covered := h.regions(ctx, accounts)
	if err := coveredSomewhere(request.Regions, covered); err != nil {
		return Plan{}, err
	}
	plan := Plan{Run: in.Run, Bucket: h.Staging.Bucket(), Key: Key(in.Run), Concurrency: h.Settings.Concurrency}
	plan.Snapshots, err = WriteList(ctx, h.Staging, plan.Key, func(add func(Snapshot) error) error {
		for i, account := range accounts {
			for _, date := range dates {
				if err := add(h.snapshot(template, request, account, covered[i], date, in.Started)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	slog.InfoContext(ctx, "planned", "execution", in.Run, "accounts", len(accounts), "dates", len(dates), "snapshots", plan.Snapshots)
	return plan, err
}

// template is what all snapshots of the run have in common.
func (h Handler) template(request Request, in Input) (collect.Request, error) {
	interval, err := request.interval()
	if err != nil {
		return collect.Request{}, err
	}
	all, err := request.allResources()
	if err != nil {
		return collect.Request{}, err
	}
	return collect.Request{Run: in.Run, Interval: interval, AllResources: all, Now: in.Started.UTC(), Options: h.Settings.Options}, nil
}

func (h Handler) accounts(ctx context.Context, narrow []string) ([]string, error) {
	covered, err := h.coveredAccounts(ctx)
	if err != nil || len(narrow) == 0 {
		return covered, err
	}
	for _, account := range narrow {
		if !slices.Contains(covered, account) {
			return nil, fault.New(fault.Invalid, "account %s is not one of the %d accounts that this deployment covers", account, len(covered))
		}
	}
	return narrow, nil
}

func (h Handler) coveredAccounts(ctx context.Context) ([]string, error) {
	if len(h.Settings.Accounts) > 0 {
		return h.Settings.Accounts, nil
	}
	if h.Settings.Organization {
		return h.Directory.Accounts(ctx)
	}
	caller, err := h.Directory.Caller(ctx)
	return []string{caller}, err
}

func (h Handler) role(account string) *collect.Role {
	if h.Settings.RoleName == "" {
		return nil
	}
	arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", cmp.Or(h.Settings.Partition, "aws"), account, h.Settings.RoleName)
	return &collect.Role{ARN: arn, ExternalID: h.Settings.ExternalID}
}

// regions are the covered regions of each account, in the accounts' order.
func (h Handler) regions(ctx context.Context, accounts []string) [][]string {
	covered := make([][]string, len(accounts))
	var group errgroup.Group
	group.SetLimit(regionLookups)
	for i, account := range accounts {
		group.Go(func() error {
			covered[i] = h.regionsOf(ctx, account)
			return nil
		})
	}
	_ = group.Wait() // regionsOf has an answer for every account
	return covered
}

// coveredSomewhere rejects a region that no account of the run covers: a typo, or a region that is not enabled.
func coveredSomewhere(narrow []string, covered [][]string) error {
	for _, region := range narrow {
		if !slices.ContainsFunc(covered, func(regions []string) bool { return slices.Contains(regions, region) }) {
			return fault.New(fault.Invalid, "region %s is not enabled, or not covered, in any account of this run", region)
		}
	}
	return nil
}

// regionsOf are the enabled regions of one account that the deployment covers. An account that cannot be asked, because
// its role cannot be assumed, is planned all the same: its collectors then fail one by one with the reason, and no other
// account is affected.
func (h Handler) regionsOf(ctx context.Context, account string) []string {
	enabled, err := h.Directory.Regions(ctx, account, h.role(account))
	if err != nil {
		slog.WarnContext(ctx, "planned without knowing the enabled regions", "account", account, "error", err)
		if len(h.Settings.Regions) > 0 {
			return h.Settings.Regions
		}
		return []string{h.Settings.HomeRegion}
	}
	if len(h.Settings.Regions) == 0 {
		return enabled
	}
	return slices.DeleteFunc(slices.Clone(h.Settings.Regions), func(region string) bool { return !slices.Contains(enabled, region) })
}

func (h Handler) snapshot(template collect.Request, request Request, account string, covered []string, date, started time.Time) Snapshot {
	r := template
	r.Account, r.Role = account, h.role(account)
	r.Window = snapshot.WindowOf(r.Interval, date)
	r.Date = r.Window.NameDate(r.Interval).Format(time.DateOnly)
	r.History = !r.Window.End.After(started.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1))
	r.Tenancy = h.Settings.tenancy(account)
	home := h.Settings.home(covered)
	planned := Snapshot{Request: r, HomeRegion: home, Account: h.Settings.Functions["account"], Regions: []Region{}}
	for _, region := range covered {
		if len(request.Regions) > 0 && !slices.Contains(request.Regions, region) {
			continue
		}
		planned.Regions = append(planned.Regions, Region{
			Region: region, Home: region == home,
			Services: h.services(request.Services, region, region == home, r.History),
		})
	}
	return planned
}

// services are the sources to collect in one region: those that exist there, the account-wide ones at home only, and
// for a past date only those that can answer for it (D12, D25).
func (h Handler) services(narrow []string, region string, home, history bool) []Service {
	services := []Service{}
	for _, source := range catalog.Sources {
		function, deployed := h.Settings.Functions[source.Word]
		switch {
		case !deployed, source.Scope == catalog.Account:
		case len(narrow) > 0 && !slices.Contains(narrow, source.Word):
		case source.Scope == catalog.Home && !home:
		case history && !source.Dated:
		case !source.OfferedIn(region):
		default:
			services = append(services, Service{Service: source.Word, Function: function})
		}
	}
	return services
}

func (s Settings) home(covered []string) string {
	if len(covered) == 0 || slices.Contains(covered, s.HomeRegion) {
		return s.HomeRegion
	}
	return covered[0]
}

func (s Settings) tenancy(account string) collect.Tenancy {
	if own, labelled := s.Tenancy[account]; labelled {
		return own
	}
	return s.Tenancy[""]
}

// WriteList streams a list of snapshots to key and returns how many there are.
func WriteList(ctx context.Context, store *object.Store, key string, fill func(add func(Snapshot) error) error) (int, error) {
	reader, writer := io.Pipe()
	defer reader.Close() // ends the writer when the upload fails
	counted := make(chan int, 1)
	go func() {
		list := listWriter{out: writer}
		err := fill(list.add)
		if err == nil {
			err = list.end()
		}
		counted <- list.count
		writer.CloseWithError(err)
	}()
	if _, err := store.Put(ctx, key, reader); err != nil {
		return 0, err
	}
	return <-counted, nil
}

// listWriter writes a JSON array element by element.
type listWriter struct {
	out   io.Writer
	count int
}

func (l *listWriter) add(s Snapshot) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the plan of account %s: %w", s.Request.Account, err)
	}
	separator := ","
	if l.count == 0 {
		separator = "["
	}
	l.count++
	_, err = l.out.Write(append([]byte(separator), body...))
	return err
}

func (l *listWriter) end() error {
	end := "]"
	if l.count == 0 {
		end = "[]"
	}
	_, err := io.WriteString(l.out, end)
	return err
}
