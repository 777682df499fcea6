package merge

import (
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// buildMeta returns the snapshot's own description.
func (d document) buildMeta() snapshot.Meta {
	meta := snapshot.Meta{
		SchemaVersion: snapshot.SchemaVersion, Run: d.input.Run, Account: d.input.Account, Region: d.input.Region,
		Home: d.input.Home, Interval: d.input.Interval, Date: d.input.Date, Window: d.input.Window,
		CollectedAt: d.collectedAt(), Services: map[string]outcome.Outcome{}, Sections: map[string]snapshot.MetaSection{},
	}
	for _, name := range d.listPresentOnly() {
		meta.Services[name] = d.buildSkipped("knows only the present, and " + d.input.Date + " is past")
	}
	for _, source := range catalog.Sources {
		if source.DailyOnly && d.input.Interval != snapshot.Daily {
			meta.Services[source.Name] = d.buildSkipped("describes days, and only daily snapshots have it")
		}
	}
	for name, o := range d.outcomes {
		o.Account, o.Region, o.SourceName = "", "", "" // said once, above
		o.CollectedAt = o.CollectedAt.UTC()
		meta.Services[name] = o
	}
	for path, section := range d.sections {
		o := d.outcomes[d.owners[path]]
		meta.Sections[path] = snapshot.MetaSection{
			Service: d.owners[path], Items: section.Items, Complete: o.Status.Info().Complete, AllOpen: section.AllOpen, CollectedAt: o.CollectedAt.UTC(),
		}
	}
	return meta
}

func (d document) buildSkipped(reason string) outcome.Outcome {
	return outcome.Outcome{Status: outcome.Skipped, Reason: reason, CollectedAt: d.input.Now.UTC(), Run: d.input.Run}
}

// collectedAt returns the run's time, for past dates some microseconds earlier: readers keep the logs of an account by it,
// and one run may publish many dates.
func (d document) collectedAt() time.Time {
	days := d.input.Now.Sub(d.input.Window.End).Hours() / 24
	return d.input.Now.Add(-time.Duration(max(0, days)) * time.Microsecond)
}

// buildLogs returns the statuses and messages as readers of the contract expect them, with the run's time.
func (d document) buildLogs() logs {
	l := logs{DateCreated: snapshot.Time{Time: d.input.Now.Truncate(time.Second)}}
	for _, section := range catalog.SnapshotSections() {
		status := d.logStatus(section.Key)
		if section.Status != "" && (!section.Added || status != outcome.LogSkipped) { // the contract has no added keys
			l.statuses = append(l.statuses, logStatus{section.Status, status})
		}
	}
	for _, source := range catalog.Sources {
		switch o, ran := d.outcomes[source.Name]; {
		case ran:
			l.addSource(source, o)
		case d.isLeftOut(source):
			l.messages = append(l.messages, outcome.Message{Key: source.MessageKey(), Text: outcome.LogSkipped})
		}
	}
	if names := d.listPresentOnly(); len(names) > 0 {
		text := "left out, they know only the present: " + strings.Join(names, ", ")
		l.messages = append(l.messages, outcome.Message{Key: "history", Text: text})
	}
	return l
}

// listPresentOnly returns the sources that were not collected because they have no past state (D25).
func (d document) listPresentOnly() (names []string) {
	for _, source := range catalog.Sources {
		if _, ran := d.outcomes[source.Name]; d.input.History && !source.Dated && !ran {
			names = append(names, source.Name)
		}
	}
	return names
}

// isLeftOut reports whether a source did not run although its section has a status, as in a repair or backfill of some
// sources of a section. Without a message the source would seem to have passed.
func (d document) isLeftOut(source catalog.Source) bool {
	return slices.ContainsFunc(source.Sections, func(section string) bool {
		key, _, several := strings.Cut(section, ".")
		return several && d.logStatus(key) != outcome.LogSkipped
	})
}

// logStatus returns the worst status of a key's sources: Fail, else Pass, else Skipped if none of them ran (D4, D10).
func (d document) logStatus(key string) string {
	worst := outcome.LogSkipped
	for _, source := range catalog.FindSources(key) {
		if o, ran := d.outcomes[source.Name]; ran {
			worst = worseLogStatus(worst, o.Status.Info().Log)
		}
	}
	return worst
}

func worseLogStatus(a, b string) string {
	order := []string{outcome.LogFail, outcome.LogPass, outcome.LogSkipped}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}
