package simaws

import (
	"encoding/json"

	"view360/shared/simaws/wire"
)

//go:generate go run ./generate

// ListOperations returns the names of the simulated operations by the signing name of their service.
func ListOperations() map[string][]string {
	listed := map[string][]string{}
	for _, s := range services {
		for _, o := range s.operations {
			listed[s.name] = append(listed[s.name], o.name)
		}
	}
	return listed
}

// findService returns the service with a signing name, nil for none.
func findService(name string) *service {
	for i := range services {
		if services[i].name == name {
			return &services[i]
		}
	}
	return nil
}

// service is one AWS service: how it talks and what it can do.
type service struct {
	// name is the signing name, which the credential scope of a request carries.
	name string
	// action is the prefix of the IAM actions if it is not the signing name.
	action   string
	protocol wire.Protocol
	// global services answer alike in all regions.
	global bool
	// notIn are regions that do not have the service.
	notIn []string
	// codes are the error codes that are not the protocol's usual ones.
	codes      wire.ErrorCodes
	operations []operation
}

// operation is one API operation.
type operation struct {
	name string
	// route is the method and path of a REST operation, such as "GET /detector/{DetectorId}".
	route string
	// action is the name of the IAM action if it is not the operation's.
	action string
	handle func(c *call, input []byte) (any, error)
}

// handleInput returns a handler that decodes the input into In: members are matched by name without regard to case. The
// answer of run is a struct with JSON tags or an object.
func handleInput[In any](run func(c *call, in In) (any, error)) func(*call, []byte) (any, error) {
	return func(c *call, input []byte) (any, error) {
		var in In
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, c.newInvalidf("input of %s: %v", c.operation.name, err)
		}
		return run(c, in)
	}
}

func (s *service) listRoutes() []wire.Route {
	routes := make([]wire.Route, len(s.operations))
	for i, op := range s.operations {
		routes[i] = wire.Route{Operation: op.name, Pattern: op.route}
	}
	return routes
}

func (s *service) errorCodes() wire.ErrorCodes { return s.codes.Or(s.protocol.ErrorCodes()) }

// noInput is the input of operations without parameters that matter here.
type noInput struct{}

// The types of inputs and answers that every service uses.
type (
	object = wire.Object
	number = wire.Number
	// Time is a moment that each protocol writes in its own way.
	Time = wire.Time
)
