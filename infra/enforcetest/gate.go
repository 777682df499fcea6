package enforcetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"view360/infra/policy"
	"view360/shared/apimodel"
	"view360/shared/catalog"
	"view360/shared/simaws"
	"view360/shared/simaws/wire"
)

// gate decides each request on the policies of the role whose access key signed it, and forwards it to the simulated
// service, or answers as AWS does: the access key of a role is its logical id.
type gate struct {
	*ledger
	organizationID string
	keys           map[string]*Role       // by access key
	buckets        map[string]*bucket     // by name
	memberRoles    map[string]*memberRole // by account
	objects        http.Handler
	organization   http.Handler
	executions     http.Handler
	arrived        func(key string) // called after every new object of the hub's bucket
	queue          *arrivals        // nil: nothing loads by itself
	queueMu        sync.Mutex       // of its messages
}

// memberRole is the role of an account that the hub assumes.
type memberRole struct {
	Role
	trust policy.Document
}

type callerKey struct{}

// ServeHTTP answers the requests of functions and state machines, and those of the sessions of assumed roles. It refuses
// what is not signed and what the API models refuse.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	credential, _ := wire.ParseCredential(r)
	if err := apimodel.CheckRequest(r); err != nil {
		g.addRefusal(err.Error())
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	role := g.keys[credential.KeyID]
	switch {
	case role == nil: // a session
		g.organization.ServeHTTP(w, r)
	case credential.Service == "s3" && r.URL.Path != "/":
		g.serveObject(w, r, role)
	case credential.Service == "states":
		g.serveExecution(w, r, role)
	case credential.Service == "sqs":
		g.serveQueue(w, r, role)
	default:
		replaceKey(r, "AKIA"+role.Account+"VIEW")
		g.organization.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, role)))
	}
}

// replaceKey makes the request one of another access key. The simulated services do not check signatures.
func replaceKey(r *http.Request, key string) {
	authorization := r.Header.Get("Authorization")
	before, rest, _ := strings.Cut(authorization, "Credential=")
	_, scope, _ := strings.Cut(rest, "/")
	r.Header.Set("Authorization", before+"Credential="+key+"/"+scope)
}

// buildContext returns the condition keys of every request of a role to a resource of an account.
func (g *gate) buildContext(owner string, more map[string]string) map[string]string {
	values := map[string]string{
		"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false", "aws:ResourceAccount": owner,
	}
	if g.organizationID != "" {
		values["aws:PrincipalOrgID"], values["aws:ResourceOrgID"] = g.organizationID, g.organizationID
	}
	maps.Copy(values, more)
	return values
}

// authorize decides the calls of the simulated organization, for [simaws.Options].
func (g *gate) authorize(ctx context.Context, a simaws.Attempt) (resource, reason string) {
	resource = findResource(a)
	if a.Role != "" {
		return resource, g.authorizeSession(a, resource)
	}
	role, _ := ctx.Value(callerKey{}).(*Role)
	if role == nil {
		return resource, "because the caller is not a role of the deployment"
	}
	if a.Action == "sts:AssumeRole" {
		return resource, g.authorizeAssumeRole(role, a, resource)
	}
	return resource, g.decide(role, a.Action, resource, g.buildContext(a.Account, nil), policy.Policies{Owner: a.Account})
}

// authorizeSession decides a call of an assumed role on the role's policies and the session's.
func (g *gate) authorizeSession(a simaws.Attempt, resource string) string {
	m := g.memberRoles[a.Account]
	if m == nil || !strings.HasSuffix(m.ARN, "/"+a.Role) {
		return "because the role does not exist"
	}
	var session []policy.Document
	if a.Policy != "" {
		document, err := policy.Parse([]byte(a.Policy))
		if err != nil {
			return err.Error()
		}
		session = append(session, document)
	}
	return g.decide(&m.Role, a.Action, resource, g.buildContext(a.Account, nil), policy.Policies{Owner: a.Account, Session: session})
}

// authorizeAssumeRole decides on the caller's policies and the trust policy of the role.
func (g *gate) authorizeAssumeRole(role *Role, a simaws.Attempt, resource string) string {
	var in struct{ ExternalId string }
	if err := json.Unmarshal(a.Input, &in); err != nil {
		return err.Error()
	}
	owner := strings.Split(resource+"::::::", ":")[4]
	p := policy.Policies{Owner: owner, Delegated: true}
	if m := g.memberRoles[owner]; m != nil && m.ARN == resource {
		p.Resource = []policy.Document{m.trust}
	}
	return g.decide(role, a.Action, resource, g.buildContext(owner, map[string]string{"sts:ExternalId": in.ExternalId}), p)
}

// findResource returns the ARN of the resource of a call: the one in its input, or else the pattern of the catalog, which
// is all resources of a kind for calls that list them.
func findResource(a simaws.Attempt) string {
	pattern := "*"
	for _, source := range catalog.Sources {
		for _, action := range source.Actions {
			if action.Name == a.Action && action.Resource != "" {
				pattern = action.Resource
			}
		}
	}
	if a.Action == "account:ListRegions" {
		pattern = "arn:${Partition}:account::${Account}:account"
	}
	var in map[string]any
	if json.Unmarshal(a.Input, &in) == nil && (pattern != "*" || a.Service == "sts") {
		for name, value := range in {
			text, _ := value.(string)
			switch {
			case strings.HasPrefix(text, "arn:"):
				return text
			case name == "KeyId" && a.Service == "kms":
				pattern = strings.Replace(pattern, "key/*", "key/"+text, 1)
			}
		}
	}
	return strings.NewReplacer("${Partition}", "aws", "${Region}", a.Region, "${Account}", a.Account).Replace(pattern)
}

// serveExecution decides a request of the Step Functions API and forwards it to the interpreter, which has another
// account and region.
func (g *gate) serveExecution(w http.ResponseWriter, r *http.Request, role *Role) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var in struct{ StateMachineARN, ExecutionARN string }
	if err := json.Unmarshal(body, &in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	here := []byte(role.region + ":" + role.Account + ":")
	resource := strings.Replace(in.StateMachineARN+in.ExecutionARN, interpreterPlace, string(here), 1)
	if reason := g.decide(role, "states:"+operation, resource, g.buildContext(role.Account, nil), policy.Policies{Owner: role.Account}); reason != "" {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "AccessDeniedException", "message": formatDenied(role, "states:"+operation, resource, reason)})
		return
	}
	body = bytes.ReplaceAll(body, here, []byte(interpreterPlace))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	g.executions.ServeHTTP(w, r)
}

// interpreterPlace is the region and account in the ARNs of the interpreter.
const interpreterPlace = "local:000000000000:"

func formatDenied(role *Role, action, resource, reason string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %q %s", role.ARN, action, resource, reason)
}

// writeDenied answers as S3 does.
func writeDenied(w http.ResponseWriter, r *http.Request, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	if r.Method != http.MethodHead {
		fmt.Fprintf(w, "<Error><Code>AccessDenied</Code><Message>%s</Message></Error>", html.EscapeString(message))
	}
}
