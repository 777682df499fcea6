package awsconf_test

import (
	"context"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
)

// closedBody reads as usual and writes itself as the SDK's body does once the SDK has closed it.
type closedBody struct{ io.Reader }

func (closedBody) Close() error                     { return nil }
func (closedBody) WriteTo(io.Writer) (int64, error) { return 0, io.EOF }

func TestResponseOutlivesTheRequestBody(t *testing.T) {
	const size = 8 << 20 // more than the connection's buffers hold
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strings.Repeat("a", size))
	}))
	defer endpoint.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint.URL, closedBody{strings.NewReader("question")})
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(len("question"))
	response, err := awsconf.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if n, err := io.Copy(io.Discard, response.Body); err != nil || n != size {
		t.Errorf("got %d of %d bytes of the answer, error %v", n, size, err)
	}
}

func TestLoadTakesCertificatesOfTheEnvironment(t *testing.T) {
	endpoint := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"Keys": []}`) }))
	defer endpoint.Close()
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: endpoint.Certificate().Raw})
	if err := os.WriteFile(bundle, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CA_BUNDLE": bundle, "AWS_ENDPOINT_URL": endpoint.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
	} {
		t.Setenv(name, value)
	}
	cfg, err := awsconf.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, is := cfg.HTTPClient.(awsconf.Client); !is {
		t.Errorf("the HTTP client is %T", cfg.HTTPClient)
	}
	if _, err := kms.NewFromConfig(cfg).ListKeys(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// setEnvironment points the SDK's default chain at an endpoint, with more variables.
func setEnvironment(t *testing.T, endpoint string, variables map[string]string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
	} {
		t.Setenv(name, value)
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// The user's number of attempts holds, whether it is lower or higher than ours.
func TestLoadTakesAttemptsOfTheEnvironment(t *testing.T) {
	for _, test := range []struct {
		variables map[string]string
		answer    int
		want      int
	}{
		{nil, http.StatusTooManyRequests, 10},
		{map[string]string{"AWS_MAX_ATTEMPTS": "2"}, http.StatusTooManyRequests, 2},
		{map[string]string{"AWS_MAX_ATTEMPTS": "12"}, http.StatusTooManyRequests, 12},
		{map[string]string{"AWS_MAX_ATTEMPTS": "1"}, http.StatusServiceUnavailable, 1},
		{map[string]string{"AWS_MAX_ATTEMPTS": "3", "AWS_RETRY_MODE": "adaptive"}, http.StatusServiceUnavailable, 3},
	} {
		attempts := 0
		endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			attempts++
			w.WriteHeader(test.answer)
			_, _ = io.WriteString(w, `{"__type": "ThrottlingException"}`)
		}))
		setEnvironment(t, endpoint.URL, test.variables)
		cfg, err := awsconf.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		client := kms.NewFromConfig(cfg, func(o *kms.Options) { o.Retryer = withoutWait{o.Retryer} })
		if _, err := client.ListKeys(ctx, nil); err == nil || attempts != test.want {
			t.Errorf("%v: %d attempts, want %d, error %v", test.variables, attempts, test.want, err)
		}
		cancel()
		endpoint.Close()
	}
}

// withoutWait is a retryer that waits for nothing.
type withoutWait struct{ aws.Retryer }

func (r withoutWait) RetryDelay(attempt int, err error) (time.Duration, error) {
	_, err = r.Retryer.RetryDelay(attempt, err)
	return 0, err
}

func TestLoadTakesEndpointsOfTheEnvironment(t *testing.T) {
	asked := ""
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Host
		_, _ = io.WriteString(w, `{"Keys": []}`)
	}))
	defer endpoint.Close()
	setEnvironment(t, "http://127.0.0.1:1", map[string]string{"AWS_ENDPOINT_URL_KMS": endpoint.URL})
	cfg, err := awsconf.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kms.NewFromConfig(cfg).ListKeys(t.Context(), nil); err != nil || asked == "" {
		t.Errorf("asked %q, error %v", asked, err)
	}
	setEnvironment(t, "", map[string]string{"AWS_ENDPOINT_URL_KMS": "", "AWS_USE_FIPS_ENDPOINT": "true"})
	if cfg, err = awsconf.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	dialed := ""
	cfg.HTTPClient = awsconf.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
			dialed = address
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}
		}
	})
	if _, err := kms.NewFromConfig(cfg).ListKeys(t.Context(), nil); err == nil || dialed != "kms-fips.eu-west-1.amazonaws.com:443" {
		t.Errorf("dialed %q, error %v, want the endpoint of FIPS", dialed, err)
	}
	if awsconf.HTTPClient().GetTransport().Proxy == nil {
		t.Error("the client takes no proxy from HTTPS_PROXY")
	}
}
