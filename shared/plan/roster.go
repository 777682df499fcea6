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

// stateLeft is the state of an account that is no longer in the organization.
const stateLeft = "LEFT"

// member is the last known state of an account.
type member struct {
	Regions []string `json:"regions"`
	State   string   `json:"state"`
}

// roster has the accounts that runs have covered, by id.
type roster map[string]member

// readRoster returns the stored roster, or an empty one.
func (h Handler) readRoster(ctx context.Context) (roster, error) {
	known := roster{}
	if err := h.Staging.GetJSON(ctx, snapshot.RosterKey, &known); err != nil && !object.IsMissing(err) {
		return nil, err
	}
	return known, nil
}

// readGone returns the accounts that an earlier attempt of the run found gone, none if this is the first.
func (h Handler) readGone(ctx context.Context, run string) (gone []string, err error) {
	if err := h.Staging.GetJSON(ctx, snapshot.GoneKey(run), &gone); err != nil && !object.IsMissing(err) {
		return nil, err
	}
	return gone, nil
}

// writeRoster stores the roster, and before it which accounts are gone: the answer of this attempt may be lost, and the
// next one finds them in the roster as gone already.
func (j job) writeRoster(ctx context.Context, run string) error {
	if len(j.gone) > 0 {
		if err := j.Staging.PutJSON(ctx, snapshot.GoneKey(run), j.gone); err != nil {
			return err
		}
	}
	return j.Staging.PutJSON(ctx, snapshot.RosterKey, j.known)
}

// updateAccounts records the accounts of this run and returns those that are gone since the last one, sorted: closed,
// suspended, or not in the organization anymore. That is not a failure. Their data stay, and one last snapshot of each,
// with only the account section, records their state.
func (known roster) updateAccounts(accounts []account, members map[string]Member) (gone []string) {
	for _, id := range slices.Sorted(maps.Keys(known)) {
		now := stateLeft
		if m, listed := members[id]; listed {
			now = m.State
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

// buildFinalEntry returns the entry of the last snapshot of an account that is gone.
func (h Handler) buildFinalEntry(template collect.Input, id string, m member, date, present time.Time) Entry {
	s := h.buildEntry(template, Request{Services: []string{"account"}}, account{id: id, regions: m.Regions}, date, 0, present)
	s.Request.Role, s.Request.AccountState = nil, m.State
	return s
}
