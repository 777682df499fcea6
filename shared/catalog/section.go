package catalog

import (
	"slices"
	"strings"
	"sync"

	"view360/shared/snapshot"
)

// SnapshotSections returns every key of a snapshot: those of the contract in its order, then those that only sources of
// the catalog fill. A key of sections such as backup.jobs is an object of lists, any other added key a list.
var SnapshotSections = sync.OnceValue(func() []snapshot.Section {
	sections := slices.Clone(snapshot.Sections)
	for _, source := range Sources {
		for _, path := range source.Sections {
			sections = addSection(sections, path)
		}
	}
	return sections
})

func addSection(sections []snapshot.Section, path string) []snapshot.Section {
	key, member, isMember := strings.Cut(path, ".")
	i := slices.IndexFunc(sections, func(s snapshot.Section) bool { return s.Key == key })
	if i < 0 {
		i = len(sections)
		sections = append(sections, snapshot.Section{Key: key, Object: isMember, Status: key + "_status", Added: true})
	}
	if isMember && sections[i].Added {
		sections[i].Arrays = append(sections[i].Arrays, member)
	}
	return sections
}

// FindSection returns the section with a top-level key of a snapshot.
func FindSection(key string) (snapshot.Section, bool) {
	sections := SnapshotSections()
	i := slices.IndexFunc(sections, func(s snapshot.Section) bool { return s.Key == key })
	if i < 0 {
		return snapshot.Section{}, false
	}
	return sections[i], true
}

// FindSources returns the sources that fill a top-level key of a snapshot, or a part of it.
func FindSources(key string) []Source {
	return slices.DeleteFunc(slices.Clone(Sources), func(s Source) bool {
		return !slices.ContainsFunc(s.Sections, func(path string) bool { return path == key || strings.HasPrefix(path, key+".") })
	})
}

// MessageKey returns the key of the source's messages in a snapshot's logs section: the last part of its first section.
func (s Source) MessageKey() string {
	path := s.Sections[0]
	return path[strings.LastIndexByte(path, '.')+1:]
}
