package awsconf_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/awsconf"
)

func answeringJSON(t *testing.T, cfg aws.Config, answer string) aws.Config {
	t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(endpoint.Close)
	cfg.BaseEndpoint = &endpoint.URL
	cfg, err := awsconf.ForTarget(cfg, awsconf.Target{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestTimesBeyondNanosecondsKeepTheirYear(t *testing.T) {
	base := organization(t).Config(member)
	const end = "9999-12-31T23:59:59Z"
	for number, want := range map[string]string{
		"253402300799": end, "253402300799.000": end, "2.53402300799E11": end, "9223372036.854": "2262-04-11T23:47:16.854Z", "9300000000": "2264-09-14T21:20:00Z",
		"-62135596800": "0001-01-01T00:00:00Z", "1773136800.5": "2026-03-10T10:00:00.5Z", "9.3E9": "2264-09-14T21:20:00Z", "253402300.799E3": end,
		"253402300799000000000000000": "292278994-08-17T07:12:55.807Z",
	} {
		t.Run(number, func(t *testing.T) {
			listed, err := acm.NewFromConfig(answeringJSON(t, base, `{"CertificateSummaryList": [{"DomainName": "none"}, {"NotAfter": `+number+`}], "NextToken": "12345678901"}`)).
				ListCertificates(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := listed.CertificateSummaryList[1].NotAfter.Format(time.RFC3339Nano); got != want {
				t.Errorf("in a list: got %s, want %s", got, want)
			}
			if *listed.NextToken != "12345678901" || listed.CertificateSummaryList[0].NotAfter != nil {
				t.Errorf("got %+v", listed)
			}
			key, err := kms.NewFromConfig(answeringJSON(t, base, `{"KeyMetadata": {"KeyId": "k", "ValidTo": `+number+`}}`)).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("k")})
			if err != nil {
				t.Fatal(err)
			}
			if got := key.KeyMetadata.ValidTo.Format(time.RFC3339Nano); got != want {
				t.Errorf("in a member: got %s, want %s", got, want)
			}
			job, err := backup.NewFromConfig(answeringJSON(t, base, `{"CreationDate": `+number+`, "BackupSizeInBytes": 99999999999}`)).DescribeBackupJob(t.Context(), &backup.DescribeBackupJobInput{BackupJobId: aws.String("b")})
			if err != nil {
				t.Fatal(err)
			}
			if job.BackupSizeInBytes == nil || *job.BackupSizeInBytes != 99999999999 {
				t.Errorf("got size %v", job.BackupSizeInBytes)
			}
		})
	}
}
