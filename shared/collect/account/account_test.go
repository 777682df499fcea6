package account_test

import (
	"encoding/json"
	"testing"
	"time"

	"view360/shared/collect"
	"view360/shared/collect/account"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, account.Collector, simaws.Options{Volume: 0.2})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, account.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.2},
	})
}

func section(t *testing.T, result collecttest.Result) (a snapshot.Account) {
	t.Helper()
	if err := json.Unmarshal(result.Content["account"], &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestDeniedCallLeavesTheOthers(t *testing.T) { // D63
	b := bench(t)
	b.Fault(simaws.Fault{Service: "account", Operation: "GetAccountInformation", Kind: simaws.Denied}, simaws.Fault{Service: "account", Operation: "GetAlternateContact", Times: 1, Kind: simaws.Denied})
	result := b.Run()
	a := section(t, result)
	if result.Status != outcome.Warned || result.Warnings != 2 {
		t.Errorf("status %q with %d warnings, want two", result.Status, result.Warnings)
	}
	if *a.AccountName != collecttest.Production || a.ContactInfo.FullName == nil {
		t.Errorf("name %q, contact %v: want the id as the name, and the contact all the same", *a.AccountName, a.ContactInfo)
	}
	if _, known := a.AlternateContacts["billing"]; known || len(a.AlternateContacts) != 2 {
		t.Errorf("alternate contacts %v: the denied one must not look like one that does not exist", a.AlternateContacts)
	}
}

// The account itself cannot read what AWS Organizations knows of it.
func TestMembershipIsThatOfTheOrganization(t *testing.T) {
	b := bench(t)
	joined := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	b.Request.Membership = collect.Membership{Email: "shop@example.com", ARN: "arn:aws:organizations::1:account/o-1/2", JoinedMethod: "INVITED", Joined: joined}
	a := section(t, b.Passed())
	if *a.AccountEmail != "shop@example.com" || *a.AccountARN != "arn:aws:organizations::1:account/o-1/2" || *a.JoinedMethod != "INVITED" || !a.JoinedTimestamp.Equal(joined) {
		t.Errorf("got %+v", a)
	}
	b.Request.Options.OmitContacts = true
	if a := section(t, b.Passed()); a.AccountEmail != nil || a.AccountARN == nil {
		t.Errorf("without contacts got %+v", a)
	}
}

func TestUnsetLabelsAreNone(t *testing.T) {
	b := bench(t)
	b.Request.Tenancy = collect.Tenancy{Product: "alpha,beta"}
	a := section(t, b.Passed())
	if a.CustomerName != "None" || a.PartnerName != "None" || a.Category != "None" || a.AccountType != "None" || a.Product != "alpha,beta" {
		t.Errorf("labels %+v", a)
	}
}

func TestContactsCanBeLeftOut(t *testing.T) { // D72
	b := bench(t)
	b.Request.Options.OmitContacts = true
	result := b.Passed()
	a := section(t, result)
	if a.ContactInfo.FullName != nil || len(a.AlternateContacts) != 0 || result.Reason == "" || result.Calls != 1 {
		t.Errorf("contact %+v %v after %d calls, reason %q", a.ContactInfo, a.AlternateContacts, result.Calls, result.Reason)
	}
}

func TestDeniedAccountKeepsWhatIsKnown(t *testing.T) { // D63
	b := bench(t)
	b.Fault(simaws.Fault{Service: "account", Kind: simaws.Denied})
	b.Request.Tenancy = collect.Tenancy{Customer: "Northwind", Partner: "Fabrikam", Category: "retail", Environment: "production", Product: "shop"}
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 5 {
		t.Errorf("status %q with %d warnings, want five", result.Status, result.Warnings)
	}
	for i, action := range []string{"GetAccountInformation", "GetContactInformation", "GetAlternateContact", "GetAlternateContact", "GetAlternateContact"} {
		if got := result.Messages[i]; got.Key != "account" || got.Text != "denied account:"+action || got.AWS == nil || got.AWS.Action != "account:"+action {
			t.Errorf("message %+v, want the denied account:%s", got, action)
		}
	}
	a := section(t, result)
	if a.AccountID != collecttest.Production || *a.AccountName != collecttest.Production || a.AccountStatus != "ACTIVE" || a.JoinedTimestamp != nil || len(a.AlternateContacts) != 0 {
		t.Errorf("got %+v, want what is known without asking", a)
	}
	if a.CustomerName != "Northwind" || a.PartnerName != "Fabrikam" || a.Category != "retail" || a.AccountType != "production" || a.Product != "shop" {
		t.Errorf("labels %+v", a)
	}
}

func TestStatusIsThatOfTheOrganization(t *testing.T) { // D63
	b := bench(t)
	b.Override(simaws.Answer{Service: "account", Operation: "GetAccountInformation", Give: func(simaws.Request) (any, error) {
		return map[string]any{"AccountId": collecttest.Production, "AccountName": "shop", "AccountState": "SUSPENDED"}, nil
	}})
	if a := section(t, b.Passed()); a.AccountStatus != "SUSPENDED" || *a.AccountName != "shop" {
		t.Errorf("got %+v", a)
	}
}

func TestContactsThatDoNotExistAreNull(t *testing.T) {
	b := bench(t)
	b.Request.Account = collecttest.Staging
	b.Override(simaws.Answer{Service: "account", Operation: "GetContactInformation", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(404, "ResourceNotFoundException", "No contact information found.")
	}})
	a := section(t, b.Passed())
	security, known := a.AlternateContacts["security"]
	if !known || security != nil || a.AlternateContacts["billing"] == nil || a.ContactInfo.FullName != nil {
		t.Errorf("contact %+v, alternate contacts %v", a.ContactInfo, a.AlternateContacts)
	}
}
