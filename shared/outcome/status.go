// Package outcome holds how the collection of a source ended: typed once, where AWS answers, and passed on unchanged to
// the snapshot, the database, the page and the command line. It imports nothing of this module.
package outcome

// Status is how a source ended for one account and region. Its text is stored in snapshots and in view360.outcomes.
type Status string

// The statuses. [Infos] has all that depends on them.
const (
	Passed        Status = "passed"
	Warned        Status = "passed with warnings" // some items could not be read, see Outcome.Messages
	Skipped       Status = "skipped"              // left out on purpose: a paid call, or the present state of a past date
	NotEnabled    Status = "not enabled"
	NotSubscribed Status = "not subscribed"
	NotAvailable  Status = "not available here"
	Excluded      Status = "excluded by organization policy" // a service control policy denies the region or service
	Lost          Status = "lost"                            // was read before, and does not apply now; only coverage says so
	Denied        Status = "denied"
	Throttled     Status = "throttled"
	Transient     Status = "transient"
	Invalid       Status = "invalid"
	Failed        Status = "failed"
)

// The Go type names of the errors that functions return. The state machines match them in ErrorEquals.
const (
	RetryableError     = "RetryableError"
	AccessDeniedError  = "AccessDeniedError"
	NotSubscribedError = "NotSubscribedError"
	TerminalError      = "TerminalError"
)

// Info is all that depends on a status.
type Info struct {
	Status Status
	Label  string // text of a coverage cell
	Color  string // CSS class of a coverage cell: bad, warn, good, or idle
	// Failed statuses fail the run. CollectAgain: a redrive collects the source again.
	Failed, CollectAgain bool
	// Retryable: the same call may succeed later.
	Retryable bool
	// Complete: the source was read whole, so that rows that it does not list are gone.
	Complete bool
	// NotApplicable: there was nothing to collect, and the run does not fail.
	NotApplicable bool
	// NeedsAction: an operator has something to do.
	NeedsAction bool
	// Error is the Go type of the error with this status; "" if there is never an error.
	Error string
	// Log is the status in the contract's logs section: Pass, Fail, or Skipped.
	Log    string
	Remedy string // next step for the operator; "" if there is none
}

// The statuses in the contract's logs section.
const (
	LogPass    = "Pass"
	LogFail    = "Fail"
	LogSkipped = "Skipped"
)

// Infos has one row for each status, the most urgent first.
var Infos = []Info{
	{Status: Denied, Label: "denied", Color: "bad", Failed: true, CollectAgain: true, NeedsAction: true, Error: AccessDeniedError, Log: LogFail,
		Remedy: "Grant the action named in the reason to the role that View360 assumes in this account, then redrive."},
	{Status: Failed, Label: "failed", Color: "bad", Failed: true, CollectAgain: true, NeedsAction: true, Error: TerminalError, Log: LogFail,
		Remedy: "Redrive. If it fails again, the execution shows the whole error."},
	{Status: Invalid, Label: "refused", Color: "bad", Failed: true, CollectAgain: true, NeedsAction: true, Error: TerminalError, Log: LogFail,
		Remedy: "The service refused the request: the reason says why. Correct the setting that it names, then redrive."},
	{Status: Transient, Label: "no answer", Color: "bad", Failed: true, CollectAgain: true, NeedsAction: true, Retryable: true, Error: RetryableError, Log: LogFail,
		Remedy: "The service did not answer, and every retry failed. Redrive."},
	{Status: Throttled, Label: "throttled", Color: "bad", Failed: true, CollectAgain: true, NeedsAction: true, Retryable: true, Error: RetryableError, Log: LogFail,
		Remedy: "The service limited the rate of requests, and every retry failed. Redrive, or lower the concurrency of the run."},
	{Status: Lost, Label: "lost", Color: "bad", NotApplicable: true, NeedsAction: true, Log: LogPass,
		Remedy: "The source was read before and does not apply now: a plan was canceled, the service was switched off, or a service control policy excludes it. Its rows are as old as the last success. Switch it on again, or leave the source out."},
	{Status: Warned, Label: "partial", Color: "warn", NeedsAction: true, Log: LogPass,
		Remedy: "What was read is published. Fix the cause named in the reason, then collect again."},
	{Status: NotEnabled, Label: "off", Color: "idle", NotApplicable: true, Error: NotSubscribedError, Log: LogPass,
		Remedy: "The collection works. Enable the service in this region to see it here."},
	{Status: NotSubscribed, Label: "no plan", Color: "idle", NotApplicable: true, Error: NotSubscribedError, Log: LogPass,
		Remedy: "The collection works. The account's support plan does not include this service."},
	{Status: NotAvailable, Label: "n/a", Color: "idle", NotApplicable: true, Error: NotSubscribedError, Log: LogPass,
		Remedy: "The collection works. AWS does not offer the service in this region."},
	{Status: Excluded, Label: "excluded", Color: "idle", NotApplicable: true, Error: NotSubscribedError, Log: LogPass,
		Remedy: "The collection works. A service control policy of the organization denies the region or service. If it is in use, exempt the role that View360 assumes."},
	{Status: Passed, Label: "ok", Color: "good", Complete: true, Log: LogPass},
	{Status: Skipped, Label: "skipped", Color: "idle", NotApplicable: true, Log: LogSkipped},
}

// Info returns the row of s; a status that this version does not know is treated as [Failed].
func (s Status) Info() Info {
	for _, info := range Infos {
		if info.Status == s {
			return info
		}
	}
	unknown := Failed.Info()
	unknown.Status, unknown.Label = s, string(s)
	return unknown
}

// FromError returns the status of a source whose function failed with the error of that name: the first row that has it,
// else [Failed], such as for Lambda.Unknown and States.Timeout.
func FromError(name string) Status {
	for _, info := range Infos {
		if info.Error == name && name != "" {
			return info.Status
		}
	}
	return Failed
}

// IsFailure reports whether the source could not be read.
func (s Status) IsFailure() bool { return s.Info().Failed }

// IsNotApplicable reports whether there was nothing to collect.
func (s Status) IsNotApplicable() bool { return s.Info().NotApplicable }

// IsRetryable reports whether the same call may succeed later.
func (s Status) IsRetryable() bool { return s.Info().Retryable }

// NeedsAction reports whether an operator has something to do.
func (s Status) NeedsAction() bool { return s.Info().NeedsAction }

// Compare orders statuses by urgency, the most urgent first; its result is that of cmp.Compare.
func Compare(a, b Status) int { return rank(a) - rank(b) }

func rank(s Status) int {
	for i, info := range Infos {
		if info.Status == s {
			return i
		}
	}
	return -1
}
