package simaws

import (
	"errors"
	"reflect"
)

// Place selects accounts and regions; empty members match all.
type Place struct{ Account, Region string }

func (p Place) covers(account, region string) bool {
	return (p.Account == "" || p.Account == account) && (p.Region == "" || p.Region == region)
}

// Request is what an [Answer] answers.
type Request struct {
	Account, Region, Service, Operation string
	Input                               []byte // JSON in every protocol
}

// Answer replaces one operation.
type Answer struct {
	Place
	Service   string // signing name
	Operation string
	// Give returns the answer: anything with JSON tags and the API's member names, a [Failure], or [ErrPassOn].
	Give func(Request) (any, error)
}

// ErrPassOn is the error with which Give leaves a request to the generated organization.
var ErrPassOn = errors.New("left to the generated organization")

// Override replaces operations. The last answer that matches decides.
func (o *Organization) Override(answers ...Answer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers = append(o.answers, answers...)
}

// findAnswer returns the answer that replaces the operation, nil for none.
func (c *call) findAnswer() func(Request) (any, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i := len(c.answers) - 1; i >= 0; i-- {
		a := c.answers[i]
		if a.covers(c.account.ID, c.region) && a.Service == c.service.name && a.Operation == c.operation.name {
			return a.Give
		}
	}
	return nil
}

// set holds the items of one kind in one place.
type set struct {
	Place
	items any
}

// Set replaces the generated items of one kind, such as [Key] or [Instance], in a place.
func Set[T any](o *Organization, place Place, items ...T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kind := reflect.TypeFor[T]()
	o.sets[kind] = append(o.sets[kind], set{place, items})
}
