package awsconf

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"

	"view360/shared/fault"
)

// The HTTP limits of one attempt. A region that does not respond costs seconds, not minutes; a response that has begun
// is limited by attemptTimeout only.
const (
	dialTimeout    = 3 * time.Second
	headerTimeout  = 20 * time.Second
	attemptTimeout = 60 * time.Second
)

// Client sends the HTTP requests of the SDK's clients.
type Client struct{ *awshttp.BuildableClient }

// Load returns the process's AWS configuration, from the environment and the shared files, with all of the SDK's settings.
func Load(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	client := HTTPClient().BuildableClient // the only type that takes the certificates of AWS_CA_BUNDLE
	options = append([]func(*config.LoadOptions) error{config.WithHTTPClient(client)}, options...)
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	// Without AWS_MAX_ATTEMPTS, a throttled request gets more attempts than the SDK's three.
	cfg.Retryer = newRetryer(longestBackoff, cmp.Or(cfg.RetryMaxAttempts, throttledAttempts), cfg.RetryMode)
	if client, is := cfg.HTTPClient.(*awshttp.BuildableClient); is {
		cfg.HTTPClient = Client{client}
	}
	return cfg, nil
}

// HTTPClient returns an HTTP client with the SDK's defaults and shorter timeouts, for base configurations.
func HTTPClient() Client {
	return Client{awshttp.NewBuildableClient().
		WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = dialTimeout
			t.ResponseHeaderTimeout = headerTimeout
			t.OnProxyConnectResponse = refuseFailedProxy
		})}
}

// refuseFailedProxy returns an error with the status of a proxy that does not connect, without the proxy's URL, which may
// have a password.
func refuseFailedProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return fault.ProxyError{Status: response.Status}
}

// Do sends a request, with the WriterTo of the SDK's request body hidden. The SDK closes the body when the response has
// begun; a transport that is still checking for more to send would get an error from WriterTo and close the connection
// during the response. This happens when the CPU is scarce, as in small functions.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.BuildableClient.Do(r)
}
