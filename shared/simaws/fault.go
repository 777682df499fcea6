package simaws

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Kind is a way to fail.
type Kind string

// The kinds. EmptyPage and RepeatedToken change only operations that answer in pages.
const (
	Throttled     Kind = "throttled"
	Denied        Kind = "denied"         // by a missing identity policy
	PolicyDenied  Kind = "policy denied"  // by a service control policy
	NotEnabled    Kind = "not enabled"    // the service answers as if it was never switched on
	NotOptedIn    Kind = "not opted in"   // the region does not know the credentials
	Expired       Kind = "expired"        // the credentials have expired
	ServerError   Kind = "server error"   // 500
	Unavailable   Kind = "unavailable"    // 503
	Reset         Kind = "reset"          // the connection is cut before an answer
	Slow          Kind = "slow"           // the answer comes after Delay
	Malformed     Kind = "malformed"      // 200 with half an answer
	EmptyPage     Kind = "empty page"     // no items, and a token to go on with
	RepeatedToken Kind = "repeated token" // the token that was sent comes back
	Empty         Kind = "empty answer"   // 200 with an answer without any member
	Hollow        Kind = "hollow answer"  // the items of the answer are there, without any member
	Flat          Kind = "flat answer"    // the items have their plain members, and nothing inside those that are not plain
)

// Fault makes calls fail. Empty selectors match everything. Without Times and Rate every matching call fails.
type Fault struct {
	Service   string // signing name
	Operation string
	Account   string
	Region    string
	Kind      Kind
	Times     int     // only the first so many matching calls
	Rate      float64 // this share of the matching calls, 0 to 1, decided by the seed and the number of the call
	Delay     time.Duration
	// Message replaces the usual text of an error.
	Message string
}

func (f *Fault) matches(c *call) bool {
	return (f.Service == "" || f.Service == c.service.name) && (f.Operation == "" || f.Operation == c.operation.name) &&
		(f.Account == "" || f.Account == c.account.ID) && (f.Region == "" || f.Region == c.region)
}

// Fault adds faults. The first one that matches a call and is due decides.
func (o *Organization) Fault(faults ...Fault) { o.faults.add(faults) }

// ClearFaults ends all faults, as if somebody had repaired everything.
func (o *Organization) ClearFaults() { o.faults.clear() }

type faults struct {
	mu    sync.Mutex
	rules []*rule
}

type rule struct {
	Fault
	matched map[string]int // calls so far, by account, region and operation
	fired   int
}

func (f *faults) add(new []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range new {
		f.rules = append(f.rules, &rule{Fault: fault, matched: map[string]int{}})
	}
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// next returns the fault that c has to suffer, nil for none.
func (f *faults) next(seed int64, c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, rule := range f.rules {
		if !rule.matches(c) || rule.Times > 0 && rule.fired >= rule.Times {
			continue
		}
		key := c.account.ID + c.region + c.service.name + c.operation.name
		rule.matched[key]++
		if rule.Rate > 0 && c.Organization.draw("fault", i, key, rule.matched[key]).Float64() >= rule.Rate {
			continue
		}
		rule.fired++
		due := rule.Fault
		return &due
	}
	return nil
}

// suffer answers the call as its fault says; done is false when the call goes on.
func (c *call) suffer(w http.ResponseWriter, r *http.Request) (done bool, result outcome) {
	switch c.fault.Kind {
	case Throttled, Denied, PolicyDenied, NotOptedIn, Expired, ServerError, Unavailable:
		f := c.faultFailure()
		f.message = first(c.fault.Message, f.message)
		return true, c.fail(w, f)
	case Reset:
		return true, reset(w)
	case Slow:
		return !c.wait(r, c.fault.Delay), outcome{failure: "client gone"}
	case Malformed:
		// The SDK must report it; a client that has gone needs no second error.
		_ = write(w, "application/json", http.StatusOK, []byte(`{"truncated": [{"`))
		return true, outcome{code: http.StatusOK, failure: string(Malformed)}
	default:
		return false, outcome{}
	}
}

func (c *call) faultFailure() *failure {
	switch c.fault.Kind {
	case Throttled:
		return c.throttled()
	case PolicyDenied:
		return c.denied("*", "with an explicit deny in a service control policy")
	case NotOptedIn:
		return c.unknownCredentials()
	case Expired:
		return c.expired()
	case ServerError:
		return &failure{status: http.StatusInternalServerError, code: "InternalFailure", message: "An internal error occurred"}
	case Unavailable:
		return &failure{status: http.StatusServiceUnavailable, code: "ServiceUnavailable", message: "Service is temporarily unavailable"}
	default:
		return c.denied("*", c.noIdentityPolicy())
	}
}

// enabled reports whether the account uses the service; a NotEnabled fault says no.
func (c *call) enabled() bool {
	return c.account.has(c.service.name) && (c.fault == nil || c.fault.Kind != NotEnabled)
}

func reset(w http.ResponseWriter) outcome {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return outcome{code: http.StatusInternalServerError, failure: fmt.Sprintf("hijacking: %v", err)}
	}
	_ = connection.Close() // cutting it is the point
	return outcome{failure: string(Reset)}
}
