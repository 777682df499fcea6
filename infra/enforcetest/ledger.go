package enforcetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"view360/infra/policy"
)

// Role is a role of a stack.
type Role struct {
	ID, ARN         string // logical id
	Account, region string
	Policies        []policy.Document
}

// ledger records which grants were used and which calls were refused.
type ledger struct {
	mu       sync.Mutex
	roles    map[string]*Role // by ARN
	used     map[string]bool  // role ARN and grant
	refusals []string
}

func newLedger() *ledger { return &ledger{roles: map[string]*Role{}, used: map[string]bool{}} }

// decide returns why the policies refuse the call of a role, "" if they allow it. The identity policies are the role's.
func (l *ledger) decide(role *Role, action, resource string, context map[string]string, p policy.Policies) string {
	call := policy.Call{Principal: role.ARN, Action: action, Resource: resource, Context: context}
	p.Identity = role.Policies
	reason := p.Explain(call)
	l.mu.Lock()
	defer l.mu.Unlock()
	if reason != "" {
		l.refusals = append(l.refusals, fmt.Sprintf("%s may not %s on %s: %s", role.ID, action, resource, reason))
		return reason
	}
	for _, d := range role.Policies {
		for _, grants := range d.FindGrants(call) {
			for _, g := range grants {
				l.used[role.ARN+" "+g.Action+" "+g.Resource] = true
			}
		}
	}
	return ""
}

func (l *ledger) addRefusal(refusal string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusals = append(l.refusals, refusal)
}

// Refusals returns the refused calls since the last call of Refusals, without duplicates, sorted.
func (l *ledger) Refusals() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.refusals
	l.refusals = nil
	slices.Sort(found)
	return slices.Compact(found)
}

// Unused returns the grants that no call has used, as "role: action on resource", sorted.
func (l *ledger) Unused() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var unused []string
	for _, role := range l.roles {
		for _, d := range role.Policies {
			for _, s := range d.Statement {
				for _, g := range s.Grants() {
					if s.Effect == "Allow" && !l.used[role.ARN+" "+g.Action+" "+g.Resource] {
						unused = append(unused, role.ID+": "+g.Action+" on "+strings.ReplaceAll(g.Resource, role.Account, "ACCOUNT"))
					}
				}
			}
		}
	}
	slices.Sort(unused)
	return slices.Compact(unused)
}
