package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Grant is one action of a statement on one of its resources, as the policy writes them. A statement without resources,
// or with NotAction or NotResource, has one grant with their texts empty.
type Grant struct{ Action, Resource string }

// Grants returns the grants of a statement.
func (s Statement) Grants() []Grant {
	var grants []Grant
	for _, action := range orEmpty(s.Action) {
		for _, resource := range orEmpty(s.Resource) {
			grants = append(grants, Grant{action, resource})
		}
	}
	return grants
}

func orEmpty(texts Strings) Strings {
	if len(texts) == 0 {
		return Strings{""}
	}
	return texts
}

// FindGrants returns the grants of the document that allow the call, by the position of their statement. A statement with
// a principal must name the caller or its account.
func (d Document) FindGrants(r Call) map[int][]Grant {
	found := map[int][]Grant{}
	for i, s := range d.Statement {
		if s.Effect != "Allow" || s.Principal != nil && !namesEither(s.Principal, r) || !s.matchesCondition(r, d.Version) {
			continue
		}
		for _, grant := range s.Grants() {
			one := s
			if grant.Action != "" {
				one.Action = Strings{grant.Action}
			}
			if grant.Resource != "" {
				one.Resource = Strings{grant.Resource}
			}
			if one.matchesAction(r) && one.matchesResource(r, d.Version) {
				found[i] = append(found[i], grant)
			}
		}
	}
	return found
}

// Explain returns why the policies refuse the call, in the words of AWS, or "" if they allow it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (p Policies) Explain(r Call) string {
	if p.Allows(r) {
		return ""
	}
	for kind, documents := range map[string][]Document{"identity-based": p.Identity, "session": p.Session, "resource-based": p.Resource} {
		for _, d := range documents {
			if s := d.findDeny(r); s != nil {
				return fmt.Sprintf("with an explicit deny in a %s policy (%s)", kind, s.describe())
			}
		}
	}
	allows := func(d Document) bool { return d.hasMatch("Allow", r, nil) }
	kind := "resource-based" // of another account, or of a key or role that does not trust its account
	switch {
	case len(p.Session) > 0 && !slices.ContainsFunc(p.Session, allows):
		kind = "session"
	case r.account() != "" && !slices.ContainsFunc(p.Identity, allows):
		kind = "identity-based"
	}
	return fmt.Sprintf("because no %s policy allows the %s action", kind, r.Action)
}

func (d Document) findDeny(r Call) *Statement {
	for i, s := range d.Statement {
		named := s.Principal == nil || namesEither(s.Principal, r)
		if s.Effect == "Deny" && named && s.matchesAction(r) && s.matchesResource(r, d.Version) && s.matchesCondition(r, d.Version) {
			return &d.Statement[i]
		}
	}
	return nil
}

// describe returns what identifies a statement to a reader.
func (s Statement) describe() string {
	return strings.TrimSpace(fmt.Sprintf("%s %v on %v%v", s.Sid, append(s.Action, s.NotAction...), s.Resource, s.Condition))
}
