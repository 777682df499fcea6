package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Codes that more than one service uses with one meaning. A code that means something else for one service is decided
// beside that service's call with [New].
var codes = map[string]Class{
	"AccessDenied":                      Denied,
	"AccessDeniedException":             Denied,
	"UnauthorizedOperation":             Denied,
	"AuthorizationError":                Denied,
	"ExplicitDeny":                      Denied,
	"KMSAccessDeniedException":          Denied,
	"InvalidClientTokenId":              Denied,
	"UnrecognizedClientException":       Denied,
	"ExpiredToken":                      Transient,
	"ExpiredTokenException":             Transient,
	"OptInRequired":                     NotEnabled,
	"OptInRequiredException":            NotEnabled,
	"SubscriptionRequiredException":     NotSubscribed,
	"UnknownOperationException":         NotAvailable,
	"UnsupportedOperation":              NotAvailable,
	"ValidationException":               Invalid,
	"ValidationError":                   Invalid,
	"InvalidParameterException":         Invalid,
	"InvalidParameterValueException":    Invalid,
	"RequestTimeout":                    Transient,
	"RequestTimeoutException":           Transient,
	"InternalError":                     Transient,
	"InternalFailure":                   Transient,
	"InternalServerError":               Transient,
	"InternalServerException":           Transient,
	"InternalServiceError":              Transient,
	"InternalServiceErrorException":     Transient,
	"ServiceUnavailable":                Transient,
	"ServiceUnavailableException":       Transient,
	"SlowDown":                          Throttled,
	"LimitExceededException":            Throttled,
	"TooManyRequestsException":          Throttled,
	"ResourceLimitExceeded":             Throttled,
	"DescribeAttackRequestRateExceeded": Throttled,
}

func ofAWS(err error) (Class, bool) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ofAnswer(err)
	}
	code := api.ErrorCode()
	if _, throttle := retry.DefaultThrottleErrorCodes[code]; throttle {
		return Throttled, true
	}
	if class, known := codes[code]; known {
		return class, true
	}
	if class, known := ofAnswer(err); known {
		return class, true
	}
	return Internal, true
}

// noCode is what the SDK makes up for an answer in which it finds no error code.
const noCode = "UnknownError"

// ofAnswer decides by the HTTP status alone. A 500 without a code is no answer of AWS: asking again does not help.
func ofAnswer(err error) (Class, bool) {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.HTTPStatusCode() == 0 { // 0: there was no answer
		return "", false
	}
	var api smithy.APIError
	switch status := response.HTTPStatusCode(); {
	case status == 429:
		return Throttled, true
	case status > 500 || status == 500 && errors.As(err, &api) && api.ErrorCode() != noCode:
		return Transient, true
	case status == 401 || status == 403:
		return Denied, true
	case status < 300:
		if class, broke := ofNetwork(err); broke { // while the answer was read
			return class, true
		}
		return Internal, true
	default:
		return Internal, true
	}
}

// ofPostgreSQL asks for the SQLSTATE by method, so that a collector's binary does not link the database driver. What the
// driver says was never sent, such as on a connection that has been closed, may be sent again.
func ofPostgreSQL(err error) (Class, bool) {
	var state interface{ SQLState() string }
	if !errors.As(err, &state) {
		var unsent interface{ SafeToRetry() bool }
		return Transient, errors.As(err, &unsent) && unsent.SafeToRetry()
	}
	switch code := state.SQLState(); {
	case code == "40001", code == "40P01", code == "55P03": // serialization, deadlock, lock not available
		return Transient, true
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "58"):
		return Transient, true // connection, resources, shutdown or start, system error
	case code == "28000", code == "28P01", code == "42501":
		return Denied, true
	case strings.HasPrefix(code, "22"), strings.HasPrefix(code, "23"):
		return Invalid, true
	default:
		return Internal, true
	}
}

func ofNetwork(err error) (Class, bool) {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return NotAvailable, true // a region without the service has no host name
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) {
		return Transient, true
	}
	for _, broken := range []error{io.ErrUnexpectedEOF, io.EOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE} {
		if errors.Is(err, broken) {
			return Transient, true
		}
	}
	return "", false
}

var unauthorizedAction = regexp.MustCompile(`not authorized to perform:? ([a-zA-Z0-9-]+:[a-zA-Z0-9]+)`)

// DeniedAction returns the IAM action that err says is missing, such as kms:ListKeys, or "" when err is not a denial
// or does not name it.
func DeniedAction(err error) string {
	if err == nil || ClassOf(err) != Denied {
		return ""
	}
	var classified interface{ failure() Failure }
	if errors.As(err, &classified) && classified.failure().Action != "" {
		return classified.failure().Action
	}
	if match := unauthorizedAction.FindStringSubmatch(err.Error()); match != nil {
		return match[1]
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return strings.ToLower(strings.ReplaceAll(operation.ServiceID, " ", "")) + ":" + operation.OperationName
	}
	return ""
}

// Reason is one short line for the operator: the action to grant, the code and message of the service, or the text of
// err without the SDK's wrapping.
func Reason(err error) string {
	if action := DeniedAction(err); action != "" {
		return "denied " + action
	}
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return err.Error()
	}
	reason := operation.Err.Error()
	var api smithy.APIError
	var unreadable *smithy.DeserializationError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(err, &api):
		reason = api.ErrorCode() + ": " + api.ErrorMessage()
	case errors.As(err, &unreadable) && IsRetryable(err):
		reason = "the answer broke off"
	case errors.As(err, &unreadable) && errors.As(err, &response):
		reason = fmt.Sprintf("HTTP status %d with an answer that is not AWS's: does the endpoint know this operation?", response.HTTPStatusCode())
	}
	return operation.ServiceID + " " + operation.OperationName + ": " + reason
}
