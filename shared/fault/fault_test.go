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

	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/fault"
	"view360/shared/outcome"
)

var allClasses = []outcome.Status{
	outcome.Throttled, outcome.Transient, outcome.Denied, outcome.NotEnabled, outcome.NotSubscribed, outcome.NotAvailable, outcome.Invalid, outcome.Failed,
}

// The state machines match the Go type's name: aws-lambda-go reports it without a package and does not unwrap.
func TestClassifyGivesTheTypeThatStateMachinesMatch(t *testing.T) {
	t.Parallel()
	want := map[outcome.Status]string{
		outcome.Throttled: "RetryableError", outcome.Transient: "RetryableError", outcome.Denied: "AccessDeniedError",
		outcome.NotEnabled: "NotSubscribedError", outcome.NotSubscribed: "NotSubscribedError", outcome.NotAvailable: "NotSubscribedError",
		outcome.Invalid: "TerminalError", outcome.Failed: "TerminalError",
	}
	for _, class := range allClasses {
		wrapped := fmt.Errorf("listing keys: %w", fault.New(class, "broken"))
		got := fault.Classify(wrapped)
		if name := reflect.TypeOf(got).Elem().Name(); name != want[class] {
			t.Errorf("%s becomes %s, want %s", class, name, want[class])
		}
		if fault.StatusOf(got) != class || !errors.Is(got, wrapped) {
			t.Errorf("%s: classifying lost the class %s or the error %v", class, fault.StatusOf(got), got)
		}
		if again := fault.Classify(got); fault.StatusOf(again) != class || reflect.TypeOf(again) != reflect.TypeOf(got) {
			t.Errorf("classified twice, %T becomes %T", got, again)
		}
	}
	if err := fault.Classify(nil); err != nil {
		t.Errorf("no error becomes %v", err)
	}
}

func TestClassSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, class := range allClasses {
		retryable := class == outcome.Throttled || class == outcome.Transient
		notApplicable := class == outcome.NotEnabled || class == outcome.NotSubscribed || class == outcome.NotAvailable
		if class.IsRetryable() != retryable || class.IsNotApplicable() != notApplicable || fault.IsRetryable(fault.New(class, "x")) != retryable {
			t.Errorf("%s: retryable %t, not applicable %t", class, class.IsRetryable(), class.IsNotApplicable())
		}
	}
	if fault.IsRetryable(nil) {
		t.Error("no error is not retryable")
	}
}

// A class that was decided beside a call stands above what the edge would say.
func TestOutermostClassDecides(t *testing.T) {
	t.Parallel()
	err := fault.New(outcome.NotEnabled, "Security Hub is off: %w", fault.New(outcome.Denied, "not subscribed"))
	if got := fault.StatusOf(fmt.Errorf("describing the hub: %w", err)); got != outcome.NotEnabled {
		t.Errorf("got %s", got)
	}
}

func TestClassOfNetworkErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want outcome.Status
	}{
		"no such host":    {&net.DNSError{Err: "no such host", Name: "kms.xx-moon-1.amazonaws.com", IsNotFound: true}, outcome.NotAvailable},
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
func TestClassOfPostgreSQLErrors(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]outcome.Status{
		"40001": outcome.Transient, "40P01": outcome.Transient, "55P03": outcome.Transient, "08006": outcome.Transient, "53300": outcome.Transient,
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
		t.Errorf("got the action %q of what is no denial", action)
	}
}

func TestCaughtErrorYieldsItsMessage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ error, cause, want string }{
		"of a function":    {"AccessDeniedError", `{"errorMessage":"denied kms:ListKeys","errorType":"AccessDeniedError"}`, "denied kms:ListKeys"},
		"of the service":   {"States.Timeout", "", "States.Timeout"},
		"of a killed task": {"Lambda.Unknown", "The function was killed", "Lambda.Unknown: The function was killed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fault.CauseMessage(tt.error, tt.cause); got != tt.want || strings.Contains(got, "{") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
