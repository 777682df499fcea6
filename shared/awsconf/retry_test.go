package awsconf_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
	"view360/shared/simaws"
)

func TestAttemptsDependOnTheFailure(t *testing.T) {
	for kind, want := range map[simaws.Kind]int{
		simaws.Throttled: 10, simaws.ServerError: 4, simaws.Unavailable: 4, simaws.Denied: 1,
	} {
		t.Run(string(kind), func(t *testing.T) {
			server := organization(t)
			server.Fault(simaws.Fault{Kind: kind})
			if _, err := listKeys(t, server.Config(member)); err == nil {
				t.Fatal("got no error")
			}
			if got := len(server.Calls()); got != want {
				t.Errorf("got %d attempts, want %d", got, want)
			}
		})
	}
}

// The SDK's own retry quota is empty after a dozen throttled requests; the next ones are then not tried again.
func TestRetryerHasNoRetryQuota(t *testing.T) {
	const requests = 15
	server := organization(t)
	server.Fault(simaws.Fault{Kind: simaws.Throttled, Times: 10 * requests})
	cfg := server.Config(member)
	cfg.Retryer = awsconf.NewRetryer(time.Millisecond)
	client := kms.NewFromConfig(cfg)
	for range requests {
		if _, err := client.ListKeys(t.Context(), nil); err == nil {
			t.Fatal("got no error while all is throttled")
		}
	}
	if _, err := client.ListKeys(t.Context(), nil); err != nil {
		t.Errorf("after the throttling: %v", err)
	}
	if got := len(server.Calls()); got != 10*requests+1 {
		t.Errorf("got %d attempts, want ten of each request and one more", got)
	}
}

// unreachable is a configuration whose connections end as dial says, and the number of attempts to connect.
func unreachable(t *testing.T, dial func(context.Context) error) (aws.Config, *awsconf.Meter) {
	t.Helper()
	cfg, meter := organization(t).Config(member), &awsconf.Meter{}
	cfg.HTTPClient = awsconf.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			return nil, dial(ctx)
		}
	})
	return awsconf.WithMeter(cfg, meter), meter
}

func TestUnknownHostIsTriedOnce(t *testing.T) {
	cfg, meter := unreachable(t, func(context.Context) error {
		return &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	})
	if _, err := listKeys(t, cfg); err == nil || meter.Calls() != 1 {
		t.Errorf("got %v after %d attempts, want an error after one", err, meter.Calls())
	}
}

func TestUnreachableHostGetsFewAttempts(t *testing.T) {
	cfg, meter := unreachable(t, func(ctx context.Context) error {
		return &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	})
	if _, err := listKeys(t, cfg); err == nil || meter.Calls() != 3 {
		t.Errorf("got %v after %d attempts, want an error after three", err, meter.Calls())
	}
}

// Three attempts to connect, and the waits between them, stay below a quarter of a minute.
func TestConnectingGivesUpWithinSeconds(t *testing.T) {
	t.Parallel()
	client := awsconf.HTTPClient()
	dial, handshake := client.GetDialer().Timeout, client.GetTransport().TLSHandshakeTimeout
	if dial <= 0 || dial > 5*time.Second || handshake <= 0 || handshake > 5*time.Second {
		t.Errorf("connecting may take %s, and %s for the handshake", dial, handshake)
	}
	if got := client.GetTimeout(); got <= 0 || got > time.Minute {
		t.Errorf("an attempt may take %s", got)
	}
	connection := &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	retryer, waits := awsconf.NewRetryer(0)(), time.Duration(0)
	for attempt := 1; ; attempt++ {
		delay, err := retryer.RetryDelay(attempt, connection)
		if err != nil {
			break
		}
		waits += delay
	}
	if waits > 6*time.Second {
		t.Errorf("the waits between attempts add up to %s", waits)
	}
}

// A host that accepts the connection and never responds times out, and is retried once.
func TestHangingConnectionIsClosed(t *testing.T) {
	for limit, client := range map[string]aws.HTTPClient{
		"of the answer":  awsconf.HTTPClient().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = 20 * time.Millisecond }),
		"of the attempt": awsconf.HTTPClient().WithTimeout(20 * time.Millisecond),
	} {
		t.Run(limit, func(t *testing.T) {
			server := organization(t)
			server.Fault(simaws.Fault{Kind: simaws.Slow, Delay: time.Hour})
			cfg, meter := server.Config(member), &awsconf.Meter{}
			cfg.HTTPClient = client
			if _, err := listKeys(t, awsconf.WithMeter(cfg, meter)); err == nil || meter.Calls() != 2 {
				t.Errorf("got %v after %d attempts, want an error after two", err, meter.Calls())
			}
		})
	}
	if got := awsconf.HTTPClient().GetTransport().ResponseHeaderTimeout; got <= 0 || got > 20*time.Second {
		t.Errorf("an answer may take %s to begin", got)
	}
}
