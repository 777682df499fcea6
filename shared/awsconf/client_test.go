package awsconf_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"view360/shared/awsconf"
)

// closedBody reads as usual and writes itself as the SDK's body does once the SDK has closed it.
type closedBody struct{ io.Reader }

func (closedBody) Close() error                     { return nil }
func (closedBody) WriteTo(io.Writer) (int64, error) { return 0, io.EOF }

func TestAnswerOutlivesTheRequestBody(t *testing.T) {
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
