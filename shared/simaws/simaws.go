// Package simaws is a simulated AWS organisation: an HTTP server that speaks the wire protocols of the operations that
// View360 calls, so that the real SDK clients talk to it. The demonstration observes it and the tests run against it.
//
// Everything it answers is derived from a seed, an account, a region and the clock when it is asked for: the same seed
// and time give the same answers in any order of calls, and an account that nobody asks about costs nothing. Costs grow
// and follow the week, findings appear and are resolved as the clock moves.
//
// A service is one file: it declares its operations and registers itself. Page sizes, tokens, required parameters and
// error shapes are those of the real service; what is not simulated answers UnknownOperationException.
package simaws

import (
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Options describe an organisation. The zero value is the demonstration's.
type Options struct {
	// Seed changes names, numbers and findings, not the accounts.
	Seed int64
	// Now is the organisation's clock; nil means the wall clock.
	Now func() time.Time
	// Accounts, the first being the management account; nil means [DefaultAccounts].
	Accounts []Account
	// Volume scales the number of generated items; 0 means 1.
	Volume float64
	// Latency is added to every call.
	Latency time.Duration
	// WithFailures adds what goes wrong in a real organisation: denials, throttling, broken services, a policy that
	// closes two regions. Without it nothing fails.
	WithFailures bool
	// Role and ExternalID are what AssumeRole insists on where they are not empty. Role is the role's name.
	Role, ExternalID string
	// KeepCalls bounds the record of calls: the newest are kept. 0 means 100,000.
	KeepCalls int
}

// Organization answers the requests of every service, account and region. It is safe for concurrent use.
type Organization struct {
	options  Options
	accounts []Account
	byID     map[string]*Account
	sessions sessions
	faults   faults
	record   record
	memory   memory

	mu   sync.RWMutex
	sets map[reflect.Type][]set
	own  []Answer
}

// New returns the organisation that options describe.
func New(options Options) *Organization {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Accounts == nil {
		options.Accounts = DefaultAccounts()
	}
	if options.Volume == 0 {
		options.Volume = 1
	}
	if options.KeepCalls == 0 {
		options.KeepCalls = 100_000
	}
	o := &Organization{
		options:  options,
		accounts: slices.Clone(options.Accounts),
		byID:     make(map[string]*Account, len(options.Accounts)),
		sets:     map[reflect.Type][]set{},
	}
	for i := range o.accounts {
		if len(o.accounts[i].Regions) == 0 {
			o.accounts[i].Regions = []string{homeRegion}
		}
		o.byID[o.accounts[i].ID] = &o.accounts[i]
	}
	o.record.keep = options.KeepCalls
	if options.WithFailures {
		o.Fault(o.failures()...)
	}
	return o
}

// Accounts are the organisation's accounts, the management account first.
func (o *Organization) Accounts() []Account { return slices.Clone(o.accounts) }

func (o *Organization) management() *Account { return &o.accounts[0] }

// now is the organisation's time in whole minutes, so that the pages of one list agree with each other.
func (o *Organization) now() time.Time { return o.options.Now().UTC().Truncate(time.Minute) }

// ServeHTTP answers one request of an SDK client.
func (o *Organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	c := &call{Organization: o, now: o.now()}
	status := o.serve(c, w, r)
	o.record.add(Call{
		Time: started, Account: c.accountID(), Region: c.region, Service: c.serviceName(), Operation: c.operation.name,
		Principal: c.principal, Status: status.code, Error: status.failure, Duration: time.Since(started),
	})
}

// outcome is what the record keeps of an answer.
type outcome struct {
	code    int
	failure string
}

func (o *Organization) serve(c *call, w http.ResponseWriter, r *http.Request) outcome {
	body, err := readBody(r)
	if err != nil {
		return outcome{code: http.StatusBadRequest, failure: err.Error()}
	}
	if f := c.identify(r); f != nil {
		return c.fail(w, f)
	}
	input, f := c.recognise(r, body)
	if f != nil {
		return c.fail(w, f)
	}
	if !o.wait(r, o.options.Latency) {
		return outcome{failure: "client gone"}
	}
	if f := c.admit(); f != nil {
		return c.fail(w, f)
	}
	c.fault = o.faults.next(o.options.Seed, c)
	if c.fault != nil {
		if done, result := c.suffer(w, r); done {
			return result
		}
	}
	return c.answer(w, input)
}

func (c *call) answer(w http.ResponseWriter, input []byte) outcome {
	out, err := c.run(input)
	if err != nil {
		return c.fail(w, err)
	}
	if c.fault != nil {
		out = c.bare(out)
	}
	if err := c.service.protocol.write(w, c, out); err != nil {
		return outcome{code: http.StatusInternalServerError, failure: err.Error()}
	}
	return outcome{code: http.StatusOK}
}

// wait reports whether the client is still there after d.
func (o *Organization) wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// homeRegion is where global services are signed for and accounts start out.
const homeRegion = "us-east-1"
