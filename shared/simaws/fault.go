package simaws

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"view360/shared/simaws/wire"
)

// Kind is a way to fail.
type Kind string

// The kinds. EmptyPage, RepeatedToken and TokenCircle change only operations that answer in pages.
const (
	Throttled     Kind = "throttled"
	Denied        Kind = "denied"         // by a missing identity policy
	PolicyDenied  Kind = "policy denied"  // by a service control policy
	PolicyNamed   Kind = "policy named"   // the same in AWS's newer words, which name the policy
	PolicyLacking Kind = "policy lacking" // no service control policy allows it
	NotEnabled    Kind = "not enabled"    // the service answers as if it was never enabled
	NoData        Kind = "no data"        // Cost Explorer has no data of a new account yet
	Stopped       Kind = "stopped"        // the service is set up and stopped: the recorder of Config, the detector of GuardDuty
	NotOptedIn    Kind = "not opted in"   // the region does not know the credentials
	Expired       Kind = "expired"        // the credentials have expired
	ServerError   Kind = "server error"   // 500
	Unavailable   Kind = "unavailable"    // 503
	Reset         Kind = "reset"          // the connection is cut before an answer
	Slow          Kind = "slow"           // the answer comes after Delay
	Malformed     Kind = "malformed"      // 200 with half an answer
	EmptyPage     Kind = "empty page"     // no items, and a token to go on with
	RepeatedToken Kind = "repeated token" // the token that was sent comes back
	TokenCircle   Kind = "token circle"   // the second page names the first one as the next, by a token of its own
	Empty         Kind = "empty answer"   // 200 with an answer without any member
	Hollow        Kind = "hollow answer"  // the answer has its items, without any member
	Flat          Kind = "flat answer"    // the items have their plain members, and the others are empty
)

// denials are the kinds by which a policy denies a call.
var denials = []Kind{Denied, PolicyDenied, PolicyNamed, PolicyLacking}

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
	// Quota fails only the calls beyond so many a second, of one account and region.
	Quota *Quota
	// Message replaces the usual text of an error.
	Message string
}

// Quota is a limit of calls: Burst at once, then PerSecond.
type Quota struct {
	PerSecond float64
	Burst     int
}

// matchesCall reports whether the fault concerns the call. No policy denies GetCallerIdentity.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (f *Fault) matchesCall(c *call) bool {
	if c.operation.name == "GetCallerIdentity" && slices.Contains(denials, f.Kind) {
		return false
	}
	return (f.Service == "" || f.Service == c.service.name) && (f.Operation == "" || f.Operation == c.operation.name) &&
		(f.Account == "" || f.Account == c.account.ID) && (f.Region == "" || f.Region == c.region)
}

// Fault adds faults. The first one that matches a call and is due decides.
func (o *Organization) Fault(faults ...Fault) { o.faults.add(faults) }

// ClearFaults removes all faults.
func (o *Organization) ClearFaults() { o.faults.clear() }

type faults struct {
	mu    sync.Mutex
	rules []*rule
}

type rule struct {
	Fault
	matched map[string]int           // calls so far, by account, region and operation
	quotas  map[string]*rate.Limiter // by account and region
	fired   int
}

func (f *faults) add(new []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range new {
		f.rules = append(f.rules, &rule{Fault: fault, matched: map[string]int{}, quotas: map[string]*rate.Limiter{}})
	}
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// findFault returns the fault of a call, nil for none.
func (f *faults) findFault(c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, rule := range f.rules {
		if !rule.matchesCall(c) || rule.Times > 0 && rule.fired >= rule.Times {
			continue
		}
		key := c.account.ID + c.region + c.service.name + c.operation.name
		rule.matched[key]++
		if rule.Rate > 0 && c.Organization.newChance("fault", i, key, rule.matched[key]).Float64() >= rule.Rate {
			continue
		}
		if rule.fits(c) {
			continue
		}
		rule.fired++
		due := rule.Fault
		return &due
	}
	return nil
}

// fits reports whether the call is within the quota of the rule.
func (r *rule) fits(c *call) bool {
	if r.Quota == nil {
		return false
	}
	key := c.account.ID + c.region
	if r.quotas[key] == nil {
		r.quotas[key] = rate.NewLimiter(rate.Limit(r.Quota.PerSecond), r.Quota.Burst)
	}
	return r.quotas[key].Allow()
}

// applyFault answers the call as its fault says; done is false if the call goes on.
func (x exchange) applyFault() (response responseRecord, done bool) {
	switch x.fault.Kind {
	case Throttled, Denied, PolicyDenied, PolicyNamed, PolicyLacking, NoData, NotOptedIn, Expired, ServerError, Unavailable:
		return x.writeError(x.newFaultError()), true
	case Reset:
		return x.cutConnection(), true
	case Slow:
		return clientGone, !x.waitFor(x.fault.Delay)
	case Malformed:
		// The SDK must report it; a client that has gone needs no second error.
		_ = wire.WriteBody(x.w, "application/json", http.StatusOK, []byte(`{"truncated": [{"`))
		return responseRecord{http.StatusOK, string(Malformed)}, true
	default:
		return responseRecord{}, false
	}
}

// newFaultError returns the error that the call's fault makes it fail with.
func (c *call) newFaultError() error {
	var err error
	switch c.fault.Kind {
	case Throttled:
		err = c.newThrottled()
	case PolicyDenied:
		err = c.newDenied("*", "with an explicit deny in a service control policy")
	case PolicyNamed:
		policy := organizationARN(c.location, "policy/"+organizationID(c.location)+"/service_control_policy/p-"+c.Organization.newChance("policy").hexDigits(8))
		err = c.newDenied("*", "with an explicit deny in a service control policy: "+policy)
	case PolicyLacking:
		err = c.newDenied("*", "because no service control policy allows the "+c.iamAction()+" action")
	case NoData:
		err = c.newErrorf("DataUnavailableException",
			"Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might not be ingested yet")
	case NotOptedIn:
		err = c.newUnknownCredentials()
	case Expired:
		err = c.newExpired()
	case ServerError:
		err = Failure(http.StatusInternalServerError, "InternalFailure", "An internal error occurred")
	case Unavailable:
		err = Failure(http.StatusServiceUnavailable, "ServiceUnavailable", "Service is temporarily unavailable")
	default:
		err = c.newDeniedByIdentity("*")
	}
	if e := (*wire.Error)(nil); c.fault.Message != "" && errors.As(err, &e) {
		return Failure(e.Status, e.Code, c.fault.Message)
	}
	return err
}

// stripAnswer removes the members that the call's fault takes from an answer. An API may leave out anything that it
// does not promise, so clients must do without.
func (c *call) stripAnswer(body any) any {
	if c.fault == nil {
		return body
	}
	depth, stripped := map[Kind]int{Empty: 0, Hollow: 1, Flat: 2}[c.fault.Kind]
	if !stripped {
		return body
	}
	if _, rooted := c.service.protocol.(wire.RESTXML); rooted {
		depth++ // the answer is the only member of its document
	}
	return stripMembers(wire.Normalize(body), depth)
}

// stripMembers removes the members of objects that are nested more than depth objects deep.
func stripMembers(v any, depth int) any {
	switch v := v.(type) {
	case object:
		kept := object{}
		for name, value := range v {
			if depth > 0 {
				kept[name] = stripMembers(value, depth-1)
			}
		}
		return kept
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = stripMembers(v[i], depth)
		}
		return list
	default:
		return v
	}
}
