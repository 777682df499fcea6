package test

import (
	"strings"
	"testing"

	"view360/shared/asl"
	"view360/shared/simaws"
)

func TestAccountWhoseRoleCannotBeAssumedFailsAlone(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	victim := p.organization.Accounts()[2].ID
	role := "arn:aws:iam::" + victim + ":role/" + simaws.MemberRole
	p.organization.Override(simaws.Answer{Service: "sts", Operation: "AssumeRole", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), victim) {
			return nil, simaws.Failure(403, "AccessDenied", "User: arn:aws:sts::111111111111:assumed-role/x is not authorized to perform: sts:AssumeRole on resource: "+role)
		}
		return nil, simaws.ErrPassOn
	}})
	s := p.run(t.Context(), p.collect, "daily", struct{}{}).Describe()
	if s.Status != asl.Failed || s.Error != "View360.PartialSnapshot" {
		t.Fatalf("collect ended with %s %s", s.Status, s.Error)
	}
	for _, text := range []string{victim, "denied sts:AssumeRole of " + role, "trust policy", "external id"} {
		if !strings.Contains(s.Cause, text) {
			t.Errorf("the cause does not say %q: %s", text, s.Cause)
		}
	}
	for _, a := range p.organization.Accounts() {
		if a.ID != victim && strings.Contains(s.Cause, a.ID) {
			t.Errorf("%s failed with it: %s", a.ID, s.Cause)
		}
	}
	if ended := p.loadAll(t.Context(), "load"); !allSucceeded(ended) {
		t.Errorf("load ended with %v", ended)
	}
}

// suspend makes Organizations report an account as suspended.
func (p *pipeline) suspend(id string) {
	p.organization.Override(simaws.Answer{Service: "organizations", Operation: "ListAccounts", Give: func(simaws.Request) (any, error) {
		var accounts []map[string]string
		for _, a := range p.organization.Accounts() {
			state := "ACTIVE"
			if a.ID == id {
				state = "SUSPENDED"
			}
			accounts = append(accounts, map[string]string{"Id": a.ID, "State": state})
		}
		return map[string]any{"Accounts": accounts}, nil
	}})
}

func TestClosedAccountIsKeptAndMarked(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	p.collectAndLoad("daily", struct{}{})
	gone := p.organization.Accounts()[1].ID
	const keys = "select count(*)::text from kms_keys k join accounts a on a.id = k.account_id where a.account_id = $1"
	const names = "select distinct account_name || ' ' || account_status from accounts where account_id = $1"
	before, name := queryTexts(t, p.pool, keys, gone)[0], queryTexts(t, p.pool, names, gone)[0]

	p.suspend(gone)
	p.organization.Fault(simaws.Fault{Account: gone, Kind: simaws.Denied})
	p.collectAndLoad("next", struct{}{}) // no alarm
	if got := queryTexts(t, p.pool, names, gone); len(got) != 1 || got[0] != strings.Replace(name, "ACTIVE", "SUSPENDED", 1) {
		t.Errorf("the account is %q in its regions, want the one it was, suspended: %s", got, name)
	}
	if after := queryTexts(t, p.pool, keys, gone)[0]; after != before || before == "0" {
		t.Errorf("%s keys of %s are left", after, before)
	}
}
