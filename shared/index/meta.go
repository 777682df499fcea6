package index

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"view360/shared/object"
	"view360/shared/snapshot"
)

// maxMeta bounds the meta section, which has a few lines for each source.
const maxMeta = 1 << 20

// applyMeta sets the times of the sections and whether they are complete, from the snapshot's meta section.
//
// Without one, the snapshot's date is the time, or the first day of a period that has not ended, plus a second for each
// longer interval of the same date, so that each interval has its own row in logs. Of two versions of one snapshot, the one
// written last wins.
func (h Handler) applyMeta(ctx context.Context, store *object.Store, index *snapshot.Index) error {
	seconds := slices.Index([]snapshot.Interval{snapshot.Daily, snapshot.Weekly, snapshot.Monthly, snapshot.Yearly}, index.Name.Interval)
	date := index.Name.Date
	if date.After(h.readClock().Add(maxDateAhead)) { // of a period that has begun
		date = findBegin(index.Name)
	}
	index.CollectedAt = date.Add(time.Duration(seconds) * time.Second)
	observed := observeByName(date, seconds, index.Name.Region, index.LastModified)
	r, found := index.Sections["meta"]
	delete(index.Sections, "meta")
	index.Meta = r
	var meta snapshot.Meta
	if found && r.End-r.Start <= maxMeta {
		body, err := store.OpenRange(ctx, object.Version{Key: index.Key, ETag: index.ETag, ID: index.Version}, r.Start, r.End)
		if err != nil {
			return err
		}
		defer body.Close()
		if err := json.NewDecoder(body).Decode(&meta); err != nil {
			return newInvalid(r.Start, "meta cannot be read: %v", err)
		}
	}
	if !meta.CollectedAt.IsZero() {
		index.CollectedAt = meta.CollectedAt.UTC()
		observed = index.CollectedAt
	}
	for path, r := range index.Sections {
		r.ObservedAt = observed
		if section, known := findMetaSection(meta.Sections, path); known {
			r.ObservedAt, r.Complete, r.Partial = section.CollectedAt.UTC(), section.Complete, !section.Complete
			r.AllOpen = section.AllOpen && section.Complete
		}
		index.Sections[path] = r
	}
	return nil
}

// Constants of the time of a snapshot without meta: each longer interval of one date is intervalStep later. Within it, each
// region has one of regionSteps parts, and each second since firstWrite is writeStep later, which is enough for 42 years.
// Of two versions written in the same second, the one loaded last wins.
const (
	intervalStep = 3 * time.Hour
	regionSteps  = 8
	regionStep   = intervalStep / regionSteps
	writeStep    = time.Microsecond
	firstWrite   = 1577836800 // 2020-01-01 in Unix time
)

// observeByName returns the time of observation of a snapshot that does not have one: that of its date, of the nth interval,
// and of the time when the object was written, so that the last written of two objects with one name wins. The region
// decides between two regions that report one thing on one date. The time is not after that of writing.
func observeByName(date time.Time, nth int, region string, written time.Time) time.Time {
	hash := fnv.New32a()
	hash.Write([]byte(region)) // never fails
	at := min(max(time.Duration(written.Unix()-firstWrite)*writeStep, 0), regionStep-writeStep)
	observed := date.Add(time.Duration(nth)*intervalStep + time.Duration(hash.Sum32()%regionSteps)*regionStep + at)
	if !written.IsZero() && observed.After(written) {
		return written
	}
	return observed
}

// Limits of times ahead of the clock: S3 itself refuses a sender whose clock is more than 15 minutes off, and the date is
// that of the sender's time zone.
const (
	maxClockAhead = 15 * time.Minute
	maxDateAhead  = 14 * time.Hour
)

// findBegin returns the date of a day, and the first day of a longer period: one that has begun may be named by its last day.
func findBegin(name snapshot.Name) time.Time {
	if name.Interval == snapshot.Daily {
		return name.Date
	}
	return snapshot.WindowOf(name.Interval, name.Date).Start
}

// checkTimes rejects a snapshot from the future: it would keep every later one from changing anything.
func (h Handler) checkTimes(index snapshot.Index) error {
	now := h.readClock()
	if findBegin(index.Name).After(now.Add(maxDateAhead)) {
		return newInvalid(-1, "its date %s is in the future: set the clock of the sender and collect again", index.Name.Date.Format(time.DateOnly))
	}
	limit := now.Add(maxClockAhead)
	if index.Meta.IsEmpty() { // the time is that of the date
		limit = now.Add(maxDateAhead + time.Minute)
	}
	if index.CollectedAt.After(limit) {
		return newInvalid(-1, "it was collected at %s, in the future: set the clock of the sender and collect again", index.CollectedAt.Format(time.RFC3339))
	}
	for _, path := range slices.Sorted(maps.Keys(index.Sections)) {
		if at := index.Sections[path].ObservedAt; at.After(limit) {
			return newInvalid(-1, "its section %s was collected at %s, in the future: set the clock of the sender and collect again", path, at.Format(time.RFC3339))
		}
	}
	return nil
}

// findMetaSection returns the description of a path, or else of the closest section that contains it.
func findMetaSection(sections map[string]snapshot.MetaSection, path string) (snapshot.MetaSection, bool) {
	for {
		if section, known := sections[path]; known {
			return section, true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return snapshot.MetaSection{}, false
		}
		path = path[:i]
	}
}
