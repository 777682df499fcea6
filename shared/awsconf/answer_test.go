package awsconf_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
)

// answering is the configuration of an endpoint that gives these answers, the last one again and again.
func answering(t *testing.T, answers ...string) (cfg aws.Config, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i := min(int(asked.Add(1)), len(answers)) - 1
		_, _ = io.WriteString(w, answers[i])
	}))
	t.Cleanup(endpoint.Close)
	cfg = organization(t).Config(member)
	cfg.BaseEndpoint = &endpoint.URL
	cfg, err := awsconf.ForTarget(cfg, awsconf.Target{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, asked
}

func TestTruncatedResponseIsRetried(t *testing.T) {
	for name, answer := range map[string]string{"without content": " \n", "that breaks off": `{"Keys": [{"KeyId": "a`} {
		t.Run(name, func(t *testing.T) {
			cfg, asked := answering(t, answer, `{"Keys": [{"KeyId": "a"}]}`)
			got, err := kms.NewFromConfig(cfg).ListKeys(t.Context(), nil)
			if err != nil || len(got.Keys) != 1 || asked.Load() != 2 {
				t.Errorf("got %+v, error %v after %d requests, want one key after two", got, err, asked.Load())
			}
		})
	}
}

func TestResponseInAnotherFormatIsAnError(t *testing.T) {
	cfg, asked := answering(t, `{"Volumes": []}`)
	if _, err := ec2.NewFromConfig(cfg).DescribeVolumes(t.Context(), nil); err == nil || asked.Load() != 4 {
		t.Errorf("got error %v after %d requests, want one after four", err, asked.Load())
	}
}
