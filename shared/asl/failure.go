package asl

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
)

// Failure is an error as a state machine knows it: a name that Retry and Catch match, and a cause for people.
type Failure struct{ Name, Cause string }

func (f *Failure) Error() string { return f.Name + ": " + f.Cause }

// The names of errors that the service itself raises.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	statesAll            = "States.ALL"
	statesTaskFailed     = "States.TaskFailed"
	statesTimeout        = "States.Timeout"
	statesRuntime        = "States.Runtime"
	dataLimitExceeded    = "States.DataLimitExceeded"
	queryEvaluationError = "States.QueryEvaluationError"
	noChoiceMatched      = "States.NoChoiceMatched"
	itemReaderFailed     = "States.ItemReaderFailed"
	exceedTolerated      = "States.ExceedToleratedFailureThreshold"
)

// aborted ends an execution that is stopped from outside; nothing catches it.
var aborted = &Failure{Name: "aborted"}

// failureOf is the failure that Lambda's integration makes of a handler's error: its name is what ErrorType returns or
// else the Go type's name, as aws-lambda-go reports it, and the cause is Lambda's JSON.
func failureOf(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	name := ""
	var named interface{ ErrorType() string }
	if errors.As(err, &named) {
		name = named.ErrorType()
	} else {
		t := reflect.TypeOf(err)
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name = t.Name()
	}
	cause, _ := json.Marshal(struct {
		ErrorMessage string `json:"errorMessage"`
		ErrorType    string `json:"errorType"`
	}{err.Error(), name})
	return &Failure{Name: name, Cause: string(cause)}
}

// matches reports whether an ErrorEquals list takes the failure. States.ALL takes all but the two that end an execution
// whatever it says; States.TaskFailed takes all but timeouts, of the errors that a task raises.
func (f *Failure) matches(names []string, fromTask bool) bool {
	if f == aborted {
		return false
	}
	terminal := f.Name == dataLimitExceeded || f.Name == statesRuntime
	return slices.ContainsFunc(names, func(name string) bool {
		switch name {
		case f.Name:
			return true
		case statesAll:
			return !terminal
		case statesTaskFailed:
			return fromTask && !terminal && f.Name != statesTimeout
		default:
			return false
		}
	})
}
