package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"view360/shared/outcome"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// statuses has the codes that several services use with one meaning. A code that means something else for one service is
// decided beside that service's call with [New].
var statuses = map[string]outcome.Status{
	"AccessDenied":                      outcome.Denied,
	"AccessDeniedException":             outcome.Denied,
	"UnauthorizedOperation":             outcome.Denied,
	"AuthorizationError":                outcome.Denied,
	"ExplicitDeny":                      outcome.Denied,
	"KMSAccessDeniedException":          outcome.Denied,
	"OptInRequired":                     outcome.NotEnabled,
	"OptInRequiredException":            outcome.NotEnabled,
	"SubscriptionRequiredException":     outcome.NotSubscribed,
	"UnknownOperationException":         outcome.NotAvailable,
	"UnsupportedOperation":              outcome.NotAvailable,
	"ValidationException":               outcome.Invalid,
	"ValidationError":                   outcome.Invalid,
	"InvalidParameterException":         outcome.Invalid,
	"InvalidParameterValueException":    outcome.Invalid,
	"RequestTimeout":                    outcome.Transient,
	"RequestTimeoutException":           outcome.Transient,
	"InternalError":                     outcome.Transient,
	"InternalFailure":                   outcome.Transient,
	"InternalServerError":               outcome.Transient,
	"InternalServerException":           outcome.Transient,
	"InternalServiceError":              outcome.Transient,
	"InternalServiceErrorException":     outcome.Transient,
	"ServiceUnavailable":                outcome.Transient,
	"ServiceUnavailableException":       outcome.Transient,
	"SlowDown":                          outcome.Throttled,
	"LimitExceededException":            outcome.Throttled,
	"TooManyRequestsException":          outcome.Throttled,
	"ResourceLimitExceeded":             outcome.Throttled,
	"DescribeAttackRequestRateExceeded": outcome.Throttled,
}

func classifySetup(err error) (outcome.Status, bool) {
	if f := findSetupFault(err); f != nil {
		return f.status, true
	}
	return "", false
}

func classifyAWS(err error) (outcome.Status, bool) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return classifyAnswer(err)
	}
	code := api.ErrorCode()
	if _, throttle := retry.DefaultThrottleErrorCodes[code]; throttle {
		return outcome.Throttled, true
	}
	status, known := statuses[code]
	if !known {
		status, known = classifyAnswer(err)
	}
	switch {
	case !known:
		return outcome.Failed, true
	case status == outcome.Denied && isExcluded(api.ErrorMessage()):
		return outcome.Excluded, true
	default:
		return status, true
	}
}

// isExcluded reports whether a denial's message says that a service control policy denies the action. The actions by which
// View360 assumes roles and keeps its own data stay failures: they say nothing about what is collected.
func isExcluded(message string) bool {
	return deniedByOrganization.MatchString(message) && !ownAction.MatchString(firstMatch(deniedAction, message))
}

// noCode is the SDK's code for an answer without an error code.
const noCode = "UnknownError"

// classifyAnswer decides by the HTTP status alone. A 500 without a code is not an answer of AWS: a retry does not help.
func classifyAnswer(err error) (outcome.Status, bool) {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.HTTPStatusCode() == 0 { // 0: there was no answer
		return "", false
	}
	var api smithy.APIError
	switch status := response.HTTPStatusCode(); {
	case status == 429:
		return outcome.Throttled, true
	case status > 500 || status == 500 && errors.As(err, &api) && api.ErrorCode() != noCode:
		return outcome.Transient, true
	case status == 401 || status == 403:
		return outcome.Denied, true
	case status < 300:
		if broken, known := classifyNetwork(err); known { // while the answer was read
			return broken, true
		}
		return outcome.Failed, true
	default:
		return outcome.Failed, true
	}
}

// classifyPostgreSQL reads the SQLSTATE by method, so that a collector's binary does not link the database driver. A
// statement that the driver did not send, such as on a closed connection, may be sent again.
func classifyPostgreSQL(err error) (outcome.Status, bool) {
	var state interface{ SQLState() string }
	if !errors.As(err, &state) {
		var unsent interface{ SafeToRetry() bool }
		return outcome.Transient, errors.As(err, &unsent) && unsent.SafeToRetry()
	}
	switch code := state.SQLState(); {
	case code == "40001", code == "40P01", code == "55P03": // serialization, deadlock, lock not available
		return outcome.Transient, true
	case code == "25006", code == "25P03", code == "25P04", code == "57014": // read-only after a failover, timeouts, canceled
		return outcome.Transient, true
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "58"):
		return outcome.Transient, true // connection, resources, shutdown or start, system error
	case code == "28000", code == "28P01", code == "42501":
		return outcome.Denied, true
	case strings.HasPrefix(code, "22"), strings.HasPrefix(code, "23"):
		return outcome.Invalid, true
	default:
		return outcome.Failed, true
	}
}

func classifyNetwork(err error) (outcome.Status, bool) {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) {
		return outcome.Transient, true
	}
	for _, broken := range []error{io.ErrUnexpectedEOF, io.EOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE} {
		if errors.Is(err, broken) {
			return outcome.Transient, true
		}
	}
	return "", false
}

// DeniedAction returns the IAM action that err says is missing, such as kms:ListKeys, or "" if err is not a denial or
// does not name it.
func DeniedAction(err error) string {
	if err == nil || !isDenial(StatusOf(err)) {
		return ""
	}
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) && classified.failure().Action != "" {
		return classified.failure().Action
	}
	if match := deniedAction.FindStringSubmatch(err.Error()); match != nil {
		return match[1]
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return strings.ToLower(strings.ReplaceAll(operation.ServiceID, " ", "")) + ":" + operation.OperationName
	}
	return ""
}

// describeDenial returns the reason of a denied action.
func describeDenial(status outcome.Status, action string) string {
	if status == outcome.Excluded {
		return "a service control policy denies " + action
	}
	return "denied " + action
}

func isDenial(s outcome.Status) bool { return s == outcome.Denied || s == outcome.Excluded }

// Reason returns one short line for the operator: the action to grant, the code and message of the service, or the text
// of err without the SDK's wrapping.
func Reason(err error) string {
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) && classified.failure().Text != "" {
		return classified.failure().Text
	}
	if action := DeniedAction(err); action != "" {
		return describeDenial(StatusOf(err), action)
	}
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return err.Error()
	}
	reason := operation.Err.Error()
	setup := findSetupFault(err)
	var api smithy.APIError
	var unreadable *smithy.DeserializationError
	var response *smithyhttp.ResponseError
	switch {
	case setup != nil:
		reason = setup.text
	case errors.As(err, &api):
		reason = api.ErrorCode() + ": " + shorten(api.ErrorMessage())
	case errors.As(err, &unreadable) && IsRetryable(err):
		reason = "the answer broke off"
	case errors.As(err, &unreadable) && errors.As(err, &response):
		reason = fmt.Sprintf("HTTP status %d with an answer that is not AWS's: does the endpoint know this operation?", response.HTTPStatusCode())
	}
	return operation.ServiceID + " " + operation.OperationName + ": " + reason
}
