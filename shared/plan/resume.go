package plan

import (
	"context"
	"path"
	"slices"
	"strings"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// eachMissing visits what is missing of the snapshots that the request asks for: services that have not been collected
// for the date, or failed, and regions whose snapshot was not published.
func (j job) eachMissing(ctx context.Context, visit func(Snapshot) error) error {
	all := func(yield func(Snapshot, error) bool) {
		for s := range j.snapshots() {
			if !yield(s, nil) {
				return
			}
		}
	}
	return collect.InOrder(ctx, accountLookups, all, j.missing, func(s Snapshot) error {
		if len(s.Regions) == 0 {
			return nil
		}
		return visit(s)
	})
}

// missing is s without what is there already.
func (j job) missing(ctx context.Context, s Snapshot) (Snapshot, error) {
	regions := []Region{}
	for _, region := range s.Regions {
		request := s.Request
		request.Region = region.Region
		name, err := request.Name()
		if err != nil {
			return Snapshot{}, err
		}
		collected, published, err := j.there(ctx, name)
		if err != nil {
			return Snapshot{}, err
		}
		region.Services = slices.DeleteFunc(region.Services, func(planned Service) bool { return collected[planned.Service] })
		if len(region.Services) > 0 || !published {
			regions = append(regions, region)
		}
	}
	s.Regions = regions
	if !s.spans() {
		s.Request.EarlierDays = 0
	}
	return s, nil
}

// there are the services that are staged for a snapshot, and whether it was published from them.
func (j job) there(ctx context.Context, name snapshot.Name) (collected map[string]bool, published bool, err error) {
	collected = map[string]bool{}
	prefix := name.StagingPrefix()
	err = j.Staging.List(ctx, prefix, func(v object.Version) error {
		word, file := path.Split(strings.TrimPrefix(v.Key, prefix))
		switch {
		case v.Key == name.PublishedKey():
			published = true
		case file == "outcome.json":
			collected[strings.TrimSuffix(word, "/")] = true
		}
		return nil
	})
	return collected, published, err
}
