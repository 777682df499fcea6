package outcome

import "time"

// Outcome is how the collection of one source ended for one account and region: never the data.
type Outcome struct {
	Account    string `json:"account,omitempty"` // 12 digits
	Region     string `json:"region,omitempty"`
	SourceName string `json:"service,omitempty"`
	Run        string `json:"run,omitempty"` // name of the execution that collected the source
	Status     Status `json:"status"`
	// Class is the name of the error that the state machine caught, such as [RetryableError] or Lambda.Unknown; "" if the
	// collector function returned none.
	Class string `json:"class,omitempty"`
	// Reason is one line for the operator: why it failed or did not apply, and what to do. "" if passed.
	Reason string `json:"reason,omitempty"`
	// AWS is the answer that Reason comes from; nil if AWS did not answer with an error.
	AWS *AWSError `json:"aws,omitempty"`
	// Warnings is the number of items that could not be read; Messages has the first reasons.
	Warnings    int       `json:"warnings,omitempty"`
	Messages    []Message `json:"messages,omitempty"`
	Items       int       `json:"items"`
	Bytes       int64     `json:"bytes"`      // of JSON
	Calls       int       `json:"calls"`      // requests sent to AWS, retries included
	Throttles   int       `json:"throttles"`  // of them, answered with a throttling error
	PaidCalls   int       `json:"paid_calls"` // of them, charged by AWS
	CollectedAt time.Time `json:"collected_at"`
	DurationMS  int64     `json:"duration_ms"`
}

// Message is a note or a warning about a source. In the snapshot's logs section it is {Key: Text}.
type Message struct {
	Key  string    `json:"source"` // section that the message is about, such as kms
	Text string    `json:"text"`
	AWS  *AWSError `json:"aws,omitempty"` // of a warning that AWS answered with an error
	// Note: the message needs no action, such as that a new account has no cost data yet.
	Note bool `json:"note,omitempty"`
}

// AWSError is an error answer of AWS in its own words. It holds no data of the account but names.
type AWSError struct {
	Operation string `json:"operation,omitempty"` // such as KMS ListKeys
	Code      string `json:"code,omitempty"`      // such as AccessDeniedException
	// Message is AWS's text, cut after [MaxMessage] bytes. A denial's has the principal and a clause that begins with
	// 'because'.
	Message   string `json:"message,omitempty"`
	Principal string `json:"principal,omitempty"` // ARN that was denied
	Action    string `json:"action,omitempty"`    // IAM action that is missing, such as kms:ListKeys
	Resource  string `json:"resource,omitempty"`  // ARN that the action was denied on
}

// MaxMessage bounds AWSError.Message in bytes.
const MaxMessage = 1000

// Text returns the status and the reason in one line.
func (o Outcome) Text() string {
	if o.Reason == "" {
		return string(o.Status)
	}
	return string(o.Status) + ": " + o.Reason
}

// AddCounts adds the requests that o sent in an earlier attempt.
func (o *Outcome) AddCounts(earlier Outcome) {
	o.Calls += earlier.Calls
	o.Throttles += earlier.Throttles
	o.PaidCalls += earlier.PaidCalls
	o.DurationMS += earlier.DurationMS
}
