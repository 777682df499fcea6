package merge

import (
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/snapshot"
)

// meta is what the snapshot says of itself.
func (d document) meta() snapshot.Meta {
	meta := snapshot.Meta{
		SchemaVersion: snapshot.SchemaVersion, Run: d.request.Run, Account: d.request.Account, Region: d.request.Region,
		Home: d.request.Home, Interval: d.request.Interval, Date: d.request.Date, Window: d.request.Window,
		CollectedAt: d.collectedAt(), Services: map[string]snapshot.MetaService{}, Sections: map[string]snapshot.MetaSection{},
	}
	for _, word := range d.presentOnly() {
		meta.Services[word] = snapshot.MetaService{
			Status: string(collect.Skipped), Reason: "knows only the present, and " + d.request.Date + " is past", CollectedAt: d.request.Now.UTC(),
		}
	}
	for word, o := range d.outcomes {
		meta.Services[word] = snapshot.MetaService{
			Status: string(o.Status), Reason: o.Reason, Items: o.Items, CollectedAt: o.CollectedAt.UTC(),
			DurationMS: o.DurationMS, Calls: o.Calls, Throttles: o.Throttles, PaidCalls: o.PaidCalls,
		}
		for path, section := range o.Sections {
			meta.Sections[path] = snapshot.MetaSection{
				Service: word, Items: section.Items, Complete: o.Status == collect.Passed, CollectedAt: o.CollectedAt.UTC(),
			}
		}
	}
	return meta
}

// collectedAt is the run's time, for past dates some microseconds earlier: readers keep the logs of an account by it, and
// one run may publish many dates.
func (d document) collectedAt() time.Time {
	days := d.request.Now.Sub(d.request.Window.End).Hours() / 24
	return d.request.Now.Add(-time.Duration(max(0, days)) * time.Microsecond)
}

// logs are the statuses and messages as readers of the first generation know them, with the run's time.
func (d document) logs() logs {
	var l logs
	l.DateCreated = snapshot.Time{Time: d.request.Now.Truncate(time.Second)}
	for _, section := range snapshot.Sections {
		if section.Status != "" {
			l.statuses = append(l.statuses, status{section.Status, d.status(section.Key)})
		}
	}
	for _, key := range additions() { // when they were read: nobody expects them
		if word := d.status(key); word != "Skipped" {
			l.statuses = append(l.statuses, status{key + "_status", word})
		}
	}
	for _, word := range catalog.Names() {
		switch o, ran := d.outcomes[word]; {
		case ran:
			l.add(o)
		case d.leftOut(word):
			l.messages = append(l.messages, collect.Message{Source: messageKey(word), Text: "Skipped"})
		}
	}
	if words := d.presentOnly(); len(words) > 0 {
		text := "left out, they know only the present: " + strings.Join(words, ", ")
		l.messages = append(l.messages, collect.Message{Source: "history", Text: text})
	}
	return l
}

// presentOnly are the sources that were not asked because they cannot answer for a past date (D25).
func (d document) presentOnly() (words []string) {
	for _, source := range catalog.Sources {
		if _, ran := d.outcomes[source.Name]; d.request.History && !source.Dated && !ran {
			words = append(words, source.Name)
		}
	}
	return words
}

// leftOut reports whether a source did not run although its section has a status: a repair or a backfill of some sources
// of a section. Without a word about the others they would seem to have passed.
func (d document) leftOut(word string) bool {
	source, _ := catalog.FindByName(word)
	return slices.ContainsFunc(source.Sections, func(section string) bool {
		key, _, several := strings.Cut(section, ".")
		return several && d.status(key) != "Skipped"
	})
}

// status is the worst of a section's sources: Fail, else Pass, else Skipped when none of them ran (D4, D10). A source
// that does not apply is Pass with a message.
func (d document) status(key string) string {
	worst := "Skipped"
	for _, source := range sourcesOf(key) {
		switch o, ran := d.outcomes[source.Name]; {
		case !ran || o.Status == collect.Skipped:
		case o.Status.Failure():
			return "Fail"
		default:
			worst = "Pass"
		}
	}
	return worst
}

// sourcesOf are the catalogue's rows that fill a top-level key or a path under it.
func sourcesOf(key string) []catalog.Source {
	return slices.DeleteFunc(slices.Clone(catalog.Sources), func(s catalog.Source) bool {
		return !slices.ContainsFunc(s.Sections, func(section string) bool {
			return section == key || strings.HasPrefix(section, key+".")
		})
	})
}
