package fault_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/resiliencehub"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// checkSetupFault fails the test unless err has the status and a sentence with remedy, and names no permission.
func checkSetupFault(t *testing.T, what string, err error, want outcome.Status, remedy string) {
	t.Helper()
	reason := fault.Reason(err)
	if got := fault.StatusOf(err); got != want || !strings.Contains(reason, remedy) || !strings.Contains(fault.Advice(err), remedy) {
		t.Errorf("%s: got %s, %q, want %s with %q: %v", what, got, reason, want, remedy, err)
	}
	if action := fault.DeniedAction(err); action != "" || strings.HasPrefix(reason, "denied") {
		t.Errorf("%s: %q asks for the permission %q, which does not help", what, reason, action)
	}
}

// The answers of AWS to keys, sessions and clocks, in every protocol.
func TestRefusedCredentialsNameTheRemedy(t *testing.T) {
	server, cfg := startOrganization(t)
	const skewed = "Signature expired: 20260311T100000Z is now earlier than 20260311T110000Z (20260311T110500Z - 5 min.)"
	for _, answer := range []struct {
		code, message string
		status        outcome.Status
		remedy        string
	}{
		{"InvalidClientTokenId", "The security token included in the request is invalid.", outcome.Invalid, "aws sso login"},
		{"UnrecognizedClientException", "The security token included in the request is invalid.", outcome.Invalid, "aws sso login"},
		{"InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", outcome.Invalid, "aws configure"},
		{"AuthFailure", "AWS was not able to validate the provided access credentials", outcome.Invalid, "aws configure"},
		{"SignatureDoesNotMatch", "The request signature we calculated does not match", outcome.Invalid, "secret key"},
		{"InvalidSignatureException", "The request signature we calculated does not match", outcome.Invalid, "secret key"},
		{"SignatureDoesNotMatch", skewed, outcome.Invalid, "clock"},
		{"InvalidSignatureException", skewed, outcome.Invalid, "clock"},
		{"RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", outcome.Invalid, "clock"},
		{"MissingAuthenticationToken", "Request is missing Authentication Token", outcome.Invalid, "no credentials"},
		{"ExpiredToken", "The security token included in the request is expired", outcome.Transient, "aws sso login"},
		{"ExpiredTokenException", "The security token included in the request is expired", outcome.Transient, "aws sso login"},
	} {
		for service, operation := range map[string]string{"kms": "ListKeys", "guardduty": "ListDetectors", "ec2": "DescribeInstances", "s3": "ListBuckets"} {
			server.Override(simaws.Answer{Service: service, Operation: operation, Give: func(simaws.Request) (any, error) {
				return nil, simaws.Failure(http.StatusForbidden, answer.code, answer.message)
			}})
		}
		for protocol, call := range calls {
			checkSetupFault(t, protocol+" "+answer.code, call(t.Context(), cfg), answer.status, answer.remedy)
		}
	}
}

// The ways of a network not to reach AWS. None of them proves that AWS does not offer the service.
func TestUnreachableNetworkNamesTheRemedy(t *testing.T) {
	_, cfg := startOrganization(t)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer refusing.Close()
	foreign := httptest.NewTLSServer(http.NotFoundHandler())
	defer foreign.Close()
	through := func(proxy string) func(*http.Transport) {
		return func(transport *http.Transport) {
			transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
		}
	}
	for name, network := range map[string]struct {
		endpoint string
		set      func(*http.Transport)
		status   outcome.Status
		remedy   string
	}{
		"unknown host": {"", dialNobody, outcome.Transient, "VPN"},
		"closed proxy": {"https://kms.us-east-1.amazonaws.com", through("http://user:pa55word@127.0.0.1:1"), outcome.Transient, "HTTPS_PROXY"},
		"proxy with a password": {"https://kms.us-east-1.amazonaws.com", through(strings.Replace(refusing.URL, "//", "//user:pa55word@", 1)),
			outcome.Transient, "HTTPS_PROXY"},
		"foreign certificate": {foreign.URL, func(*http.Transport) {}, outcome.Failed, "AWS_CA_BUNDLE"},
	} {
		cfg := cfg.Copy()
		cfg.BaseEndpoint = nil
		if network.endpoint != "" {
			cfg.BaseEndpoint = &network.endpoint
		}
		cfg.HTTPClient = awsconf.HTTPClient().WithTransportOptions(network.set)
		_, err := kms.NewFromConfig(cfg).ListKeys(t.Context(), nil)
		checkSetupFault(t, name, err, network.status, network.remedy)
		if strings.Contains(err.Error(), "pa55word") {
			t.Errorf("%s: the error has the proxy's password: %v", name, err)
		}
	}
}

// dialNobody answers as a name server does that does not know the host.
func dialNobody(transport *http.Transport) {
	transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(address)
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
}

// What the SDK finds wrong with a profile before it asks AWS.
func TestUnusableProfileNamesTheRemedy(t *testing.T) {
	t.Parallel()
	noRole := httptest.NewServer(http.NotFoundHandler())
	defer noRole.Close()
	for name, profile := range map[string]struct{ text, remedy string }{
		"sign-in that has expired": {"[profile p]\nsso_start_url=https://none.awsapps.com/start\nsso_region=us-east-1\nsso_account_id=111122223333\nsso_role_name=r\n", "aws sso login"},
		"session that has expired": {"[profile p]\nsso_session=s\nsso_account_id=111122223333\nsso_role_name=r\n[sso-session s]\nsso_region=us-east-1\nsso_start_url=https://none.awsapps.com/start\n", "aws sso login"},
		"MFA":                      {"[profile p]\nrole_arn=arn:aws:iam::111122223333:role/r\nsource_profile=q\nmfa_serial=arn:aws:iam::111122223333:mfa/m\n[profile q]\naws_access_key_id=a\naws_secret_access_key=b\n", "MFA"},
		"no keys":                  {"[profile p]\nregion=us-east-1\n", "--profile"},
	} {
		file := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(file, []byte(profile.text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := awsconf.Load(t.Context(), config.WithSharedConfigFiles([]string{file}), config.WithSharedCredentialsFiles(nil),
			config.WithSharedConfigProfile("p"), config.WithRegion("us-east-1"), config.WithEC2IMDSEndpoint(noRole.URL))
		if err == nil {
			_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		}
		if err == nil || fault.StatusOf(err) != outcome.Invalid || !strings.Contains(fault.Advice(err), profile.remedy) {
			t.Errorf("%s: got %s, %q, want %q: %v", name, fault.StatusOf(err), fault.Advice(err), profile.remedy, err)
		}
	}
}

// An unknown host is proof only together with the SDK's partition data.
func TestOnlyPartitionDataProveThatAServiceIsAbsent(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]outcome.Status{"ap-northeast-3": outcome.NotAvailable, "eu-west-1": outcome.Transient} {
		cfg, err := awsconf.ForTarget(aws.Config{Credentials: aws.AnonymousCredentials{}, HTTPClient: awsconf.HTTPClient().WithTransportOptions(dialNobody)}, awsconf.Target{Region: region})
		if err != nil {
			t.Fatal(err)
		}
		_, err = resiliencehub.NewFromConfig(cfg).ListApps(t.Context(), nil)
		if got := fault.StatusOf(err); got != want {
			t.Errorf("%s: got %s, want %s: %v", region, got, want, err)
		}
	}
}
