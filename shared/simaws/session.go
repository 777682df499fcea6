package simaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Access key ids carry their account, as real ones do: AKIA keys are the fixed ones of an account's own user, ASIA
// keys come from AssumeRole.
const (
	permanentKey = "AKIA"
	temporaryKey = "ASIA"
	keySuffix    = "VIEW"
	keyDigits    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	secretKey    = "simulated/secret/key/of/no/use/anywhere0"
)

// session is one assumed role.
type session struct {
	account, principal string
	expires            time.Time // by the wall clock, which is the one that SDK clients look at
	actions            []string  // of the session policy; nil means no session policy
}

type sessions struct {
	mu    sync.Mutex
	next  int
	byKey map[string]*session
}

// add returns the access key id of a new session and forgets expired ones.
func (s *sessions) add(new session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[string]*session{}
	}
	for key, old := range s.byKey {
		if time.Since(old.expires) > time.Hour {
			delete(s.byKey, key)
		}
	}
	s.next++
	key := temporaryKey + new.account
	for shift := 15; shift >= 0; shift -= 5 {
		key += string(keyDigits[s.next>>shift&31])
	}
	s.byKey[key] = &new
	return key
}

func (s *sessions) find(key string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey[key]
}

var scopePattern = regexp.MustCompile(`Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

// identify reads account, region and service from the credential scope of the request's signature.
func (c *call) identify(r *http.Request) *failure {
	scope := scopePattern.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil {
		return &failure{status: http.StatusForbidden, code: "MissingAuthenticationTokenException", message: "Missing Authentication Token"}
	}
	key, region, name := scope[1], scope[2], scope[3]
	c.region, c.service = region, services[name]
	if c.service == nil {
		return &failure{status: http.StatusBadRequest, code: "UnknownOperationException",
			message: fmt.Sprintf("The simulated AWS has no service with the signing name %q (%s %s)", name, r.Method, r.URL.Path)}
	}
	if c.service.global {
		c.region = homeRegion
	}
	if account, ok := strings.CutPrefix(key, permanentKey); ok {
		if c.account = c.byID[strings.TrimSuffix(account, keySuffix)]; c.account != nil {
			c.principal = "arn:aws:iam::" + c.account.ID + ":user/view360"
			return nil
		}
	}
	if c.session = c.sessions.find(key); c.session == nil {
		return c.unknownCredentials()
	}
	if time.Now().After(c.session.expires) {
		return c.expired()
	}
	c.account, c.principal = c.byID[c.session.account], c.session.principal
	return nil
}

// admit refuses calls to regions that are not enabled or do not have the service, and calls that the session policy
// leaves out.
func (c *call) admit() *failure {
	if !c.service.global && !slices.Contains(c.account.Regions, c.region) {
		return c.unknownCredentials()
	}
	if slices.Contains(c.service.notIn, c.region) {
		return c.notOffered()
	}
	if c.session == nil || c.session.actions == nil || c.iamAction() == "sts:GetCallerIdentity" {
		return nil
	}
	for _, allowed := range c.session.actions {
		if ok, err := path.Match(allowed, c.iamAction()); ok && err == nil {
			return nil
		}
	}
	return c.denied("*", "because no session policy allows the "+c.iamAction()+" action")
}

// policyActions are the actions that a session policy allows.
func policyActions(policy string) ([]string, error) {
	if policy == "" {
		return nil, nil
	}
	var document struct {
		Statement []struct {
			Effect string
			Action texts
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return nil, fmt.Errorf("reading the session policy: %w", err)
	}
	actions := []string{}
	for _, s := range document.Statement {
		if s.Effect == "Allow" {
			actions = append(actions, s.Action...)
		}
	}
	return actions, nil
}

// texts is one text or a list of them.
type texts []string

func (t *texts) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = texts{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(raw, &many); err != nil {
		return fmt.Errorf("reading a text or a list of texts: %w", err)
	}
	*t = many
	return nil
}
