package object_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/object"
)

// A server may answer a range with the whole object. Taking that for the range would lose rows in silence.
func TestServerThatIgnoresRangesIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "0123456789")
	}))
	t.Cleanup(server.Close)
	store := object.New(s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}), "data", object.Options{})
	for _, c := range []struct {
		start, end int64
		want       string
	}{{0, 10, "0123456789"}, {2, 5, "234"}, {9, 10, "9"}, {4, 4, ""}} {
		body, err := store.OpenRange(t.Context(), object.Version{Key: "k"}, c.start, c.end)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil || string(got) != c.want {
			t.Errorf("bytes %d to %d are %q, error %v, want %q", c.start, c.end, got, err, c.want)
		}
		body.Close()
	}
	if _, err := store.OpenRange(t.Context(), object.Version{Key: "k"}, 20, 25); err == nil {
		t.Error("a range beyond the end was read")
	}
}
