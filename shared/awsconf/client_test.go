package awsconf_test

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
