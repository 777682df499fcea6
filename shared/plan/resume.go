package plan

import (
	"context"
	"maps"
	"slices"
	"time"

	"view360/shared/collect"
	"view360/shared/merge"
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

// removeStaged returns s without the sources that are already staged and the regions that are published from them. The
// earlier days remain if a snapshot has to be published, because its Merge publishes theirs too.
func (j job) removeStaged(ctx context.Context, s Entry) (Entry, error) {
	regions := []Region{}
	for _, region := range s.Regions {
		request := s.Request
		request.Region = region.Region
		name, err := request.Name()
		if err != nil {
			return Entry{}, err
		}
		collected, err := j.listStaged(ctx, name, s.StagedAfter)
		if err != nil {
			return Entry{}, err
		}
		published, err := j.isPublished(ctx, name, collected)
		if err != nil {
			return Entry{}, err
		}
		region.Sources = slices.DeleteFunc(region.Sources, func(planned PlannedSource) bool { return collected[planned.SourceName] != "" })
		if len(region.Sources) > 0 || !published {
			regions = append(regions, region)
		}
	}
	s.Regions = regions
	return s, nil
}

// listStaged returns the ETags of the outputs that were staged for a snapshot after a time, by source.
func (j job) listStaged(ctx context.Context, name snapshot.Name, after time.Time) (map[string]string, error) {
	collected := map[string]string{}
	return collected, j.Staging.List(ctx, name.StagingPrefix(), func(v object.Version) error {
		if source, isOutput := name.FindOutput(v.Key); isOutput && v.LastModified.After(after) {
			collected[source] = v.ETag
		}
		return nil
	})
}

// isPublished reports whether the snapshot was published from all that is staged for it now.
func (j job) isPublished(ctx context.Context, name snapshot.Name, collected map[string]string) (bool, error) {
	var published merge.Published
	err := j.Staging.GetJSON(ctx, name.PublishedKey(), &published)
	if object.IsMissing(err) {
		return false, nil
	}
	return err == nil && maps.Equal(published.Sources, collected), err
}
