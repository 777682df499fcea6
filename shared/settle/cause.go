package settle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"view360/shared/snapshot"
)

// causes are why sources failed, each with what it affects: an operator repairs causes. They are collected while reports
// are read, so that memory grows with the number of causes, accounts and regions, not with that of failures.
type causes map[string]*cause

// cause is one reason and where it was given.
type cause struct {
	reason            string // of the first one
	subject           string // of the first one: account, region, source
	count             int
	accounts, regions map[string]bool
	sources           map[string]bool // of them, "" is a snapshot that was not published
}

// accountInReason stands for the account's id in a reason that several accounts share.
const accountInReason = "ACCOUNT"

// add adds a failure of a source, or of a snapshot that was not published if the source is "".
func (c causes) add(name snapshot.Name, source, reason string) {
	key := strings.ReplaceAll(reason, name.Account, accountInReason)
	found := c[key]
	if found == nil {
		found = &cause{accounts: map[string]bool{}, regions: map[string]bool{}, sources: map[string]bool{}}
		c[key] = found
	}
	subject := strings.TrimSpace(name.Account + " " + name.Region + " " + source)
	if found.count == 0 || subject < found.subject {
		found.subject, found.reason = subject, reason
	}
	found.count++
	found.accounts[name.Account], found.regions[name.Region], found.sources[source] = true, true, true
}

// listLines returns a line for each cause, that of most accounts first.
func (c causes) listLines() []string {
	sorted := slices.SortedFunc(maps.Keys(c), func(a, b string) int {
		return cmp.Or(len(c[b].accounts)-len(c[a].accounts), c[b].count-c[a].count, cmp.Compare(c[a].subject, c[b].subject))
	})
	lines := make([]string, len(sorted))
	for i, key := range sorted {
		lines[i] = c[key].formatLine(key)
	}
	return lines
}

func (c cause) formatLine(shared string) string {
	what := fmt.Sprintf("%d sources", c.count)
	switch {
	case c.sources[""]:
		what = fmt.Sprintf("%d snapshots", c.count)
	case len(c.sources) == 1:
		what = listFirst(c.sources)
	}
	switch {
	case c.count == 1:
		return shortenLine(c.subject + ": " + c.reason)
	case len(c.accounts) == 1:
		account, _, _ := strings.Cut(c.subject, " ")
		return shortenLine(fmt.Sprintf("%s %s in %s: %s", account, what, listFirst(c.regions), c.reason))
	}
	return shortenLine(fmt.Sprintf("%d accounts (%s), %s in %s: %s", len(c.accounts), listFirst(c.accounts), what, listFirst(c.regions), shared))
}

// listFirst lists the first names and counts the others.
func listFirst(names map[string]bool) string {
	const shown = 3
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) <= shown+1 {
		return strings.Join(sorted, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(sorted[:shown], " "), len(sorted)-shown)
}

// longestLine is the most bytes of a line of a cause.
const longestLine = 600

// shortenLine returns the text as one line. Of a long one it leaves out the middle: the remedy stands at the end.
func shortenLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= longestLine {
		return text
	}
	const gap = " … "
	half := (longestLine - len(gap)) / 2
	return strings.ToValidUTF8(text[:half], "") + gap + strings.ToValidUTF8(text[len(text)-half:], "")
}
