package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Failure is an error in a state machine: a name that Retry and Catch match, and a cause for people.
type Failure struct {
	Name, Cause string

	location string // field of the expression that failed, until the state has recorded it
}

func (f *Failure) Error() string { return f.Name + ": " + f.Cause }

// newAPIError returns an error that the API has a name for.
func newAPIError(name, format string, args ...any) *Failure {
	return &Failure{Name: name, Cause: fmt.Sprintf(format, args...)}
}

// Names of errors that Step Functions itself raises.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation
const (
	statesAll            = "States.ALL"
	statesTimeout        = "States.Timeout"
	statesTaskFailed     = "States.TaskFailed"
	statesRuntime        = "States.Runtime"
	dataLimitExceeded    = "States.DataLimitExceeded"
	queryEvaluationError = "States.QueryEvaluationError"
	itemReaderFailed     = "States.ItemReaderFailed"
	resultWriterFailed   = "States.ResultWriterFailed"
	exceedTolerated      = "States.ExceedToleratedFailureThreshold"
)

// errAborted ends the states of an execution that was stopped, and the other iterations of a map after one failed.
var errAborted = errors.New("aborted")

// toFailure converts an error as Lambda and Step Functions do. The name is the result of the error's method ErrorType, or
// else its own Go type, not that of a wrapped error; the cause is Lambda's JSON.
// https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html
func toFailure(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	name := findErrorType(err)
	cause, marshalErr := json.Marshal(struct {
		ErrorMessage string `json:"errorMessage"`
		ErrorType    string `json:"errorType"`
	}{err.Error(), name})
	if marshalErr != nil {
		cause = []byte(err.Error())
	}
	return &Failure{Name: name, Cause: string(cause)}
}

func findErrorType(err error) string {
	var named interface{ ErrorType() string }
	if errors.As(err, &named) {
		return named.ErrorType()
	}
	t := reflect.TypeOf(err)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// matchesAny reports whether an ErrorEquals list matches the failure. Nothing matches States.Runtime; States.ALL matches
// all other names except States.DataLimitExceeded.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation
func (f *Failure) matchesAny(names []string) bool {
	if f.Name == statesRuntime {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool {
		switch name {
		case f.Name:
			return true
		case statesAll:
			return f.Name != dataLimitExceeded
		default:
			return false
		}
	})
}
