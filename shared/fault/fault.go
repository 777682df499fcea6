// Package fault decides once, at the edge of AWS or PostgreSQL, why something failed.
//
// The status is what operators read, see package outcome. The four error types are what the state machines match:
// aws-lambda-go reports the Go type name of the returned error and does not unwrap, so [Classify] is the last thing a
// handler does with an error.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"view360/shared/outcome"
)

// Failure is the common content of the error types.
type Failure struct {
	Status outcome.Status
	Action string // missing IAM action of a denied call, such as kms:ListKeys; "" if unknown
	Text   string // reason for the operator that stands for Err's; "" if Err's is clear
	Err    error
}

// Error returns the short reason, see [Reason], which the state machine's history and the operator's phone show. The
// full text is that of Unwrap.
func (f Failure) Error() string {
	if f.Text != "" {
		return f.Text
	}
	if f.Action != "" {
		return describeDenial(f.Status, f.Action)
	}
	return Reason(f.Err)
}

// Unwrap returns the error that was classified.
func (f Failure) Unwrap() error { return f.Err }

func (f Failure) failure() Failure { return f }

// RetryableError: the same call may succeed later. The state machines retry it with backoff and jitter.
type RetryableError struct{ Failure }

// AccessDeniedError: the role lacks a permission. Not retried.
type AccessDeniedError struct{ Failure }

// NotSubscribedError: not enabled, not subscribed, or not offered here. Not retried, and does not fail the run.
type NotSubscribedError struct{ Failure }

// TerminalError: bad input, a broken contract, or a bug. Not retried.
type TerminalError struct{ Failure }

// New returns an error with the given status, formatted as fmt.Errorf does.
func New(status outcome.Status, format string, args ...any) error {
	return wrapFailure(Failure{Status: status, Err: fmt.Errorf(format, args...)})
}

// Explain returns err with the given status and a text that says more to the operator than err's own, formatted as
// fmt.Sprintf does. AWS's words stay in the chain.
func Explain(status outcome.Status, err error, format string, args ...any) error {
	return wrapFailure(Failure{Status: status, Text: fmt.Sprintf(format, args...), Err: err})
}

// Classify returns err as one of the four error types. A nil err stays nil, and an error that is of one of the types
// already keeps its status.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	failure := Failure{Status: StatusOf(err), Action: DeniedAction(err), Err: err}
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) {
		failure.Text = classified.failure().Text
	}
	return wrapFailure(failure)
}

// wrapFailure returns f as the error type that the table of statuses names.
func wrapFailure(f Failure) error {
	switch f.Status.Info().Error {
	case outcome.RetryableError:
		return &RetryableError{f}
	case outcome.AccessDeniedError:
		return &AccessDeniedError{f}
	case outcome.NotSubscribedError:
		return &NotSubscribedError{f}
	default:
		return &TerminalError{f}
	}
}

// StatusOf returns the status of err: that of the outermost classified error in its chain, else what the AWS SDK, the
// network, or PostgreSQL say, else [outcome.Failed].
func StatusOf(err error) outcome.Status {
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) {
		return classified.failure().Status
	}
	for _, classify := range []func(error) (outcome.Status, bool){classifySetup, classifyAWS, classifyPostgreSQL, classifyNetwork} {
		if status, known := classify(err); known {
			return status
		}
	}
	return outcome.Failed
}

// CauseMessage returns the reason of an error that a state machine caught: the message that Lambda reports in the cause,
// or the error's name if it does not come from a function.
func CauseMessage(name, cause string) string {
	var lambda struct {
		ErrorMessage string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &lambda) == nil && lambda.ErrorMessage != "" {
		return lambda.ErrorMessage
	}
	return strings.TrimSuffix(strings.TrimPrefix(name+": "+cause, ": "), ": ")
}

// IsRetryable reports whether the same call may succeed later.
func IsRetryable(err error) bool { return err != nil && StatusOf(err).IsRetryable() }
