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

// visitMissing visits what is missing of the snapshots that the request asks for: services that have not been collected
// for the date, or failed, and regions whose snapshot was not published.
func (j job) visitMissing(ctx context.Context, visit func(Entry) error) error {
	all := func(yield func(Entry, error) bool) {
		for s := range j.listEntries() {
			if !yield(s, nil) {
				return
			}
		}
	}
	return collect.InOrder(ctx, accountLookups, all, j.removeStaged, func(s Entry) error {
		if len(s.Regions) == 0 {
			return nil
		}
		return visit(s)
	})
}

// removeStaged is s without what is there already.
func (j job) removeStaged(ctx context.Context, s Entry) (Entry, error) {
	regions := []Region{}
	for _, region := range s.Regions {
		request := s.Request
		request.Region = region.Region
		name, err := request.Name()
		if err != nil {
			return Entry{}, err
		}
		collected, published, err := j.listStaged(ctx, name)
		if err != nil {
			return Entry{}, err
		}
		region.Sources = slices.DeleteFunc(region.Sources, func(planned PlannedSource) bool { return collected[planned.Source] })
		if len(region.Sources) > 0 || !published {
			regions = append(regions, region)
		}
	}
	s.Regions = regions
	if !s.coversManyDays() {
		s.Request.EarlierDays = 0
	}
	return s, nil
}

// listStaged are the services that are staged for a snapshot, and whether it was published from them.
func (j job) listStaged(ctx context.Context, name snapshot.Name) (collected map[string]bool, published bool, err error) {
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
