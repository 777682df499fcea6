package rispsavings

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
)

const regionsAtOnce = 8

// list is one kind of reservation.
type list struct {
	kind string // in messages
	read func(ctx context.Context, region string) ([]commitment, error)
}

// reservationLists returns the kinds of reservation that a region may have.
func (r *run) reservationLists() []list {
	return []list{
		{"reserved instances", r.listInstances}, {"reserved databases", r.listDatabases}, {"reserved cache nodes", r.listCacheNodes},
		{"reserved search instances", r.listSearchInstances}, {"reserved warehouse nodes", r.listWarehouseNodes},
	}
}

// region has the reservations of one region and the errors of listing them, by list.
type region struct {
	name  string
	found [][]commitment
	errs  []error
}

// listReservations returns the reservations of the covered regions, sorted by region.
func (r *run) listReservations(ctx context.Context) ([]commitment, error) {
	names := slices.Sorted(slices.Values(r.scope.Covered))
	if len(names) == 0 {
		names = []string{r.scope.Region}
	}
	var all []commitment
	err := collect.FetchInOrder(ctx, regionsAtOnce, collect.ToSequence(names), r.readRegion, func(here region) error {
		for i, list := range r.reservationLists() {
			r.recordRegionList(list.kind, here.name, here.errs[i])
			all = append(all, here.found[i]...)
		}
		return nil
	})
	return all, err
}

// recordRegionList is recordList for a region, which a service control policy may exclude.
func (r *run) recordRegionList(kind, region string, err error) {
	if fault.StatusOf(err) != outcome.Excluded {
		r.recordList(kind+" in "+region, err)
		return
	}
	r.excluded = append(r.excluded, region)
	r.denials = append(r.denials, fmt.Errorf("listing %s in %s: %w", kind, region, err))
}

func (r *run) readRegion(ctx context.Context, name string) (region, error) {
	lists := r.reservationLists()
	here := region{name: name, found: make([][]commitment, len(lists)), errs: make([]error, len(lists))}
	var group sync.WaitGroup
	for i, list := range lists {
		group.Go(func() { here.found[i], here.errs[i] = list.read(ctx, name) })
	}
	group.Wait()
	return here, ctx.Err()
}
