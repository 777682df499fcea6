package simaws

import (
	"fmt"
	"net/http"
)

// failure is an error answer of a service.
type failure struct {
	status        int
	code, message string
	// members are further members of the error's shape.
	members object
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// Failure returns an error that an own [Answer] gives back: HTTP status, error code and message as the service would
// send them.
func Failure(status int, code, message string) error {
	return &failure{status: status, code: code, message: message}
}

// failf is an error of the service with status 400.
func (c *call) failf(code, format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, code: code, message: fmt.Sprintf(format, args...)}
}

// notFoundf is an error of the service with status 404 in REST protocols and 400 elsewhere.
func (c *call) notFoundf(code, format string, args ...any) *failure {
	f := c.failf(code, format, args...)
	if c.service.protocol.usual().rest {
		f.status = http.StatusNotFound
	}
	return f
}

// invalidf is the service's validation error.
func (c *call) invalidf(format string, args ...any) *failure {
	return c.failf(first(c.service.invalid, c.service.protocol.usual().invalid), format, args...)
}

// missing is the validation error of a required parameter.
func (c *call) missing(parameter string) *failure {
	return c.invalidf("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", parameter)
}

func (c *call) throttled() *failure {
	usual := c.service.protocol.usual()
	return &failure{status: usual.throttledStatus, code: first(c.service.throttled, usual.throttled), message: "Rate exceeded"}
}

// denied is the refusal of the call's action on resource, with the sentence that IAM writes. The reason is such as
// "because no identity-based policy allows the kms:ListKeys action".
func (c *call) denied(resource, reason string) *failure {
	usual := c.service.protocol.usual()
	return &failure{
		status: usual.deniedStatus, code: first(c.service.denied, usual.denied),
		message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", c.principal, c.iamAction(), resource, reason),
	}
}

func (c *call) noIdentityPolicy() string {
	return fmt.Sprintf("because no identity-based policy allows the %s action", c.iamAction())
}

// unknownCredentials is what a service says to keys that it does not know, and in a region that is not enabled.
func (c *call) unknownCredentials() *failure {
	var usual usual
	usual.unknown, usual.deniedStatus = "UnrecognizedClientException", http.StatusForbidden
	if c.service != nil {
		usual = c.service.protocol.usual()
	}
	return &failure{status: usual.deniedStatus, code: usual.unknown, message: "The security token included in the request is invalid."}
}

// notOffered is what an endpoint says of a service that its region does not have.
func (c *call) notOffered() *failure {
	return &failure{status: http.StatusNotFound, code: "UnknownOperationException", message: "The requested operation is not supported in " + c.region}
}

// expired is what a service says to credentials that have run out.
func (c *call) expired() *failure {
	code := "ExpiredTokenException"
	switch c.service.protocol.(type) {
	case queryXML, restXML:
		code = "ExpiredToken"
	}
	return &failure{status: c.service.protocol.usual().deniedStatus, code: code, message: "The security token included in the request is expired"}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
