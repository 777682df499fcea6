package simaws

import (
	"errors"
	"fmt"
	"net/http"

	"view360/shared/simaws/wire"
)

// call is one call of an operation: its location, its caller, and its fault.
type call struct {
	*location
	service   *service
	operation operation
	principal string // ARN of the caller
	session   *session
	fault     *Fault
}

// iamAction returns the IAM action that allows the call, such as kms:ListKeys.
func (c *call) iamAction() string {
	prefix, name := c.service.action, c.operation.action
	if prefix == "" {
		prefix = c.service.name
	}
	if name == "" {
		name = c.operation.name
	}
	return prefix + ":" + name
}

// isEnabled reports whether the account uses the service; a [NotEnabled] fault says no.
func (c *call) isEnabled() bool {
	return c.account.hasService(c.service.name) && (c.fault == nil || c.fault.Kind != NotEnabled)
}

// isStopped reports whether the account has stopped the service; a [Stopped] fault says so.
func (c *call) isStopped() bool { return c.fault != nil && c.fault.Kind == Stopped }

// runOperation answers the operation: with an [Answer] that replaces it, or from the generated organization.
func (c *call) runOperation(input []byte) (any, error) {
	if give := c.findAnswer(); give != nil {
		out, err := give(Request{Account: c.account.ID, Region: c.region, Service: c.service.name, Operation: c.operation.name, Input: input})
		if !errors.Is(err, ErrPassOn) {
			return out, err
		}
	}
	return c.operation.handle(c, input)
}

// Failure returns an error for an [Answer]: HTTP status, error code and message as the service would send them.
func Failure(status int, code, message string) error {
	return &wire.Error{Status: status, Code: code, Message: message}
}

// newErrorf returns an error of the service with status 400.
func (c *call) newErrorf(code, format string, args ...any) error {
	return Failure(http.StatusBadRequest, code, fmt.Sprintf(format, args...))
}

// newNotFoundf returns an error of the service with status 404 in REST protocols and 400 elsewhere.
func (c *call) newNotFoundf(code, format string, args ...any) error {
	return Failure(c.service.errorCodes().NotFoundStatus, code, fmt.Sprintf(format, args...))
}

// newInvalidf returns the service's validation error.
func (c *call) newInvalidf(format string, args ...any) error {
	return c.newErrorf(c.service.errorCodes().Invalid, format, args...)
}

// newMissing returns the validation error of a required parameter.
func (c *call) newMissing(parameter string) error {
	return c.newInvalidf("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", parameter)
}

func (c *call) newThrottled() error {
	codes := c.service.errorCodes()
	return Failure(codes.ThrottledStatus, codes.Throttled, "Rate exceeded")
}

// newDenied refuses the call's action on resource, with the sentence that IAM writes. The reason is such as "because
// no identity-based policy allows the kms:ListKeys action".
func (c *call) newDenied(resource, reason string) error {
	codes := c.service.errorCodes()
	return Failure(codes.DeniedStatus, codes.Denied,
		fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", c.principal, c.iamAction(), resource, reason))
}

// newDeniedByIdentity refuses the call's action because the caller lacks a policy.
func (c *call) newDeniedByIdentity(resource string) error {
	return c.newDenied(resource, "because no identity-based policy allows the "+c.iamAction()+" action")
}

// newUnknownCredentials refuses unknown keys, and all keys in a region that is not enabled.
func (c *call) newUnknownCredentials() error {
	codes := c.service.errorCodes()
	return Failure(codes.DeniedStatus, codes.Unknown, "The security token included in the request is invalid.")
}

// newNotOffered refuses a call in a region that does not have the service.
func (c *call) newNotOffered() error {
	return Failure(http.StatusNotFound, "UnknownOperationException", "The requested operation is not supported in "+c.region)
}

func (c *call) newExpired() error {
	codes := c.service.errorCodes()
	return Failure(codes.DeniedStatus, codes.Expired, "The security token included in the request is expired")
}
