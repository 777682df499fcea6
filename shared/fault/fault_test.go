package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"

	smithy "github.com/aws/smithy-go"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// The state machines match the Go type's name: aws-lambda-go reports it without a package and does not unwrap.
func TestErrorsHaveTheTypeOfTheirStatus(t *testing.T) {
	t.Parallel()
	for _, info := range outcome.Infos {
		if info.Error == "" {
			continue
		}
		wrapped := fmt.Errorf("listing keys: %w", fault.New(info.Status, "broken"))
		got := fault.Classify(wrapped)
		if name := reflect.TypeOf(got).Elem().Name(); name != info.Error {
			t.Errorf("%s becomes %s, want %s", info.Status, name, info.Error)
		}
		if fault.StatusOf(got) != info.Status || !errors.Is(got, wrapped) || fault.IsRetryable(got) != info.Retryable {
			t.Errorf("%s: classifying lost the status %s or the error %v", info.Status, fault.StatusOf(got), got)
		}
		if again := fault.Classify(got); fault.StatusOf(again) != info.Status || reflect.TypeOf(again) != reflect.TypeOf(got) {
			t.Errorf("classified twice, %T becomes %T", got, again)
		}
	}
	if err := fault.Classify(nil); err != nil || fault.IsRetryable(nil) {
		t.Errorf("no error becomes %v", err)
	}
}

// The explanation of an error replaces its text but not AWS's own words.
func TestExplanationKeepsTheWordsOfAWS(t *testing.T) {
	t.Parallel()
	aws := &smithy.OperationError{ServiceID: "Support", OperationName: "DescribeCases", Err: &smithy.GenericAPIError{Code: "SubscriptionRequiredException", Message: "Amazon Web Services Premium Support Subscription is required"}}
	err := fault.Classify(fmt.Errorf("listing cases: %w", fault.Explain(outcome.NotSubscribed, aws, "change the plan")))
	words := fault.FindAWSError(err)
	if err.Error() != "change the plan" || fault.Reason(err) != "change the plan" || fault.StatusOf(err) != outcome.NotSubscribed {
		t.Errorf("got %q, %s", err, fault.StatusOf(err))
	}
	if words == nil || words.Code != "SubscriptionRequiredException" || words.Operation != "Support DescribeCases" || !strings.Contains(words.Message, "Premium Support") {
		t.Errorf("AWS's words are %+v", words)
	}
}

// A wrong signature is answered with the canonical request, which has the session token.
func TestWordsOfAWSHoldNoSecret(t *testing.T) {
	t.Parallel()
	message := "The request signature we calculated does not match. The Canonical String for this request should have been 'GET\nx-amz-security-token:SECRET'" + strings.Repeat("x", 3000)
	err := &smithy.OperationError{ServiceID: "STS", OperationName: "GetCallerIdentity", Err: &smithy.GenericAPIError{Code: "SignatureDoesNotMatch", Message: message}}
	encoded := &smithy.GenericAPIError{Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation. Encoded authorization failure message: AQxyzSECRET"}
	for _, text := range []string{fault.FindAWSError(err).Message, fault.Reason(err), fault.FindAWSError(encoded).Message} {
		if strings.Contains(text, "SECRET") || len(text) > outcome.MaxMessage+100 {
			t.Errorf("got %.200s", text)
		}
	}
}

// The status given beside a call overrides that of the wrapped error.
func TestOutermostStatusDecides(t *testing.T) {
	t.Parallel()
	err := fault.New(outcome.NotEnabled, "Security Hub is off: %w", fault.New(outcome.Denied, "not subscribed"))
	if got := fault.StatusOf(fmt.Errorf("describing the hub: %w", err)); got != outcome.NotEnabled {
		t.Errorf("got %s", got)
	}
}

func TestNetworkErrorsAreClassified(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want outcome.Status
	}{
		"no such host":    {&net.DNSError{Err: "no such host", Name: "kms.xx-moon-1.amazonaws.com", IsNotFound: true}, outcome.Transient},
		"name server":     {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, outcome.Transient},
		"dial timeout":    {&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, outcome.Transient},
		"deadline":        {context.DeadlineExceeded, outcome.Transient},
		"reset":           {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, outcome.Transient},
		"broken pipe":     {fmt.Errorf("write: %w", syscall.EPIPE), outcome.Transient},
		"half an answer":  {io.ErrUnexpectedEOF, outcome.Transient},
		"our own mistake": {errors.New("index out of range"), outcome.Failed},
	} {
		if got := fault.StatusOf(fmt.Errorf("listing keys: %w", tt.err)); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// The codes are those of https://www.postgresql.org/docs/current/errcodes-appendix.html
func TestPostgreSQLErrorsAreClassified(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]outcome.Status{
		"40001": outcome.Transient, "40P01": outcome.Transient, "55P03": outcome.Transient, "08006": outcome.Transient, "53300": outcome.Transient,
		"25006": outcome.Transient, "25P03": outcome.Transient, "25P04": outcome.Transient, "57014": outcome.Transient,
		"57P01": outcome.Transient, "58030": outcome.Transient, "28P01": outcome.Denied, "42501": outcome.Denied,
		"22001": outcome.Invalid, "23505": outcome.Invalid, "42P01": outcome.Failed,
	} {
		if got := fault.StatusOf(fmt.Errorf("loading kms_keys: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}

func TestReasonOfOtherErrorsIsTheirText(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("decoding the request: %w", errors.New("unexpected end of JSON input"))
	if got := fault.Reason(err); got != err.Error() {
		t.Errorf("got %q", got)
	}
	if got := fault.Classify(err).Error(); got != err.Error() {
		t.Errorf("classified: got %q", got)
	}
	if action := fault.DeniedAction(nil) + fault.DeniedAction(err); action != "" {
		t.Errorf("got the action %q of an error that is not a denial", action)
	}
}

func TestCaughtErrorYieldsItsMessage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ name, cause, want string }{
		"of a function":     {"AccessDeniedError", `{"errorMessage":"denied kms:ListKeys","errorType":"AccessDeniedError"}`, "denied kms:ListKeys"},
		"of Step Functions": {"States.Timeout", "", "States.Timeout"},
		"of a killed task":  {"Lambda.Unknown", "The function was killed", "Lambda.Unknown: The function was killed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fault.CauseMessage(tt.name, tt.cause); got != tt.want || strings.Contains(got, "{") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
