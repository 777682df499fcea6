package awsconf

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// The HTTP limits of one attempt: a region that does not answer costs seconds, not minutes. An answer that has begun may
// take its time.
const (
	dialTimeout    = 3 * time.Second
	answerTimeout  = 20 * time.Second
	attemptTimeout = 60 * time.Second
)

// Client is an HTTP client of the SDK's clients.
type Client struct{ *awshttp.BuildableClient }

// Load reads the process's AWS configuration, from the environment and the shared files.
func Load(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	client := HTTPClient().BuildableClient // the only type that takes the certificates of AWS_CA_BUNDLE
	options = append([]func(*config.LoadOptions) error{config.WithRetryer(NewRetryer(0)), config.WithHTTPClient(client)}, options...)
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	if client, is := cfg.HTTPClient.(*awshttp.BuildableClient); is {
		cfg.HTTPClient = Client{client}
	}
	return cfg, nil
}

// HTTPClient returns the client that base configurations should use: SDK defaults with bounded waits.
func HTTPClient() Client {
	return Client{awshttp.NewBuildableClient().
		WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = dialTimeout
			t.ResponseHeaderTimeout = answerTimeout
		})}
}

// Do sends a request. It hides that the SDK's request bodies write themselves: once the answer has begun the SDK closes
// them, a closed one fails to write itself, and a transport that is just looking whether there is more to send takes that
// for a broken request and cuts the connection under the answer. It happens where the CPU is scarce, as in small functions.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.BuildableClient.Do(r)
}
