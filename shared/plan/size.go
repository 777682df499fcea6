package plan

import (
	"encoding/json"
	"fmt"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// What a distributed map reads: a file, and each of its items as the input of a child.
// Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	mostListBytes  = 10 << 30
	mostEntryBytes = 256 << 10
)

// listSize adds up the bytes of a plan's list. The entries of one account differ in their dates, which all have the same
// length, so that only the first of them is measured.
type listSize struct {
	account      string
	entry, total int64 // bytes
}

// addEntry returns an error if Step Functions could not read the list with one more entry. Nothing has been paid by then.
func (l *listSize) addEntry(s Entry) error {
	if l.account != s.Request.Account {
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("encoding the plan: %w", err)
		}
		l.account, l.entry = s.Request.Account, int64(len(text))
	}
	if l.entry > mostEntryBytes {
		return fault.New(outcome.Invalid, "account %s has %d regions, whose part of the plan has %d KiB, more than the %d of one input: split the regions into several runs",
			l.account, len(s.Regions), l.entry>>10, mostEntryBytes>>10)
	}
	l.total += l.entry + 1 // and a separator
	if l.total > mostListBytes {
		return fault.New(outcome.Invalid, "the list of the plan has more than the %d GiB of one execution: split the accounts or the dates into several runs", mostListBytes>>30)
	}
	return nil
}
