package lambdarun_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"view360/shared/lambdarun"
	"view360/shared/object"
)

// The hub's bucket may be in another region than a member that pushes to it, and S3 redirects no upload.
func TestOpenDataUsesTheRegionOfTheBucket(t *testing.T) {
	for region, want := range map[string]string{"": "/eu-west-1/s3/", "us-east-2": "/us-east-2/s3/"} {
		signed := ""
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { signed = r.Header.Get("Authorization") }))
		defer server.Close()
		t.Setenv("DATA_BUCKET", "data")
		t.Setenv("DATA_BUCKET_REGION", region)
		store, err := lambdarun.OpenData(aws.Config{
			Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Delete(t.Context(), object.Version{Key: "k"}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(signed, want) {
			t.Errorf("a request is signed for %s, want %s", signed, want)
		}
	}
}
