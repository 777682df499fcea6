package fault

import (
	"crypto/x509"
	"errors"
	"net"
	"regexp"
	"slices"
	"strings"

	"view360/shared/outcome"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	smithy "github.com/aws/smithy-go"
)

// setupFault is a failure of the caller's own setup: its keys, its session, its clock or its network. No policy grants
// what is missing.
type setupFault struct {
	status outcome.Status
	codes  []string       // of AWS's answer; none: matches decides
	words  *regexp.Regexp // that the answer must have; nil: any
	// matches reports whether an error of the SDK or the network is this fault.
	matches func(error) bool
	text    string // what is wrong, and what to do
}

// setupFaults lists the faults; the first that matches decides. An expired session is transient, because a function gets
// a new one.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, .../AWSEC2/latest/APIReference/errors-overview.html,
// .../AmazonS3/latest/API/ErrorResponses.html
var setupFaults = []setupFault{
	{status: outcome.Invalid, codes: []string{"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}, text: wrongClock},
	{status: outcome.Invalid, codes: wrongSecretCodes, words: regexp.MustCompile(`(?i)signature (expired|not yet current)|clock`), text: wrongClock},
	{status: outcome.Invalid, codes: []string{"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "InvalidToken"},
		text: "AWS does not know the access key here: it is wrong, deleted or inactive, or the region is not enabled in its account. " +
			"Check it with 'aws sts get-caller-identity'; sign in again with 'aws sso login', or store another key with 'aws configure'"},
	{status: outcome.Invalid, codes: wrongSecretCodes, text: "the secret key does not belong to the access key: store both again with 'aws configure'"},
	{status: outcome.Invalid, codes: []string{"MissingAuthenticationToken", "MissingAuthenticationTokenException"}, text: noCredentials},
	{status: outcome.Transient, codes: []string{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"},
		text: "the session has expired: sign in again, for example with 'aws sso login'"},
	{status: outcome.Invalid, matches: isSSOExpired, text: "the sign-in of IAM Identity Center has expired: run 'aws sso login'"},
	{status: outcome.Invalid, matches: isType[config.AssumeRoleTokenProviderNotSetError],
		text: "the profile needs an MFA code, which this program does not ask for: sign in with 'aws sso login', " +
			"or store the session of 'aws sts get-session-token' in a profile and name that"},
	{status: outcome.Invalid, matches: isWithoutCredentials, text: noCredentials},
	{status: outcome.Transient, matches: isProxyFailure,
		text: "the proxy did not connect: check HTTPS_PROXY, with its user and password, or except AWS's names from it with NO_PROXY"},
	{status: outcome.Failed, matches: isType[x509.UnknownAuthorityError],
		text: "the certificate is not signed by a known authority, as behind a proxy that decrypts: name the authority's file in AWS_CA_BUNDLE"},
	{status: outcome.Transient, matches: isUnknownHost,
		text: "the host name is not known: check the network's name resolution (VPN, DNS filter), AWS_USE_FIPS_ENDPOINT and AWS_ENDPOINT_URL"},
}

// wrongSecretCodes are the answers to a signature that does not fit.
var wrongSecretCodes = []string{"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException"}

const (
	wrongClock    = "the clock of this machine is wrong: AWS refuses requests that are more than minutes off. Set the clock, then run again"
	noCredentials = "there are no credentials: sign in with 'aws sso login', or name a profile with --profile or AWS_PROFILE"
)

// Advice returns what is wrong with the caller's own setup and what to do, or "" if err is something else.
func Advice(err error) string {
	if f := findSetupFault(err); f != nil {
		return f.text
	}
	return ""
}

// findSetupFault returns the fault of the caller's setup that err is; nil if it is none.
func findSetupFault(err error) *setupFault {
	if err == nil {
		return nil
	}
	for i, f := range setupFaults {
		if f.isCauseOf(err) {
			return &setupFaults[i]
		}
	}
	return nil
}

func (f setupFault) isCauseOf(err error) bool {
	if len(f.codes) == 0 {
		return f.matches(err)
	}
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(f.codes, api.ErrorCode()) && (f.words == nil || f.words.MatchString(api.ErrorMessage()))
}

// isSSOExpired reports whether the cached sign-in of IAM Identity Center cannot be used any more.
func isSSOExpired(err error) bool {
	var api smithy.APIError
	refused := errors.As(err, &api) &&
		(comesFrom(err, "SSO") && api.ErrorCode() == "UnauthorizedException" || comesFrom(err, "SSO OIDC") && api.ErrorCode() == "InvalidGrantException")
	return refused || isType[*ssocreds.InvalidTokenError](err) || strings.Contains(err.Error(), "cached SSO token") // of no type
}

// isWithoutCredentials reports whether the last provider of the default chain, the instance's metadata, has none either.
func isWithoutCredentials(err error) bool {
	return comesFrom(err, "ec2imds") || isType[*credentials.StaticCredentialsEmptyError](err)
}

// comesFrom reports whether a request to the service failed with err, maybe within the request of another service.
func comesFrom(err error, serviceID string) bool {
	var operation *smithy.OperationError
	for errors.As(err, &operation) {
		if operation.ServiceID == serviceID {
			return true
		}
		err = operation.Err
	}
	return false
}

func isProxyFailure(err error) bool {
	var operation *net.OpError
	var refused ProxyError
	return errors.As(err, &operation) && operation.Op == "proxyconnect" || errors.As(err, &refused)
}

func isUnknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func isType[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// ProxyError is the answer of a proxy that does not connect, such as 407.
type ProxyError struct{ Status string }

// Error returns the proxy's status.
func (e ProxyError) Error() string { return "the proxy answered " + e.Status }
