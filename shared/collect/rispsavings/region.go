package rispsavings

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"view360/shared/collect"
)

const regionsAtOnce = 8

// list is one kind of reservation.
type list struct {
	kind string // in messages
	read func(ctx context.Context, region string) ([]commitment, error)
}

// lists are the kinds of reservation that a region may hold.
func (r *run) lists() []list {
	return []list{
		{"reserved instances", r.instances}, {"reserved databases", r.databases}, {"reserved cache nodes", r.cacheNodes},
		{"reserved search instances", r.searchInstances}, {"reserved warehouse nodes", r.warehouseNodes},
	}
}

// region is what one region holds, and what kept us from knowing, by list.
type region struct {
	name  string
	found [][]commitment
	errs  []error
}

// reservations lists those of all regions, sorted by region. Where the regions are not told, it is the home region's.
func (r *run) reservations(ctx context.Context) ([]commitment, error) {
	names, err := r.regions(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.failed = append(r.failed, fmt.Errorf("listing regions: %w", err))
		names = []string{r.scope.Region}
	}
	var all []commitment
	err = collect.InOrder(ctx, regionsAtOnce, collect.Sequence(names), r.inRegion, func(here region) error {
		for i, list := range r.lists() {
			r.note(list.kind+" in "+here.name, here.errs[i])
			all = append(all, here.found[i]...)
		}
		return nil
	})
	return all, err
}

// regions are the enabled ones.
func (r *run) regions(ctx context.Context) ([]string, error) {
	out, err := r.api.EC2.DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, region := range out.Regions {
		names = append(names, aws.ToString(region.RegionName))
	}
	slices.Sort(names)
	return names, nil
}

func (r *run) inRegion(ctx context.Context, name string) (region, error) {
	lists := r.lists()
	here := region{name: name, found: make([][]commitment, len(lists)), errs: make([]error, len(lists))}
	var group sync.WaitGroup
	for i, list := range lists {
		group.Go(func() { here.found[i], here.errs[i] = list.read(ctx, name) })
	}
	group.Wait()
	return here, ctx.Err()
}
