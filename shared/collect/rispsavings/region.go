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

// region is what one region holds, and what kept us from knowing.
type region struct {
	name                       string
	instances, databases       []commitment
	instancesErr, databasesErr error
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
	err = collect.InOrder(ctx, regionsAtOnce, sequence(names), r.inRegion, func(found region) error {
		r.note("reserved instances in "+found.name, found.instancesErr)
		r.note("reserved databases in "+found.name, found.databasesErr)
		all = append(append(all, found.instances...), found.databases...)
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

func sequence[T any](items []T) func(yield func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (r *run) inRegion(ctx context.Context, name string) (region, error) {
	found := region{name: name}
	var group sync.WaitGroup
	group.Go(func() { found.instances, found.instancesErr = r.instances(ctx, name) })
	group.Go(func() { found.databases, found.databasesErr = r.databases(ctx, name) })
	group.Wait()
	return found, ctx.Err()
}
