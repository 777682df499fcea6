package index

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/snapshot"
)

// scanIdentity reads the account id or the region in the account section.
func (s *scanner) scanIdentity(path string, kind jsontext.Kind) error {
	if kind != '"' {
		_, err := s.skipValue()
		return err
	}
	token, err := s.d.ReadToken()
	if err != nil {
		return err
	}
	if path == "account.region" {
		s.region = token.String()
		return nil
	}
	s.account, s.hasAccount = token.String(), true
	return nil
}

// checkIdentity checks that all required sections exist and that account and region match the key, so that a sender cannot
// write data of another account.
func (s *scanner) checkIdentity() error {
	for _, section := range snapshot.Sections {
		if section.Required && !s.seen[section.Key] {
			return newInvalid(-1, "the section %s is missing", section.Key)
		}
	}
	name := &s.index.Name
	_, accountErr := snapshot.ParseAccount(s.account)
	switch account := s.index.Sections["account"]; {
	case slices.ContainsFunc(s.index.Problems, func(p snapshot.Problem) bool { return p.Section == "account" }):
		return newInvalid(-1, "the section account is not an object")
	case !s.hasAccount && !account.IsEmpty():
		return newInvalid(account.Start, "account.account_id is missing")
	case s.hasAccount && accountErr != nil:
		return newInvalid(account.Start, "account.account_id %q is not 12 digits", cutText(s.account))
	case s.hasAccount && s.account != name.Account:
		return newInvalid(account.Start, "it belongs to account %s, its key to account %s", s.account, name.Account)
	case s.region != "" && name.Region != "" && s.region != name.Region:
		return newInvalid(account.Start, "account.region is %s, the key has %s", cutText(s.region), name.Region)
	}
	if name.Region == "" {
		name.Region = s.region
	}
	if name.Region == "" {
		return newInvalid(-1, "neither the key nor account.region has the region")
	}
	return nil
}

// cutText returns at most 100 bytes of a text.
func cutText(text string) string {
	const longest = 100
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
