package test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	sdkkms "github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	sdksecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"view360/shared/awsconf"
	"view360/shared/collecttest"
)

// TestMoto collects from an independent simulation of AWS what was made there before, and compares it with the
// contract's values. It needs moto_server (pip install 'moto[server]==5.2.5') on the PATH, or its URL in MOTO_ENDPOINT.
func TestMoto(t *testing.T) {
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(moto(t)), HTTPClient: awsconf.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("moto", "moto", ""),
	}
	made := furnish(t, cfg)
	c := newCollection(t, setting{account: collecttest.Production, organisation: everything(), client: func(clients *aws.Config) { *clients = cfg }})
	c.run("moto", map[string]any{"regions": []string{"us-east-1"}, "services": []string{"kms", "secretsmanager", "certificatemanager", "cloudtrail", "serviceresources", "iam"}})
	got := c.snapshot(collecttest.Production, "us-east-1", today)
	for path, want := range map[string][]map[string]any{
		"security.kms": {{
			"key_id": made.key, "arn": made.keyARN, "description": "moto's key", "key_usage": "ENCRYPT_DECRYPT", "key_state": "Enabled",
			"enabled": true, "key_rotation_enabled": true,
		}},
		"security.secrets_manager": {{"name": "moto/secret", "arn": made.secretARN, "description": "moto's secret", "rotation_enabled": false}},
		"security.certificate_manager": {{
			"arn": made.certificateARN, "domain_name": "moto.example", "status": "PENDING_VALIDATION", "type": "AMAZON_ISSUED",
		}},
		"security.cloudtrail": {{"name": "moto-trail", "arn": made.trailARN, "is_logging": false, "is_multi_region": false, "s3_bucket": "moto-bucket", "log_file_validation": false}},
		"service_resources":   {{"service_name": "S3", "resource_type": "Bucket", "resource_id": "moto-bucket", "resource_name": "moto-bucket", "state": "Active"}},
		"iam":                 {{"username": "moto-user", "mfa_enabled": false, "access_keys_count": 0}},
	} {
		t.Run(path, func(t *testing.T) {
			var elements []map[string]any
			c.decode([]byte(got.Sections[path]), &elements)
			for _, element := range want {
				if !holds(elements, element) {
					t.Errorf("no element has %v: %s", element, got.Sections[path])
				}
			}
		})
	}
	for word, service := range got.Meta.Services {
		t.Logf("%s: %s %s", word, service.Status, service.Reason)
	}
}

// holds reports whether an element has all members of want.
func holds(elements []map[string]any, want map[string]any) bool {
	for _, element := range elements {
		all := true
		for member, value := range want {
			all = all && fmt.Sprint(element[member]) == fmt.Sprint(value)
		}
		if all {
			return true
		}
	}
	return false
}

// furniture is what AWS named itself.
type furniture struct{ key, keyARN, secretARN, certificateARN, trailARN string }

func furnish(t *testing.T, cfg aws.Config) (f furniture) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keys := sdkkms.NewFromConfig(cfg)
	key, err := keys.CreateKey(ctx, &sdkkms.CreateKeyInput{Description: aws.String("moto's key"), KeyUsage: kmstypes.KeyUsageTypeEncryptDecrypt})
	must(err)
	f.key, f.keyARN = *key.KeyMetadata.KeyId, *key.KeyMetadata.Arn
	_, err = keys.EnableKeyRotation(ctx, &sdkkms.EnableKeyRotationInput{KeyId: &f.key})
	must(err)
	secret, err := sdksecrets.NewFromConfig(cfg).CreateSecret(ctx, &sdksecrets.CreateSecretInput{Name: aws.String("moto/secret"), Description: aws.String("moto's secret"), SecretString: aws.String("-")})
	must(err)
	f.secretARN = *secret.ARN
	certificate, err := acm.NewFromConfig(cfg).RequestCertificate(ctx, &acm.RequestCertificateInput{DomainName: aws.String("moto.example")})
	must(err)
	f.certificateARN = *certificate.CertificateArn
	_, err = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("moto-bucket")})
	must(err)
	trail, err := cloudtrail.NewFromConfig(cfg).CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("moto-trail"), S3BucketName: aws.String("moto-bucket")})
	must(err)
	f.trailARN = *trail.TrailARN
	_, err = iam.NewFromConfig(cfg).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("moto-user")})
	must(err)
	return f
}

// moto is the URL of the server, which is started when nobody gave one.
func moto(t *testing.T) string {
	t.Helper()
	if url := os.Getenv("MOTO_ENDPOINT"); url != "" {
		return url
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on the PATH and MOTO_ENDPOINT is not set: pip install 'moto[server]==5.2.5'")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(listener.Addr().String(), ":")
	listener.Close() // moto_server takes no listener
	server := exec.CommandContext(t.Context(), program, "-H", "127.0.0.1", "-p", port)
	if err := server.Start(); err != nil {
		t.Skipf("moto_server does not start: %v", err)
	}
	t.Cleanup(func() { _ = server.Wait() }) // it ends with the test's context
	url := "http://127.0.0.1:" + port
	if err := answers(t.Context(), url); err != nil {
		t.Skipf("moto_server does not run: %v", err)
	}
	return url
}

// answers waits until a server does.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/moto-api/", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			return response.Body.Close()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
