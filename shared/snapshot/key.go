package snapshot

import (
	"fmt"
	"regexp"
	"time"
)

// The prefixes of the data bucket.
const (
	DataPrefix     = "data/"     // published snapshots that wait to be loaded
	LoadedPrefix   = "loaded/"   // snapshots that every loader has taken
	RejectedPrefix = "rejected/" // what is not a snapshot, each with a reason file beside it
	StagingPrefix  = "staging/"  // parts, plans and outcomes of collect runs
)

// Name says which snapshot an object is: one account and region, one interval, one date.
type Name struct {
	Account  string    `json:"account"` // 12 digits
	Region   string    `json:"region"`  // "" only in keys without a region, which early senders wrote
	Interval Interval  `json:"interval"`
	Date     time.Time `json:"date"` // midnight UTC; the window's NameDate
}

var keyPattern = regexp.MustCompile(`^(?:data|loaded)/(\d{12})/(?:([a-z]{2}(?:-[a-z]+)+-\d)/)?(\d{4}-\d{2}-\d{2})_(DAILY|WEEKLY|MONTHLY|YEARLY)\.json$`)

// ParseKey reads an object key of either form, data/{account}/{region}/{date}_{INTERVAL}.json or without the region.
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

// Key is the object key under data/.
func (n Name) Key() string { return DataPrefix + n.path() + ".json" }

// StagingPrefix is the folder of the snapshot's parts, with a trailing slash.
func (n Name) StagingPrefix() string { return StagingPrefix + n.path() + "/" }

// PublishedKey is what Merge leaves beside the parts once the snapshot is published.
func (n Name) PublishedKey() string { return n.StagingPrefix() + "published.json" }

// RunPrefix is the staging folder of one collect execution's plans and reports, with a trailing slash.
func RunPrefix(run string) string { return StagingPrefix + "runs/" + run + "/" }

func (n Name) path() string {
	region := ""
	if n.Region != "" {
		region = n.Region + "/"
	}
	return fmt.Sprintf("%s/%s%s_%s", n.Account, region, n.Date.Format(time.DateOnly), n.Interval)
}
