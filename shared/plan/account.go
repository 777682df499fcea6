package plan

import (
	"context"
	"fmt"
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
	// membership is empty without an organization.
	membership collect.Membership
	// problem says why the regions are not known to be all, "" if they are.
	problem string
}

// accountLookups is the number of accounts to look up in parallel.
const accountLookups = 8

// listAccounts returns the requested accounts, with their regions and tenancy, and all accounts of the
// organization, nil without one.
func (h Handler) listAccounts(ctx context.Context, request Request, known roster) (accounts []account, members map[string]Member, err error) {
	if h.Settings.Organization {
		if members, err = h.Directory.ListAccounts(ctx); err != nil {
			return nil, nil, err
		}
	}
	ids, err := h.listCovered(ctx, members)
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
			if accounts[i], err = h.readAccount(ctx, id, known[id].Regions); err != nil {
				return err
			}
			accounts[i].membership = members[id].Membership
			accounts[i].tenancy, err = h.readTenancy(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return accounts, members, checkRegions(request.Regions, accounts)
}

// listCovered returns the accounts that the settings cover, sorted. Of an organization, it returns only active accounts.
func (h Handler) listCovered(ctx context.Context, members map[string]Member) ([]string, error) {
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
		ids = slices.DeleteFunc(slices.Sorted(maps.Keys(members)), func(id string) bool {
			outside := len(s.Units) > 0 && !within[id] || len(s.Accounts) > 0 && !slices.Contains(s.Accounts, id)
			return outside || members[id].State != "ACTIVE"
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

// readAccount returns an account with its enabled regions that the deployment covers. An answer that may come later is an
// error, and the plan is made again. If the regions cannot be read, because the role cannot be assumed, they are those of
// the settings, or those that the last run knew: the account's collectors then fail with the reason, a redrive collects
// them, and other accounts are not affected. An account of which nothing is known has its home region and a problem.
func (h Handler) readAccount(ctx context.Context, id string, known []string) (account, error) {
	enabled, err := h.Directory.ListRegions(ctx, id, h.Settings.buildRole(id))
	switch {
	case err == nil && len(h.Settings.Regions) == 0:
		return account{id: id, regions: enabled}, nil
	case err == nil:
		return account{id: id, regions: slices.DeleteFunc(slices.Clone(h.Settings.Regions), func(region string) bool { return !slices.Contains(enabled, region) })}, nil
	case fault.StatusOf(err).Info().Retryable:
		return account{}, fmt.Errorf("listing the regions of account %s: %w", id, err)
	}
	slog.WarnContext(ctx, "planned without knowing the enabled regions", "account", id, "error", err)
	switch {
	case len(h.Settings.Regions) > 0:
		return account{id: id, regions: h.Settings.Regions}, nil
	case len(known) > 0:
		return account{id: id, regions: known}, nil
	}
	return account{id: id, regions: []string{h.Settings.HomeRegion}, problem: fmt.Sprintf(
		"%s: its regions are not known, and only %s was collected: allow account:ListRegions and collect it again: %v", id, h.Settings.HomeRegion, err)}, nil
}
