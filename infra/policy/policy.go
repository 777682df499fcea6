// Package policy evaluates IAM policies, so that tests can check the permissions in synthesized templates.
//
// It follows the evaluation logic of IAM for identity, session and resource policies, with wildcards, policy variables,
// NotAction and NotResource, and the condition operators in [operators]. It returns an error for anything else, such as
// NotPrincipal and set operators. It ignores organization policies and permission boundaries.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is a policy.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one rule of a policy.
type Statement struct {
	Sid          string
	Effect       string
	Principal    *Principal
	NotPrincipal any
	Action       Strings
	NotAction    Strings
	Resource     Strings
	NotResource  Strings
	Condition    map[string]map[string]Strings
}

// Strings is one text or a list of them. Booleans are text, as in IAM.
type Strings []string

// UnmarshalJSON decodes a text, number or boolean, or a list of them.
func (s *Strings) UnmarshalJSON(text []byte) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, element := range list {
		switch element.(type) {
		case string, bool, float64:
			*s = append(*s, fmt.Sprint(element))
		default:
			return fmt.Errorf("%s is not a text or a list of texts: resolve the template's functions first", text)
		}
	}
	return nil
}

// Principal is the principal of a resource policy's statement: ARNs or account ids, or services.
type Principal struct {
	AWS, Service, Federated, CanonicalUser Strings
}

// UnmarshalJSON decodes an object or "*".
func (p *Principal) UnmarshalJSON(text []byte) error {
	if string(text) == `"*"` {
		p.AWS = Strings{"*"}
		return nil
	}
	type members Principal
	return json.Unmarshal(text, (*members)(p))
}

// Parse decodes a policy document. It returns an error for unsupported elements and operators.
func Parse(text []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("reading the policy: %w", err)
	}
	for _, s := range d.Statement {
		if s.NotPrincipal != nil {
			return d, fmt.Errorf("statement %s: NotPrincipal is not supported", s.Sid)
		}
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return d, fmt.Errorf("statement %s: effect %q", s.Sid, s.Effect)
		}
		for operator := range s.Condition {
			if _, known := operators[strings.TrimSuffix(operator, "IfExists")]; !known {
				return d, fmt.Errorf("statement %s: condition operator %s is not supported", s.Sid, operator)
			}
		}
	}
	return d, nil
}

// Call is a call of an AWS API.
type Call struct {
	Principal string // ARN of a role or user, or a service such as logging.s3.amazonaws.com
	Action    string // such as s3:PutObject
	Resource  string // ARN
	// Context has the condition keys of the call, such as aws:SecureTransport. aws:PrincipalArn and aws:PrincipalAccount
	// follow from Principal.
	Context map[string]string
}

// account is the principal's account, "" for a service.
func (r Call) account() string {
	if parts := strings.Split(r.Principal, ":"); len(parts) > 4 {
		return parts[4]
	}
	return ""
}

// value returns a condition key; names are case-insensitive.
func (r Call) value(key string) (string, bool) {
	for name, value := range r.Context {
		if strings.EqualFold(name, key) {
			return value, true
		}
	}
	switch strings.ToLower(key) {
	case "aws:principalarn":
		return r.Principal, r.account() != ""
	case "aws:principalaccount":
		return r.account(), r.account() != ""
	}
	return "", false
}

// Policies are all policies that apply to a call.
type Policies struct {
	Identity []Document // of the principal
	Session  []Document // given to AssumeRole; none means no restriction
	Resource []Document // of the bucket, key, queue or role
	Owner    string     // the account of the resource
	// Delegated means that identity policies count only if the resource's policy names the account, as for KMS keys and
	// roles.
	Delegated bool
}

// Allows reports whether the policies allow the call.
func (p Policies) Allows(r Call) bool {
	if p.deniesCall(r) {
		return false
	}
	session := len(p.Session) == 0 || slices.ContainsFunc(p.Session, func(d Document) bool { return d.hasMatch("Allow", r, nil) })
	if !session {
		return false
	}
	identity := slices.ContainsFunc(p.Identity, func(d Document) bool { return d.hasMatch("Allow", r, nil) })
	directly := p.resourceAllows(r, namesPrincipal)
	throughAccount := p.resourceAllows(r, namesAccount)
	switch {
	case r.account() == "": // a service has no identity policies
		return directly
	case r.account() != p.Owner:
		return identity && (directly || throughAccount)
	case p.Delegated:
		return directly || identity && throughAccount
	default:
		return directly || identity
	}
}

// deniesCall reports whether any policy denies the call.
func (p Policies) deniesCall(r Call) bool {
	says := func(d Document) bool { return d.hasMatch("Deny", r, nil) }
	onResource := func(d Document) bool { return d.hasMatch("Deny", r, namesEither) }
	return slices.ContainsFunc(p.Identity, says) || slices.ContainsFunc(p.Session, says) || slices.ContainsFunc(p.Resource, onResource)
}

// resourceAllows reports whether a resource policy allows the call to the principals that who accepts.
func (p Policies) resourceAllows(r Call, who func(*Principal, Call) bool) bool {
	return slices.ContainsFunc(p.Resource, func(d Document) bool { return d.hasMatch("Allow", r, who) })
}

// hasMatch reports whether a statement with this effect matches. who compares principals; nil means that the policy has
// none.
func (d Document) hasMatch(effect string, r Call, who func(*Principal, Call) bool) bool {
	return slices.ContainsFunc(d.Statement, func(s Statement) bool {
		return s.Effect == effect && (who == nil || s.Principal != nil && who(s.Principal, r)) &&
			s.matchesAction(r) && s.matchesResource(r, d.Version) && s.matchesCondition(r, d.Version)
	})
}

func (s Statement) matchesAction(r Call) bool {
	match := func(pattern string) bool { return matchesPattern(strings.ToLower(pattern), strings.ToLower(r.Action)) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, match)
	}
	return slices.ContainsFunc(s.Action, match)
}

func (s Statement) matchesResource(r Call, version string) bool {
	match := func(pattern string) bool { return matchesPattern(expandVariables(pattern, r, version), r.Resource) }
	switch {
	case len(s.NotResource) > 0:
		return !slices.ContainsFunc(s.NotResource, match)
	case len(s.Resource) == 0: // a trust policy
		return true
	}
	return slices.ContainsFunc(s.Resource, match)
}

// namesPrincipal reports whether p has the principal itself, or all principals.
func namesPrincipal(p *Principal, r Call) bool {
	if r.account() == "" {
		return slices.Contains(p.Service, r.Principal) || slices.Contains(p.AWS, "*")
	}
	return slices.Contains(p.AWS, r.Principal) || slices.Contains(p.AWS, "*")
}

// namesAccount reports whether p has the principal's account, which may grant the permission to its own roles.
func namesAccount(p *Principal, r Call) bool {
	return slices.ContainsFunc(p.AWS, func(who string) bool {
		return who == r.account() || strings.HasSuffix(who, "::"+r.account()+":root")
	})
}

func namesEither(p *Principal, r Call) bool { return namesPrincipal(p, r) || namesAccount(p, r) }
