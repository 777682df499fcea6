package page

import "fmt"

// extent says of how much a total is: the accounts and days that have a figure, of those that are expected to.
type extent struct {
	Accounts, OfAccounts int // Accounts have a figure of any day
	Days, OfDays         int // Days have a figure of all Accounts
}

// addDay adds a day of a month.
func (e *extent) addDay(d costDay) {
	e.Accounts = d.OfMonth
	if d.Accounts == d.OfMonth {
		e.Days++
	}
}

// IsComplete reports whether nothing is missing.
func (e extent) IsComplete() bool { return e.Accounts >= e.OfAccounts && e.Days >= e.OfDays }

// String returns such as 23 of 24 accounts, 31 of 31 days.
func (e extent) String() string {
	return fmt.Sprintf("%s of %s, %d of %s", formatCount(int64(e.Accounts)), countNoun(max(e.OfAccounts, e.Accounts), "account"), e.Days, countNoun(max(e.OfDays, e.Days), "day"))
}

func countNoun(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return formatCount(int64(n)) + " " + noun
}
