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

// Request is what an own answer is asked.
type Request struct {
	Account, Region, Service, Operation string
	Input                               []byte // JSON, whatever the protocol
}

// Answer replaces one operation.
type Answer struct {
	Place
	Service   string // signing name
	Operation string
	// Give returns the answer: anything with JSON tags and the API's member names, a [Failure], or [ErrPassOn].
	Give func(Request) (any, error)
}

// ErrPassOn is the error by which Give leaves a request to the generated organisation, to answer only some requests itself.
var ErrPassOn = errors.New("left to the generated organisation")

// Override answers operations in a test's own way. The last one that matches decides.
func (o *Organization) Override(answers ...Answer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers = append(o.answers, answers...)
}

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

// set is the exact content of one kind of things in one place.
type set struct {
	Place
	items any
}

// Set replaces the generated things of one kind, such as [Key] or [Instance], in a place by exactly items.
func Set[T any](o *Organization, place Place, items ...T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kind := reflect.TypeFor[T]()
	o.sets[kind] = append(o.sets[kind], set{place, items})
}
