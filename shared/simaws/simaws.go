// Package simaws is a simulated AWS organization: an HTTP server that speaks the wire protocols of the operations that
// View360 calls, so that the real SDK clients talk to it. The demonstration observes it and the tests run against it.
//
// Everything it answers is derived from a seed, an account, a region and the clock when it is asked for: the same seed
// and time give the same answers in any order of calls, and an account that is not asked about costs nothing. Costs grow
// and follow the week, findings appear and are resolved as the clock moves.
//
// A service is one file with a table of its operations; go generate ./shared/simaws lists it in all.go. Package wire has
// the protocols. Page sizes, tokens, required parameters and error shapes are those of the real service; any other
// operation answers UnknownOperationException.
//
// The rules come from three kinds of places. API models, as botocore ships them: package apimodel refuses every request
// that they refuse, such as an unknown member, a page that is too large, a third group of Cost Explorer. Documents:
//
//   - Savings Plans utilization: the end is before the current date, the start within 13 months (API_GetSavingsPlansUtilization).
//     Reservation utilization does the same here; no document says so. The text of both errors is ours.
//   - Security Hub: ten attributes in a filter and twenty values of one (API_GetFindings).
//   - AWS WAF: scope CLOUDFRONT in us-east-1 only (API_ListWebACLs), so in no other partition.
//   - AWS Config: a stopped recorder still answers (DescribeConfigurationRecorderStatus). GuardDuty: so does a suspended
//     detector (API_GetDetector).
//   - Denials: the sentence, explicit or implicit, and the type of policy (IAM User Guide, troubleshoot_access-denied).
//
// Public reports, where no document has the rule:
//
//   - Cost Explorer: 'end date past the beginning of next month' (aws/aws-sdk-js issue 2732), the two messages of a start
//     more than 14 months back (redhat-performance/cloud-governance pull request 1011 has the one that asks for the first
//     of a month; here it is the answer to any other day), DataUnavailableException of a new account (intuit/costBuddy
//     issue 5).
//   - KMS: the policy of aws/acm lets nobody read its rotation (prowler-cloud/prowler issue 1838, elastic/cloudbeat issue
//     1749). Here this holds for all keys that AWS manages.
//   - A service control policy's denial that goes on with the policy's ARN: many published error messages.
package simaws

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Options describe an organization. The zero value describes that of the demonstration.
type Options struct {
	// Seed changes names, numbers and findings, not the accounts.
	Seed int64
	// Now is the organization's clock; nil means the wall clock.
	Now func() time.Time
	// Accounts, the first being the management account; nil means [DefaultAccounts].
	Accounts []Account
	// Volume scales the number of generated items; 0 means 1.
	Volume float64
	// Latency is added to every call.
	Latency time.Duration
	// WithFailures adds what goes wrong in a real organization: denials, throttling, broken services, a policy that
	// closes two regions. Without it nothing fails.
	WithFailures bool
	// Role is the name of the only role that can be assumed, ExternalID the external id that it requires; "" for any.
	Role, ExternalID string
	// Authorize, if set, decides every call before it is answered, see [Attempt].
	Authorize func(context.Context, Attempt) (resource, reason string)
	// KeepCalls bounds the record of calls: the newest are kept. 0 means 100,000.
	KeepCalls int
}

// Attempt is a call that [Options].Authorize decides, in the context of its HTTP request. Authorize returns "" to allow
// it, or the reason of the refusal, such as "because no identity-based policy allows the kms:ListKeys action", and the ARN
// of the resource for the message.
type Attempt struct {
	Account, Region string // of the caller; us-east-1 for global services
	Service         string // signing name
	Operation       string
	Action          string // IAM action, such as kms:ListKeys
	Input           []byte // JSON in every protocol
	Role, Policy    string // name and session policy of an assumed role; "" for an account's own keys
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

	mu      sync.RWMutex
	sets    map[reflect.Type][]set
	answers []Answer
}

// New returns the organization that options describe.
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
		o.Fault(o.listFailures()...)
	}
	return o
}

// Accounts returns the organization's accounts, the management account first.
func (o *Organization) Accounts() []Account { return slices.Clone(o.accounts) }

func (o *Organization) managementAccount() *Account { return &o.accounts[0] }

// currentTime returns the organization's time in whole minutes, so that the pages of one list agree with each other.
func (o *Organization) currentTime() time.Time { return o.options.Now().UTC().Truncate(time.Minute) }

// creationTime returns the first day of an account; the management account is the oldest.
func (o *Organization) creationTime(a *Account) time.Time {
	i := slices.IndexFunc(o.accounts, func(other Account) bool { return other.ID == a.ID })
	start := time.Date(2019, time.March, 4, 9, 12, 0, 0, time.UTC)
	return start.AddDate(0, min(7*i, 72), o.newChance("created", a.ID).intBetween(0, 20))
}

// homeRegion is the region of global services, and of accounts that name none.
const homeRegion = "us-east-1"
