// Package sfnapi serves the Step Functions API for the executions of this process, in the API's own wire protocol, so
// that the AWS CLI, the SDKs and the operator's commands work with --endpoint-url. It has the operations that read,
// start, stop and redrive executions. It accepts any credentials, because it serves the loopback interface only.
//
// The API: https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html, in the protocol AWS JSON 1.0:
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html.
package sfnapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"view360/shared/apimodel"
	"view360/shared/asl"
)

const (
	targetHeader = "X-Amz-Target"
	service      = "AWSStepFunctions."
	contentType  = "application/x-amz-json-1.0"
	bodyLimit    = 2 << 20 // bytes of a request: an input of 256 KiB, escaped
)

// api serves one engine.
type api struct {
	engine *asl.Engine
	since  time.Time // shown as the creation date of the machines

	mu       sync.Mutex
	redrives map[string]answeredRedrive // by the ARN of the execution
}

// operation handles one request.
type operation func(a *api, ctx context.Context, body []byte) (any, error)

var operations = map[string]operation{
	"StartExecution":       decodeRequest((*api).startExecution),
	"DescribeExecution":    decodeRequest((*api).describeExecution),
	"ListExecutions":       decodeRequest((*api).listExecutions),
	"GetExecutionHistory":  decodeRequest((*api).getExecutionHistory),
	"StopExecution":        decodeRequest((*api).stopExecution),
	"RedriveExecution":     decodeRequest((*api).redriveExecution),
	"ListMapRuns":          decodeRequest((*api).listMapRuns),
	"DescribeMapRun":       decodeRequest((*api).describeMapRun),
	"ListStateMachines":    decodeRequest((*api).listStateMachines),
	"DescribeStateMachine": decodeRequest((*api).describeStateMachine),

	"DescribeStateMachineForExecution": decodeRequest((*api).describeStateMachineForExecution),
}

// decodeRequest returns an operation that decodes the request and calls a method.
func decodeRequest[In any](handle func(*api, context.Context, In) (any, error)) operation {
	return func(a *api, ctx context.Context, body []byte) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, newAPIError("SerializationException", "decoding the request: %v", err)
		}
		return handle(a, ctx, in)
	}
}

// New returns a handler for the API's requests that passes all others to rest. Set engine.Base, the context of the
// executions that it starts.
func New(engine *asl.Engine, rest http.Handler) http.Handler {
	a := &api{engine: engine, since: time.Now(), redrives: map[string]answeredRedrive{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get(targetHeader), service) {
			rest.ServeHTTP(w, r)
			return
		}
		answer, err := a.answerRequest(r)
		writeResponse(r.Context(), w, answer, err)
	})
}

func (a *api) answerRequest(r *http.Request) (any, error) {
	if !isFromTool(r) {
		return nil, newAPIError("AccessDeniedException", "only tools on this machine may use this API, not pages in a browser")
	}
	name := strings.TrimPrefix(r.Header.Get(targetHeader), service)
	run, known := operations[name]
	if !known || r.Method != http.MethodPost {
		return nil, newAPIError("UnknownOperationException", "%s is not a supported operation", name)
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	if err != nil {
		return nil, newAPIError("ValidationException", "reading the request: %v", err)
	}
	model, err := apimodel.Find("states")
	if err != nil {
		return nil, err
	}
	if err := model.Check(name, body); err != nil {
		return nil, newAPIError("ValidationException", "%v", err)
	}
	return run(a, r.Context(), body)
}

// isFromTool reports whether a tool made the request, not a page of another site: the request of a page has an Origin, or
// the name of another host that resolves to this one (DNS rebinding).
func isFromTool(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return r.Header.Get("Origin") == "" && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// newAPIError returns an error of the API.
func newAPIError(name, format string, args ...any) *asl.Failure {
	return &asl.Failure{Name: name, Cause: fmt.Sprintf(format, args...)}
}

func writeResponse(ctx context.Context, w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if refusal := (*asl.Failure)(nil); errors.As(err, &refusal) {
		status, answer = http.StatusBadRequest, map[string]string{"__type": refusal.Name, "message": refusal.Cause}
	} else if err != nil {
		slog.ErrorContext(ctx, "request not answered", "error", err)
		status, answer = http.StatusInternalServerError, map[string]string{"__type": "InternalFailure", "message": "see the log of the process"}
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer) // fails if the client is gone
}

// timestamp is a time that is encoded as the protocol does, in seconds since 1970.
type timestamp time.Time

// MarshalJSON writes milliseconds as fractions.
func (t timestamp) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(time.Time(t).UnixMilli())/1000), nil
}

// IsZero reports whether the time is not set.
func (t timestamp) IsZero() bool { return time.Time(t).IsZero() }
