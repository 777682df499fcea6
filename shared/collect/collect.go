// Package collect runs one collector: it gives it an AWS client configuration, a scope and a part to write to, and turns
// what happened into an outcome. The collectors themselves are in the sub-packages, one for each word of the catalogue.
package collect

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/snapshot"
)

// Collector is one source of a snapshot.
type Collector struct {
	// Source is the source's word in the catalogue.
	Source string
	// Rate bounds the calls of one run of the collector to its services; the zero value means unbounded.
	Rate Rate
	// Collect reads the source and writes what it finds to part. An error means that the source as a whole could not be
	// read; what is wrong with single items goes to Part.Warn.
	Collect func(ctx context.Context, cfg aws.Config, scope Scope, part *Part) error
	// CollectDays is set instead of Collect where AWS charges for requests and one answer covers many days. It reads all days,
	// at least one and the newest first, with the requests of one.
	CollectDays func(ctx context.Context, cfg aws.Config, days []Day) error
}

// Day is one day of a span: what it covers and the part to write it to.
type Day struct {
	Scope Scope
	Part  *Part
}

// Rate is a token bucket: Burst requests at once, then PerSecond. The source of the figures is the service's published
// quota.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Scope says what one run of a collector covers.
type Scope struct {
	Account  string // 12 digits
	Region   string // the region of the snapshot
	Home     bool   // the region that carries the account-wide sections
	Interval snapshot.Interval
	Window   snapshot.Window // half open, UTC
	// History: the window lies in the past and state cannot be collected for it.
	History bool
	// AllResources asks config for every evaluated resource instead of those recorded in the window.
	AllResources bool
	// AccountState is the state of an account that is gone and cannot be asked, "" of any other.
	AccountState string
	// Now is the time of the run; collectors have no other clock.
	Now     time.Time
	Tenancy Tenancy
	Options Options
}

// Tenancy labels an account. An empty label is written as the text None.
type Tenancy struct {
	Customer    string `json:"customer,omitempty"`
	Partner     string `json:"partner,omitempty"`
	Category    string `json:"category,omitempty"`
	Environment string `json:"environment,omitempty"`
	Product     string `json:"product,omitempty"` // names separated by commas
}

// Options are settings of a deployment that collectors honour.
type Options struct {
	NoPaidCalls bool `json:"no_paid_calls,omitempty"` // leave out calls that AWS charges for
	// PaidCalls is how many Cost Explorer requests an account may cost a day, further pages of an answer aside; 0 means
	// [DefaultPaidCalls].
	PaidCalls    int  `json:"paid_calls,omitempty"`
	OmitContacts bool `json:"omit_contacts,omitempty"` // leave out contact details (D72)
	OmitTags     bool `json:"omit_tags,omitempty"`     // leave out tags and descriptions of secrets (D72)
}

// DefaultPaidCalls is enough for the cost, the forecast, and the figures of reserved instances, reserved databases and
// Savings Plans.
const DefaultPaidCalls = 5

// PaidCallsBeyondCost are those that are left after the two that the cost takes.
func (o Options) PaidCallsBeyondCost() int { return max(0, cmp.Or(o.PaidCalls, DefaultPaidCalls)-2) }

// Input is the input of every collector function.
type Input struct {
	Run      string            `json:"run"` // the execution's name
	Account  string            `json:"account"`
	Role     *Role             `json:"role,omitempty"` // absent: the function's own credentials
	Region   string            `json:"region"`
	Home     bool              `json:"home"`
	Interval snapshot.Interval `json:"interval"`
	// Date is the date in the snapshot's key, YYYY-MM-DD.
	Date   string          `json:"date"`
	Window snapshot.Window `json:"window"`
	// EarlierDays are the days before Date that a source collects again if it answers for many days with the requests of
	// one ([Collector.Span]). Only daily requests have any.
	EarlierDays  int  `json:"earlier_days,omitempty"`
	History      bool `json:"history,omitempty"`
	AllResources bool `json:"all_resources,omitempty"`
	// AccountState is set for an account that is gone, such as SUSPENDED or LEFT: it cannot be asked any more, and its
	// snapshot only marks it.
	AccountState string    `json:"account_state,omitempty"`
	Now          time.Time `json:"now"`
	Tenancy      Tenancy   `json:"tenancy,omitzero"`
	Options      Options   `json:"options,omitzero"`
}

// Role is the member role that a pull deployment assumes.
type Role struct {
	ARN        string `json:"arn"`
	ExternalID string `json:"external_id,omitempty"`
}

// Name is the snapshot that the request contributes to.
func (r Input) Name() (snapshot.Name, error) {
	date, err := time.Parse(time.DateOnly, r.Date)
	if err != nil {
		return snapshot.Name{}, err
	}
	return snapshot.Name{Account: r.Account, Region: r.Region, Interval: r.Interval, Date: date}, nil
}

// DaysBefore is the request for the day that lies daysBefore the request's own. What it asks for is history then.
func (r Input) DaysBefore(daysBefore int) Input {
	if daysBefore == 0 {
		return r
	}
	r.Window.Start, r.Window.End = r.Window.Start.AddDate(0, 0, -daysBefore), r.Window.End.AddDate(0, 0, -daysBefore)
	r.Date = r.Window.NameDate(r.Interval).Format(time.DateOnly)
	r.History = true
	r.EarlierDays = 0
	return r
}

func (r Input) buildScope() Scope {
	return Scope{
		Account: r.Account, Region: r.Region, Home: r.Home, Interval: r.Interval, Window: r.Window,
		History: r.History, AllResources: r.AllResources, AccountState: r.AccountState, Now: r.Now.UTC(), Tenancy: r.Tenancy, Options: r.Options,
	}
}
