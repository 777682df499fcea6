package plan

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
)

// account is one account to collect.
type account struct {
	id      string
	regions []string // covered by the deployment
	tenancy collect.Tenancy
}

// accountLookups is the number of accounts to look up in parallel.
const accountLookups = 8

// listAccounts returns the requested accounts, with their regions and tenancy, and the states of all accounts of the
// organization, nil without one.
func (h Handler) listAccounts(ctx context.Context, request Request) (accounts []account, states map[string]string, err error) {
	if h.Settings.Organization {
		if states, err = h.Directory.ListAccounts(ctx); err != nil {
			return nil, nil, err
		}
	}
	ids, err := h.listCovered(ctx, states)
	if err != nil {
		return nil, nil, err
	}
	if ids, err = filterAccounts(ids, request.Accounts); err != nil {
		return nil, nil, err
	}
	accounts = make([]account, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(accountLookups)
	for i, id := range ids {
		group.Go(func() (err error) {
			accounts[i] = account{id: id, regions: h.listRegions(ctx, id)}
			accounts[i].tenancy, err = h.readTenancy(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return accounts, states, checkRegions(request.Regions, accounts)
}

// listCovered returns the accounts that the settings cover, sorted. Of an organization, it returns only active accounts.
func (h Handler) listCovered(ctx context.Context, states map[string]string) ([]string, error) {
	s := h.Settings
	if !s.Organization && len(s.Accounts) == 0 {
		caller, err := h.Directory.FindCaller(ctx)
		return []string{caller}, err
	}
	ids := slices.Clone(s.Accounts)
	if s.Organization {
		within, err := h.listAccountsInUnits(ctx, s.Units)
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(slices.Sorted(maps.Keys(states)), func(id string) bool {
			outside := len(s.Units) > 0 && !within[id] || len(s.Accounts) > 0 && !slices.Contains(s.Accounts, id)
			return outside || states[id] != "ACTIVE"
		})
	}
	without, err := h.listAccountsInUnits(ctx, s.ExcludedUnits)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(ids, func(id string) bool { return without[id] || slices.Contains(s.ExcludedAccounts, id) }), nil
}

// listAccountsInUnits returns the set of accounts in any of the units.
func (h Handler) listAccountsInUnits(ctx context.Context, units []string) (map[string]bool, error) {
	within := map[string]bool{}
	for _, unit := range units {
		ids, err := h.Directory.ListAccountsIn(ctx, unit)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			within[id] = true
		}
	}
	return within, nil
}

// filterAccounts returns the requested accounts, or all covered ones for no names. It rejects an account that is not
// covered.
func filterAccounts(covered, names []string) ([]string, error) {
	if len(names) == 0 {
		return covered, nil
	}
	for _, name := range names {
		if !slices.Contains(covered, name) {
			return nil, fault.New(outcome.Invalid, "account %s is not one of the %d accounts that this deployment covers", name, len(covered))
		}
	}
	return names, nil
}

// checkRegions rejects a region that no account of the run covers, such as a typo or a region that is not enabled.
func checkRegions(names []string, accounts []account) error {
	for _, region := range names {
		if !slices.ContainsFunc(accounts, func(a account) bool { return slices.Contains(a.regions, region) }) {
			return fault.New(outcome.Invalid, "region %s is not enabled, or not covered, in any account of this run", region)
		}
	}
	return nil
}

// listRegions returns the enabled regions of one account that the deployment covers. If it cannot read them, because the
// role cannot be assumed, it returns the regions of the settings, or the home region: the account's collectors then fail
// with the reason, a redrive collects them, and other accounts are not affected.
func (h Handler) listRegions(ctx context.Context, id string) []string {
	enabled, err := h.Directory.ListRegions(ctx, id, h.Settings.buildRole(id))
	if err != nil {
		slog.WarnContext(ctx, "planned without knowing the enabled regions", "account", id, "error", err)
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
