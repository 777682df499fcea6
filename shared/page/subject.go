package page

import (
	"encoding/json"
	"strings"

	"view360/shared/catalog"
)

// subject is what an execution or a step works on.
type subject struct {
	Source string // name of the source; empty without one
	Rest   string // table group, account, region, date, interval, and object key in the input
}

// parseSubject reads an input of one of the project's functions or state machines. It returns nil if the input names
// nothing.
func parseSubject(input string) *subject {
	type names struct {
		Account, Region, Service, Group, Key, Date, Interval string
		Request                                              struct{ Account, Region, Date, Interval string }
	}
	var n names
	if json.Unmarshal([]byte(input), &n) != nil {
		return nil
	}
	s := subject{Source: n.Service, Rest: strings.Join(strings.Fields(strings.Join([]string{
		n.Group, n.Account, n.Request.Account, n.Region, n.Request.Region, n.Date, n.Request.Date, n.Interval, n.Request.Interval, n.Key,
	}, " ")), " ")}
	if s == (subject{}) {
		return nil
	}
	return &s
}

// sourceTitle returns the title of a source, or its name if the catalog does not know it.
func sourceTitle(name string) string {
	if source, known := catalog.FindByName(name); known {
		return source.Title
	}
	return name
}
