package simaws

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"view360/shared/apimodel"
	"view360/shared/simaws/wire"
)

// ServeHTTP answers one request of an SDK client.
func (o *Organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	x := exchange{call: &call{location: &location{Organization: o, now: o.currentTime()}}, w: w, r: r}
	response := x.serveRequest()
	entry := Call{
		Time: started, Region: x.region, Operation: x.operation.name, Principal: x.principal,
		Status: response.status, Error: response.errorCode, Duration: time.Since(started),
	}
	if x.account != nil {
		entry.Account = x.account.ID
	}
	if x.service != nil {
		entry.Service = x.service.name
	}
	o.record.add(entry)
}

// exchange is one HTTP request and its response.
type exchange struct {
	*call
	w http.ResponseWriter
	r *http.Request
}

// responseRecord is what the record keeps of a response. The status is 0 if the connection was cut.
type responseRecord struct {
	status    int
	errorCode string
}

// clientGone is recorded if the client did not wait for the answer.
var clientGone = responseRecord{errorCode: "client gone"}

func (x exchange) serveRequest() responseRecord {
	body, err := wire.ReadBody(x.r)
	if err != nil {
		return responseRecord{http.StatusBadRequest, err.Error()}
	}
	if err := x.identifyCaller(); err != nil {
		return x.writeError(err)
	}
	input, err := x.decodeRequest(body)
	if err != nil {
		return x.writeError(err)
	}
	if !x.waitFor(x.options.Latency) {
		return clientGone
	}
	if err := x.authorizeCall(input); err != nil {
		return x.writeError(err)
	}
	x.fault = x.faults.findFault(x.call)
	if x.fault != nil {
		if response, done := x.applyFault(); done {
			return response
		}
	}
	return x.answerCall(input)
}

// identifyCaller finds account, region and service by the credential scope of the request's signature.
func (x exchange) identifyCaller() error {
	credential, signed := wire.ParseCredential(x.r)
	if !signed {
		return &wire.Error{Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}
	}
	x.region, x.service = credential.Region, findService(credential.Service)
	if x.service == nil {
		return x.newErrorf("UnknownOperationException", "The simulated AWS has no service with the signing name %q (%s %s)",
			credential.Service, x.r.Method, x.r.URL.Path)
	}
	if x.service.global {
		x.region = homeRegion
	}
	if account, ok := strings.CutPrefix(credential.KeyID, permanentKey); ok {
		if x.account = x.byID[strings.TrimSuffix(account, keySuffix)]; x.account != nil {
			x.principal = "arn:aws:iam::" + x.account.ID + ":user/view360"
			return nil
		}
	}
	if x.session = x.sessions.find(credential.KeyID); x.session == nil {
		return x.newUnknownCredentials()
	}
	if time.Now().After(x.session.expires) {
		return x.newExpired()
	}
	x.account, x.principal = x.byID[x.session.account], x.session.principal
	return nil
}

// decodeRequest finds the requested operation and returns its input as JSON.
func (x exchange) decodeRequest(body []byte) ([]byte, error) {
	name, input, err := x.service.protocol.Decode(x.r, body, x.service.listRoutes())
	if err != nil {
		return nil, x.newInvalidf("reading the request: %v", err)
	}
	for _, op := range x.service.operations {
		if op.name == name {
			x.operation = op
			return input, x.checkInput(input)
		}
	}
	x.operation = operation{name: name}
	return nil, x.newErrorf("UnknownOperationException", "The simulated %s has no operation %s", x.service.name, name)
}

// checkInput refuses what the API model of the service refuses.
func (x exchange) checkInput(input []byte) error {
	api, err := apimodel.Find(x.service.name)
	if err != nil {
		return err
	}
	if x.service.name == "s3" { // which has its operations in query parameters and headers
		err = apimodel.CheckRequest(x.r)
	} else {
		err = api.Check(x.operation.name, input)
	}
	if err != nil {
		return x.newInvalidf("%v", err)
	}
	return nil
}

// waitFor reports whether the client is still connected after d.
func (x exchange) waitFor(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
		return false
	}
}

// authorizeCall refuses calls to regions that are not enabled or do not have the service, and calls that the session
// policy or Authorize does not allow.
func (x exchange) authorizeCall(input []byte) error {
	if !x.service.global && !slices.Contains(x.account.Regions, x.region) {
		return x.newUnknownCredentials()
	}
	if slices.Contains(x.service.notIn, x.region) {
		return x.newNotOffered()
	}
	action := x.iamAction()
	if resource, reason := x.askAuthorize(action, input); reason != "" {
		return x.newDenied(resource, reason)
	}
	if x.session == nil || x.session.actions == nil || action == "sts:GetCallerIdentity" {
		return nil
	}
	for _, allowed := range x.session.actions {
		if ok, err := path.Match(allowed, action); ok && err == nil {
			return nil
		}
	}
	return x.newDenied("*", "because no session policy allows the "+action+" action")
}

// askAuthorize returns why [Options].Authorize refuses the call, "" if it does not.
func (x exchange) askAuthorize(action string, input []byte) (resource, reason string) {
	if x.options.Authorize == nil || action == "sts:GetCallerIdentity" {
		return "", ""
	}
	a := Attempt{
		Account: x.account.ID, Region: x.region, Service: x.service.name, Operation: x.operation.name, Action: action, Input: input,
	}
	if x.session != nil {
		a.Role, a.Policy = x.session.role, x.session.policy
	}
	return x.options.Authorize(x.r.Context(), a)
}

func (x exchange) answerCall(input []byte) responseRecord {
	body, err := x.runOperation(input)
	if err != nil {
		return x.writeError(err)
	}
	answer := wire.Answer{
		Operation: x.operation.name, Body: x.stripAnswer(body), RequestID: x.newChance("request", x.operation.name).newUUID(),
	}
	if err := x.service.protocol.Encode(x.w, answer); err != nil {
		return responseRecord{http.StatusInternalServerError, err.Error()}
	}
	return responseRecord{status: http.StatusOK}
}

// writeError writes err in the service's shape. Any error but a [wire.Error] becomes an InternalFailure.
func (x exchange) writeError(err error) responseRecord {
	var e *wire.Error
	if !errors.As(err, &e) {
		e = &wire.Error{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: err.Error()}
	}
	var protocol wire.Protocol = wire.JSON{}
	if x.service != nil {
		protocol = x.service.protocol
	}
	protocol.EncodeError(x.w, e)
	return responseRecord{e.Status, e.Code}
}

// cutConnection closes the connection without an answer.
func (x exchange) cutConnection() responseRecord {
	connection, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return responseRecord{http.StatusInternalServerError, fmt.Sprintf("hijacking: %v", err)}
	}
	_ = connection.Close() // the cut is what was asked for
	return responseRecord{errorCode: string(Reset)}
}
