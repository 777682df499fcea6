package loadtest

import (
	"cmp"
	"fmt"
	"strings"

	"view360/shared/catalog"
	"view360/shared/snapshot"
)

// Snapshot is a snapshot given by the text of its sections. The others are empty lists.
type Snapshot struct {
	Account, Region string // "": 111122223333, eu-west-1
	Date            string // 2026-03-11
	Interval        string // "": DAILY
	Collected       string // time of collection, RFC 3339; "" writes no meta, as the Python version did
	Incomplete      bool   // the sections are not complete
	AllOpen         bool   // the sections list all that is open
	Sections        map[string]string
}

// Day returns a snapshot of a day in March 2026 with one complete section.
func Day(day int, section, text string) Snapshot {
	date := fmt.Sprintf("2026-03-%02d", day)
	return Snapshot{Date: date, Collected: date + "T01:00:00Z", Sections: map[string]string{section: text}}
}

// Key returns the object key of the snapshot.
func (s Snapshot) Key() string {
	return fmt.Sprintf("%s%s/%s/%s_%s.json", snapshot.DataPrefix, s.AccountID(), s.RegionName(), s.Date, cmp.Or(s.Interval, "DAILY"))
}

// AccountID returns the account of the snapshot.
func (s Snapshot) AccountID() string { return cmp.Or(s.Account, "111122223333") }

// RegionName returns the region of the snapshot.
func (s Snapshot) RegionName() string { return cmp.Or(s.Region, "eu-west-1") }

// JSON returns the text of the snapshot.
func (s Snapshot) JSON() string {
	var parts []string
	if s.Collected != "" {
		var described []string
		for _, section := range catalog.SnapshotSections() {
			described = append(described, fmt.Sprintf(`%q:{"complete":%t,"all_open":%t,"collected_at":%q}`, section.Key, !s.Incomplete, s.AllOpen, s.Collected))
		}
		parts = append(parts, fmt.Sprintf(`"meta":{"collected_at":%q,"sections":{%s}}`, s.Collected, strings.Join(described, ",")))
	}
	for _, section := range catalog.SnapshotSections() {
		text, given := s.Sections[section.Key]
		switch {
		case given:
		case section.Added:
			continue
		case section.Key == "account":
			text = fmt.Sprintf(`{"account_id":%q,"account_name":"shop","region":%q}`, s.AccountID(), s.RegionName())
		default:
			text = "[]"
		}
		parts = append(parts, fmt.Sprintf("%q: %s", section.Key, text))
	}
	return "{" + strings.Join(parts, ",\n") + "}"
}
