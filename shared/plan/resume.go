package plan

import (
	"context"
	"slices"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// visitMissing calls visit for the requested entries, without the sources that are staged already. Regions whose snapshot
// was not published remain, even without sources.
func (j job) visitMissing(ctx context.Context, visit func(Entry) error) error {
	all := func(yield func(Entry, error) bool) {
		for s := range j.listEntries() {
			if !yield(s, nil) {
				return
			}
		}
	}
	return collect.FetchInOrder(ctx, accountLookups, all, j.removeStaged, func(s Entry) error {
		if len(s.Regions) == 0 {
			return nil
		}
		return visit(s)
	})
}

// removeStaged returns s without the sources that are already staged and the regions that are complete.
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
		region.Sources = slices.DeleteFunc(region.Sources, func(planned PlannedSource) bool { return collected[planned.SourceName] })
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

// listStaged returns the sources that are staged for a snapshot, and whether the snapshot was published from them.
func (j job) listStaged(ctx context.Context, name snapshot.Name) (collected map[string]bool, published bool, err error) {
	collected = map[string]bool{}
	err = j.Staging.List(ctx, name.StagingPrefix(), func(v object.Version) error {
		if source, isOutput := name.FindOutput(v.Key); isOutput {
			collected[source] = true
		}
		published = published || v.Key == name.PublishedKey()
		return nil
	})
	return collected, published, err
}
