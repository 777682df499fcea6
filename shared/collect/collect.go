// Package collect runs one collector, with an AWS client configuration, a scope, and a part to write to, and returns its
// outcome. The collectors themselves are in the sub-packages, one for each source of the catalog.
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
	// SourceName is its name in the catalog.
	SourceName string
	// Collect reads the source and writes its items to part. It returns an error if the source as a whole could not be
	// read, and reports errors of single items with Part.Warn.
	Collect func(ctx context.Context, cfg aws.Config, scope Scope, part *Part) error
	// CollectDays is set instead of Collect if AWS charges for requests and one answer covers many days. It reads all days, at
	// least one and the newest first, with the requests of one.
	CollectDays func(ctx context.Context, cfg aws.Config, days []Day) error
}

// Day is one of the days that a collector reads at once: its scope and the part to write to.
type Day struct {
	Scope Scope
	Part  *Part
}

// Scope is what one run of a collector covers.
type Scope struct {
	Account string // 12 digits
	Region  string // of the snapshot
	Home    bool   // Region has the account-wide sections
	// Covered are the regions of the account that are collected.
	Covered  []string
	Interval snapshot.Interval
	Window   snapshot.Window // half open, UTC
	// SettledDays is the number of days before the window whose figures of commitments are to be read; 0: those of the
	// window itself.
	SettledDays int
	// History: the window is in the past, so that present state must not be collected for it.
	History bool
	// AllResources: config reads every evaluated resource instead of those recorded in the window.
	AllResources bool
	// AccountState is the state of an account that left or was closed, and cannot be read; "" otherwise.
	AccountState string
	// Now is the time of the run; collectors use no other clock.
	Now        time.Time
	Tenancy    Tenancy
	Membership Membership
	Options    Options
}

// Membership is what AWS Organizations knows of an account, where the plan reads it.
type Membership struct {
	Email        string    `json:"email,omitempty"`
	ARN          string    `json:"arn,omitempty"`
	JoinedMethod string    `json:"joined_method,omitempty"` // CREATED or INVITED
	Joined       time.Time `json:"joined,omitzero"`
}

// Tenancy has the labels of an account. An empty label is written as the text None.
type Tenancy struct {
	Customer    string `json:"customer,omitempty"`
	Partner     string `json:"partner,omitempty"`
	Category    string `json:"category,omitempty"`
	Environment string `json:"environment,omitempty"`
	Product     string `json:"product,omitempty"` // names separated by commas
}

// Options are settings of a deployment that collectors follow.
type Options struct {
	NoPaidCalls bool `json:"no_paid_calls,omitempty"` // leave out calls that AWS charges for
	// PaidCalls is the number of Cost Explorer requests that an account may cost a day, without further pages of an answer;
	// 0 means [DefaultPaidCalls].
	PaidCalls    int  `json:"paid_calls,omitempty"`
	OmitContacts bool `json:"omit_contacts,omitempty"` // leave out contact details (D72)
	OmitTags     bool `json:"omit_tags,omitempty"`     // leave out tags and descriptions of secrets (D72)
}

// DefaultPaidCalls is enough for the cost, the forecast, and the figures of reserved instances, reserved databases and
// Savings Plans.
const DefaultPaidCalls = 5

// PaidCallsBeyondCost returns the number of paid calls that remain after the two of the source cost.
func (o Options) PaidCallsBeyondCost() int { return max(0, cmp.Or(o.PaidCalls, DefaultPaidCalls)-2) }
