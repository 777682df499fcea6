// Package fault decides once, at the edge of AWS or PostgreSQL, why something failed.
//
// A [Class] is what operators read. The four error types are what the state machines match: aws-lambda-go reports the
// Go type name of the returned error and does not unwrap, so [Classify] is the last thing a handler does with an error.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Class says why something failed, in the words that outcomes, logs and summaries use.
type Class string

// The classes. Throttled and Transient may pass when tried again; NotEnabled, NotSubscribed and NotAvailable are not
// failures of a run; the others need a person.
const (
	Throttled     Class = "throttled"
	Transient     Class = "transient"
	Denied        Class = "denied"
	NotEnabled    Class = "not enabled"
	NotSubscribed Class = "not subscribed"
	NotAvailable  Class = "not available here"
	Invalid       Class = "invalid"
	Internal      Class = "internal"
)

// NotApplicable reports whether c means that there is nothing to collect, which is no failure.
func (c Class) NotApplicable() bool {
	return c == NotEnabled || c == NotSubscribed || c == NotAvailable
}

// Retryable reports whether the same call may succeed later.
func (c Class) Retryable() bool { return c == Throttled || c == Transient }

// Failure is the common content of the error types.
type Failure struct {
	Class  Class
	Action string // the missing IAM action of a denied call, such as kms:ListKeys; empty when unknown
	Err    error
}

// Error is the short reason, see [Reason]: it is what the state machine's history and the operator's phone show. The
// full text is that of Unwrap.
func (f Failure) Error() string {
	if f.Action != "" {
		return "denied " + f.Action
	}
	return Reason(f.Err)
}

// Unwrap returns the error that was classified.
func (f Failure) Unwrap() error { return f.Err }

func (f Failure) failure() Failure { return f }

// RetryableError: the same call may succeed later. The state machines retry it with backoff and jitter.
type RetryableError struct{ Failure }

// AccessDeniedError: the role may not. Not retried.
type AccessDeniedError struct{ Failure }

// NotSubscribedError: not enabled, not subscribed or not offered here. Not retried, and no failure of the run.
type NotSubscribedError struct{ Failure }

// TerminalError: bad input, a broken contract, our bug. Not retried.
type TerminalError struct{ Failure }

// New returns an error of the given class, formatted as fmt.Errorf does.
func New(class Class, format string, args ...any) error {
	return wrap(Failure{Class: class, Err: fmt.Errorf(format, args...)})
}

// Classify returns err as one of the four error types, with err's own text. A nil err stays nil, and an error that is
// of one of the types already keeps its class.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	return wrap(Failure{Class: ClassOf(err), Action: DeniedAction(err), Err: err})
}

func wrap(f Failure) error {
	switch {
	case f.Class.Retryable():
		return &RetryableError{f}
	case f.Class == Denied:
		return &AccessDeniedError{f}
	case f.Class.NotApplicable():
		return &NotSubscribedError{f}
	default:
		return &TerminalError{f}
	}
}

// ClassOf returns the class of err: that of the outermost classified error in its chain, else what the AWS SDK, the
// network or PostgreSQL say, else Internal.
func ClassOf(err error) Class {
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) {
		return classified.failure().Class
	}
	for _, edge := range []func(error) (Class, bool){ofAWS, ofPostgreSQL, ofNetwork} {
		if class, known := edge(err); known {
			return class
		}
	}
	return Internal
}

// CauseMessage is the reason of an error that a state machine caught: the message that Lambda reports in the cause, or the
// error's name where it does not come from a function.
func CauseMessage(name, cause string) string {
	var lambda struct {
		ErrorMessage string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &lambda) == nil && lambda.ErrorMessage != "" {
		return lambda.ErrorMessage
	}
	return strings.TrimSuffix(name+": "+cause, ": ")
}

// IsRetryable reports whether the same call may succeed later.
func IsRetryable(err error) bool { return err != nil && ClassOf(err).Retryable() }
