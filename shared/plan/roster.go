package plan

import (
	"context"
	"maps"
	"slices"
	"time"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// rosterKey is where the accounts that runs have covered are kept from run to run.
const rosterKey = snapshot.StagingPrefix + "roster.json"

// stateLeft is the state of an account that is no longer in the organization.
const stateLeft = "LEFT"

// member is what is remembered of an account.
type member struct {
	Regions []string `json:"regions"`
	State   string   `json:"state"`
}

// roster are the accounts that runs have covered, by id.
type roster map[string]member

func (h Handler) readRoster(ctx context.Context) (roster, error) {
	known := roster{}
	if err := h.Staging.GetJSON(ctx, rosterKey, &known); err != nil && !object.IsMissing(err) {
		return nil, err
	}
	return known, nil
}

// updateAccounts remembers the accounts of this run, and returns those that are gone since the last one, sorted: closed,
// suspended, or no longer in the organization. They are no failure. Their data stay, and one last snapshot of each, with
// nothing but the account's own section, marks them with their state.
func (known roster) updateAccounts(accounts []account, states map[string]string) (gone []string) {
	for _, id := range slices.Sorted(maps.Keys(known)) {
		now, listed := states[id]
		if !listed {
			now = stateLeft
		}
		if now != "ACTIVE" && now != known[id].State {
			known[id] = member{Regions: known[id].Regions, State: now}
			gone = append(gone, id)
		}
	}
	for _, a := range accounts {
		known[a.id] = member{Regions: a.regions, State: "ACTIVE"}
	}
	return gone
}

// buildFinalEntry is the last snapshot of an account that is gone.
func (h Handler) buildFinalEntry(template collect.Input, id string, m member, date, started time.Time) Entry {
	s := h.buildEntry(template, Request{Services: []string{"account"}}, account{id: id, regions: m.Regions}, date, 0, started)
	s.Request.Role, s.Request.AccountState = nil, m.State
	return s
}
