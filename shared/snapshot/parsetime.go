package snapshot

import (
	"fmt"
	"strings"
	"time"
)

// timeLayouts are the forms of times in snapshots and in answers that have them as text: those of collectors, and those in
// which programs say when they were installed.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07", "2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04:05.999999999 Z07:00", "2006-01-02T15:04:05.999999999 Z0700", "2006-01-02T15:04:05.999999999 MST", "2006-01-02T15:04:05.999999999 -0700 MST",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04Z07", "2006-01-02T15:04", time.DateOnly,
	"20060102", "20060102150405", "20060102T150405", "20060102T150405Z0700", "2006/1/2", "2006/1/2 15:04", "2006/1/2 15:04:05",
	"1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM",
	time.ANSIC, time.UnixDate, time.RFC1123, time.RFC1123Z,
}

// ParseTime reads a time that is text: ISO 8601, with T or a blank, or a form that programs use; months precede days. A time
// without a zone is UTC. 24:00 is the next midnight. exact is false for a leap second, which becomes the second after it.
func ParseTime(text string) (t time.Time, exact bool, err error) {
	s := strings.TrimSpace(text)
	if len(s) > len(time.DateOnly) && s[4] == '-' { // ISO 8601
		s = s[:len(time.DateOnly)] + "T" + strings.ToUpper(s[len(time.DateOnly)+1:])
	}
	s, extra, exact := moveIntoDay(s)
	for _, layout := range timeLayouts {
		if t, err = time.ParseInLocation(layout, s, time.UTC); err == nil && hasKnownZone(t) {
			return t.Add(extra).UTC(), exact, nil
		}
	}
	return time.Time{}, false, fmt.Errorf("%q is not a time", text)
}

// hasKnownZone reports whether the offset of t was read. Package time gives zero to an abbreviation such as PST, whose
// meaning depends on the place.
func hasKnownZone(t time.Time) bool {
	name, offset := t.Zone()
	return offset != 0 || name == "UTC" || name == "GMT" || name == ""
}

// moveIntoDay replaces 24:00 and a leap second, which time.Parse refuses, and returns what to add to the result.
func moveIntoDay(s string) (moved string, extra time.Duration, exact bool) {
	const clock = len("2006-01-02T")
	if len(s) < clock || s[clock-1] != 'T' {
		return s, 0, true
	}
	day := s[clock:]
	if zone := strings.IndexAny(day, "Z+-"); zone >= 0 {
		day = day[:zone]
	}
	switch {
	case strings.HasPrefix(day, "24:00") && strings.Trim(day[len("24:00"):], ":0.") == "":
		return s[:clock] + "00" + s[clock+2:], 24 * time.Hour, true
	case len(s) >= clock+8 && s[clock+5:clock+8] == ":60":
		return s[:clock+5] + ":59" + s[clock+8:], time.Second, false
	}
	return s, 0, true
}
