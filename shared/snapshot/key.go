package snapshot

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// The prefixes of the data bucket.
const (
	DataPrefix     = "data/"     // published snapshots that wait to be loaded
	LoadedPrefix   = "loaded/"   // snapshots that every loader has loaded
	RejectedPrefix = "rejected/" // objects that are not snapshots, each with a reason file beside it
	StagingPrefix  = "staging/"  // parts, plans, and outcomes of collect runs
)

// Name identifies a snapshot: one account and region, one interval, one date.
type Name struct {
	Account  string    `json:"account"` // 12 digits
	Region   string    `json:"region"`  // "" only in keys without a region, which early senders wrote
	Interval Interval  `json:"interval"`
	Date     time.Time `json:"date"` // midnight UTC; the window's NameDate
}

// keyPath is the part of a snapshot's key after its prefix.
const keyPath = `(` + AccountPattern + `)/(?:(` + RegionPattern + `)/)?(\d{4}-\d{2}-\d{2})_(DAILY|WEEKLY|MONTHLY|YEARLY)\.json`

var (
	keyPattern  = regexp.MustCompile(`^(?:` + DataPrefix + `|` + LoadedPrefix + `)` + keyPath + `$`)
	filePattern = regexp.MustCompile(`(?:^|/)(` + keyPath + `)$`)
)

// ParseKey returns the name in an object key of either form, data/{account}/{region}/{date}_{INTERVAL}.json or without the region.
func ParseKey(key string) (Name, error) {
	match := keyPattern.FindStringSubmatch(key)
	if match == nil {
		return Name{}, fmt.Errorf("key %q is not data/{12-digit account}/{region}/{YYYY-MM-DD}_{DAILY|WEEKLY|MONTHLY|YEARLY}.json", key)
	}
	date, err := time.Parse(time.DateOnly, match[3])
	if err != nil {
		return Name{}, fmt.Errorf("key %q: %s is not a date", key, match[3])
	}
	return Name{Account: match[1], Region: match[2], Interval: Interval(match[4]), Date: date}, nil
}

// FindKey returns the key under data/ of a snapshot file whose path, with slashes, ends like one.
func FindKey(path string) (key string, found bool) {
	match := filePattern.FindStringSubmatch(path)
	if match == nil {
		return "", false
	}
	return DataPrefix + match[1], true
}

// Key returns the object key under data/.
func (n Name) Key() string { return DataPrefix + n.buildPath() + ".json" }

// LoadedKey returns the key of the object after it is loaded, for its key under data/.
func LoadedKey(key string) string { return LoadedPrefix + strings.TrimPrefix(key, DataPrefix) }

// RejectedKey returns the keys of a rejected object and of its reason, for its key under data/.
func RejectedKey(key string) (object, reason string) {
	object = RejectedPrefix + strings.TrimPrefix(key, DataPrefix)
	return object, object + ".reason.json"
}

// buildPath returns the key without prefix and extension.
func (n Name) buildPath() string {
	region := ""
	if n.Region != "" {
		region = n.Region + "/"
	}
	return fmt.Sprintf("%s/%s%s_%s", n.Account, region, n.Date.Format(time.DateOnly), n.Interval)
}
