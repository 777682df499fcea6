package simaws

import (
	"encoding/json"
	"fmt"
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
	role, policy       string    // name of the role, session policy
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

// parseSessionPolicy returns the actions that a session policy allows.
func parseSessionPolicy(policy string) ([]string, error) {
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
