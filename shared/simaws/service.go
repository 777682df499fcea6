package simaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// service is one AWS service: how it talks and what it can do.
type service struct {
	// name is the signing name, which the credential scope of a request carries.
	name string
	// action is the IAM prefix where it is not the signing name.
	action   string
	protocol protocol
	// global services answer alike whatever region the request is signed for.
	global bool
	// notIn are regions that do not have the service.
	notIn []string
	// The error codes where they are not the protocol's usual ones.
	denied, throttled, invalid, badToken string
	operations                           []operation
}

// services are all simulated ones by signing name. Each service's file registers its own at start, so that adding a
// service edits no file that others share; the package has no other global state.
var services = map[string]*service{}

func register(s service) struct{} {
	if _, twice := services[s.name]; twice {
		panic("simaws: service registered twice: " + s.name)
	}
	services[s.name] = &s
	return struct{}{}
}

// operation is one API operation.
type operation struct {
	name string
	// route is method and path of a REST operation, such as "GET /detector/{DetectorId}".
	route string
	// action is the IAM action's name where it is not the operation's.
	action string
	handle func(c *call, input []byte) (any, error)
}

// op declares an operation whose input, whatever the protocol, is decoded into In: members are matched by name without
// regard to case. The answer is a struct with JSON tags or an object.
func op[In any](name string, run func(c *call, in In) (any, error)) operation {
	return operation{name: name, handle: func(c *call, input []byte) (any, error) {
		var in In
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, c.invalidf("input of %s: %v", name, err)
		}
		return run(c, in)
	}}
}

// at sets the route of a REST operation.
func (op operation) at(route string) operation { op.route = route; return op }

// allowedBy sets the name of the IAM action that allows the operation.
func (op operation) allowedBy(action string) operation { op.action = action; return op }

// object is an answer, or a part of one, with the API's member names. Members that are nil are left out.
type object map[string]any

// nothing is the input of operations without parameters that matter here.
type nothing struct{}

// call is one request on its way through.
type call struct {
	*Organization
	now       time.Time
	account   *Account
	region    string
	service   *service
	operation operation
	principal string // ARN of the caller
	session   *session
	fault     *Fault
}

func (c *call) accountID() string {
	if c.account == nil {
		return ""
	}
	return c.account.ID
}

func (c *call) serviceName() string {
	if c.service == nil {
		return ""
	}
	return c.service.name
}

// iamAction is such as kms:ListKeys.
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

// arn names a resource of the call's account and region.
func (c *call) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + c.region + ":" + c.account.ID + ":" + resource
}

// recognise finds the operation that the request asks for and returns its input as JSON.
func (c *call) recognise(r *http.Request, body []byte) ([]byte, *failure) {
	name, input, err := c.service.protocol.read(c.service, r, body)
	if err != nil {
		return nil, c.invalidf("reading the request: %v", err)
	}
	for _, op := range c.service.operations {
		if op.name == name {
			c.operation = op
			return input, nil
		}
	}
	c.operation = operation{name: name}
	return nil, &failure{status: http.StatusBadRequest, code: "UnknownOperationException",
		message: fmt.Sprintf("The simulated %s has no operation %s", c.service.name, name)}
}

// run answers the operation: by a test's own answer, if there is one, or from the generated organisation.
func (c *call) run(input []byte) (any, error) {
	if own := c.ownAnswer(); own != nil {
		out, err := own(Request{Account: c.account.ID, Region: c.region, Service: c.service.name, Operation: c.operation.name, Input: input})
		if !errors.Is(err, ErrPassOn) {
			return out, err
		}
	}
	return c.operation.handle(c, input)
}

// fail writes err in the service's shape.
func (c *call) fail(w http.ResponseWriter, err error) outcome {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{status: http.StatusInternalServerError, code: "InternalFailure", message: err.Error()}
	}
	var p protocol = awsJSON{}
	if c.service != nil {
		p = c.service.protocol
	}
	p.fail(w, f)
	return outcome{code: f.status, failure: f.code}
}

func readBody(r *http.Request) ([]byte, error) {
	const largest = 4 << 20
	body, err := io.ReadAll(io.LimitReader(r.Body, largest))
	if err != nil {
		return nil, fmt.Errorf("reading the request body: %w", err)
	}
	return body, nil
}

// number is an integer input, which query strings and forms carry as text.
type number int

func (n *number) UnmarshalJSON(raw []byte) error {
	var v int
	if err := json.Unmarshal([]byte(strings.Trim(string(raw), `"`)), &v); err != nil {
		return fmt.Errorf("reading a number: %w", err)
	}
	*n = number(v)
	return nil
}
