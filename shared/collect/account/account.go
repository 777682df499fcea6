// Package account collects who the account is: its name, its labels and its contacts.
//
//	operations  account GetAccountInformation, GetContactInformation, GetAlternateContact (three types)
//	scope       account-wide, once; every region's snapshot carries it
//	window      none: state at run time
//	section     account
//	paid        no
//	quotas      GetAlternateContact 10, GetContactInformation 10, GetAccountInformation 3 requests per second
//	            https://docs.aws.amazon.com/accounts/latest/reference/quotas.html
package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// API is the part of the Account client that Collect uses; each method is one IAM action of the role.
type API interface {
	GetAccountInformation(context.Context, *account.GetAccountInformationInput, ...func(*account.Options)) (*account.GetAccountInformationOutput, error)
	GetContactInformation(context.Context, *account.GetContactInformationInput, ...func(*account.Options)) (*account.GetContactInformationOutput, error)
	GetAlternateContact(context.Context, *account.GetAlternateContactInput, ...func(*account.Options)) (*account.GetAlternateContactOutput, error)
}

// Collector is the source account.
var Collector = collect.Collector{
	SourceName: "account",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, account.NewFromConfig(cfg), scope, part)
	},
}

// section is the section and the source of its messages.
const section = "account"

// unset is the contract's text for a label that is not set.
const unset = "None"

// Collect writes the [snapshot.Account]. A call that is denied is a warning, and what it would fill stays empty (D63).
// An account that is gone has only its state.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	a := toLabels(scope)
	addMembership(&a, scope)
	if scope.AccountState != "" {
		a.AccountName, a.AccountStatus = nil, scope.AccountState
		return part.Set(section, a)
	}
	information, err := api.GetAccountInformation(ctx, &account.GetAccountInformationInput{})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		part.Warn(section, fmt.Errorf("reading the account's name: %w", err))
	default:
		a.AccountName = information.AccountName
		if a.JoinedTimestamp == nil {
			a.JoinedTimestamp = snapshot.TimeOf(information.AccountCreatedDate)
		}
		if information.AccountState != "" {
			a.AccountStatus = string(information.AccountState)
		}
	}
	if scope.Options.OmitContacts {
		part.Skip("contact details are left out by configuration")
		return part.Set(section, a)
	}
	if a.ContactInfo, err = readContact(ctx, api, part); err != nil {
		return err
	}
	if a.AlternateContacts, err = readAlternateContacts(ctx, api, part); err != nil {
		return err
	}
	return part.Set(section, a)
}

// toLabels returns the members that are known without a call.
func toLabels(scope collect.Scope) snapshot.Account {
	label := func(text string) string { return snapshot.TextOr(&text, unset) }
	return snapshot.Account{
		AccountID: scope.Account, AccountName: &scope.Account, AccountStatus: "ACTIVE", Region: scope.Region,
		PartnerName: label(scope.Tenancy.Partner), CustomerName: label(scope.Tenancy.Customer), Category: label(scope.Tenancy.Category),
		AccountType: label(scope.Tenancy.Environment), Product: label(scope.Tenancy.Product),
		ContactInfo: &snapshot.ContactInfo{}, AlternateContacts: map[string]*snapshot.AlternateContact{},
	}
}

// addMembership sets what AWS Organizations knows, which the account itself cannot read. The e-mail address is a contact.
func addMembership(a *snapshot.Account, scope collect.Scope) {
	m := scope.Membership
	a.AccountARN, a.JoinedMethod = snapshot.Text(m.ARN), snapshot.Text(m.JoinedMethod)
	if !scope.Options.OmitContacts {
		a.AccountEmail = snapshot.Text(m.Email)
	}
	if !m.Joined.IsZero() {
		a.JoinedTimestamp = snapshot.TimeOf(&m.Joined)
	}
}

func readContact(ctx context.Context, api API, part *collect.Part) (*snapshot.ContactInfo, error) {
	got, err := api.GetContactInformation(ctx, &account.GetContactInformationInput{})
	var none *types.ResourceNotFoundException
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &none):
		return &snapshot.ContactInfo{}, nil
	case err != nil:
		part.Warn(section, fmt.Errorf("reading the primary contact: %w", err))
		return &snapshot.ContactInfo{}, nil
	case got.ContactInformation == nil:
		return &snapshot.ContactInfo{}, nil
	}
	c := got.ContactInformation
	return &snapshot.ContactInfo{
		AddressLine1: c.AddressLine1, AddressLine2: c.AddressLine2, AddressLine3: c.AddressLine3, City: c.City,
		CountryCode: c.CountryCode, PostalCode: c.PostalCode, StateOrRegion: c.StateOrRegion, CompanyName: c.CompanyName,
		PhoneNumber: c.PhoneNumber, WebsiteURL: c.WebsiteUrl, FullName: c.FullName,
	}, nil
}

// contactTypes lists the alternate contacts with their members of the section.
var contactTypes = []struct {
	member string
	kind   types.AlternateContactType
}{
	{"billing", types.AlternateContactTypeBilling},
	{"operations", types.AlternateContactTypeOperations},
	{"security", types.AlternateContactTypeSecurity},
}

// readAlternateContacts reads the contact of each type; a denied one is missing.
func readAlternateContacts(ctx context.Context, api API, part *collect.Part) (map[string]*snapshot.AlternateContact, error) {
	contacts := map[string]*snapshot.AlternateContact{}
	for _, t := range contactTypes {
		got, err := api.GetAlternateContact(ctx, &account.GetAlternateContactInput{AlternateContactType: t.kind})
		var none *types.ResourceNotFoundException
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &none):
			contacts[t.member] = nil
		case err != nil:
			part.Warn(section, fmt.Errorf("reading the %s contact: %w", t.member, err))
		case got.AlternateContact == nil:
			contacts[t.member] = nil
		default:
			c := got.AlternateContact
			contacts[t.member] = &snapshot.AlternateContact{Name: c.Name, Title: c.Title, Email: c.EmailAddress, Phone: c.PhoneNumber}
		}
	}
	return contacts, nil
}
