package collect

import (
	"time"

	"view360/shared/snapshot"
)

// Input is the input of every collector function.
type Input struct {
	Run string `json:"run"` // the execution's name
	// Attempt is the number of the state machine's retries before this attempt.
	Attempt int `json:"attempt,omitempty"`
	// Resume: what an earlier run has paid for is not asked again.
	Resume  bool   `json:"resume,omitempty"`
	Account string `json:"account"`
	Role    *Role  `json:"role,omitempty"` // absent: the function's own credentials
	Region  string `json:"region"`
	Home    bool   `json:"home"`
	// Covered are the regions of the account that are collected.
	Covered  []string          `json:"covered,omitempty"`
	Interval snapshot.Interval `json:"interval"`
	// Date is the date in the snapshot's key, YYYY-MM-DD.
	Date   string          `json:"date"`
	Window snapshot.Window `json:"window"`
	// EarlierDays is the number of days before Date that a source with [Collector.CollectDays] collects again. Only daily
	// requests have any.
	EarlierDays int `json:"earlier_days,omitempty"`
	// SettledDays is the number of days before Window that Cost Explorer needs for the figures of commitments: a daily run
	// reads those of the day that has settled.
	SettledDays  int  `json:"settled_days,omitempty"`
	History      bool `json:"history,omitempty"`
	AllResources bool `json:"all_resources,omitempty"`
	// AccountState is set for an account that left or was closed, such as SUSPENDED or LEFT: it can no longer be read, and its
	// snapshot has only the state.
	AccountState string     `json:"account_state,omitempty"`
	Now          time.Time  `json:"now"`
	Tenancy      Tenancy    `json:"tenancy,omitzero"`
	Membership   Membership `json:"membership,omitzero"`
	Options      Options    `json:"options,omitzero"`
}

// Role is the member role that a pull deployment assumes.
type Role struct {
	ARN        string `json:"arn"`
	ExternalID string `json:"external_id,omitempty"`
}

// Name returns the snapshot that the input belongs to.
func (in Input) Name() (snapshot.Name, error) {
	date, err := time.Parse(time.DateOnly, in.Date)
	if err != nil {
		return snapshot.Name{}, err
	}
	return snapshot.Name{Account: in.Account, Region: in.Region, Interval: in.Interval, Date: date}, nil
}

// DaysBefore returns the input for the day that is daysBefore days earlier. Its History is set, unless it is the same day.
func (in Input) DaysBefore(daysBefore int) Input {
	if daysBefore == 0 {
		return in
	}
	in.Window.Start, in.Window.End = in.Window.Start.AddDate(0, 0, -daysBefore), in.Window.End.AddDate(0, 0, -daysBefore)
	in.Date = in.Window.NameDate(in.Interval).Format(time.DateOnly)
	in.History = true
	in.EarlierDays = 0
	return in
}

func (in Input) buildScope() Scope {
	return Scope{
		Account: in.Account, Region: in.Region, Home: in.Home, Covered: in.Covered, Interval: in.Interval, Window: in.Window,
		SettledDays: in.SettledDays, History: in.History, AllResources: in.AllResources, AccountState: in.AccountState, Now: in.Now.UTC(), Tenancy: in.Tenancy, Membership: in.Membership, Options: in.Options,
	}
}
