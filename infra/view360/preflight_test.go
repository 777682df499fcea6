package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"view360/shared/apimodel"
)

// answer is a reply of AWS as it is on the wire.
type answer struct {
	status int
	body   string
}

// ready are the answers of an account where everything is as it should be, by the operation: the end of the target
// header, the action of a form, or the path.
func ready() map[string]answer {
	return map[string]answer{
		"GetCallerIdentity":                   {200, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/admin/me</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`},
		"GetParameter":                        {200, `{"Parameter":{"Value":"28"}}`},
		"DescribeOrganization":                {200, `{"Organization":{"Id":"o-abc","MasterAccountId":"111122223333","FeatureSet":"ALL"}}`},
		"ListAWSServiceAccessForOrganization": {200, `{"EnabledServicePrincipals":[{"ServicePrincipal":"sso.amazonaws.com"},{"ServicePrincipal":"member.org.stacksets.cloudformation.amazonaws.com"}]}`},
		"/listRegions":                        {200, `{"Regions":[{"RegionName":"eu-west-1"},{"RegionName":"us-east-1"}]}`},
		"GetCostAndUsage":                     {200, `{"ResultsByTime":[]}`},
		"DescribeSeverityLevels":              {200, `{"severityLevels":[]}`},
		"/accounts":                           {200, `{"HubArn":"arn:aws:securityhub:eu-west-1:111122223333:hub/default"}`},
		"/2016-08-19/account-settings":        {200, `{"AccountLimit":{"ConcurrentExecutions":1000}}`},
	}
}

// refused is how JSON services say no.
func refused(code, message string) answer {
	return answer{400, fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message)}
}

// preflight runs the command against these answers. What has none fails the test.
func preflight(t *testing.T, answers map[string]answer, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := apimodel.CheckRequest(r); err != nil {
			t.Error(err)
		}
		body, _ := io.ReadAll(r.Body)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if operation == "" {
			operation = r.URL.Path
		}
		if strings.Contains(string(body), "Action=GetCallerIdentity") {
			operation = "GetCallerIdentity"
		}
		reply, planned := answers[operation]
		if !planned {
			t.Errorf("unexpected call of %s", operation)
			reply = refused("Unexpected", operation)
		}
		if reply.status >= 400 {
			var head struct {
				Type string `json:"__type"`
			}
			_ = json.Unmarshal([]byte(reply.body), &head)
			w.Header().Set("X-Amzn-Errortype", head.Type)
		}
		w.WriteHeader(reply.status)
		_, _ = io.WriteString(w, reply.body)
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	return runProgram(t, append([]string{"preflight"}, args...)...)
}

func TestPreflightOfAReadyAccount(t *testing.T) {
	code, out, stderr := preflight(t, ready(), "--json")
	var list []check
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != exitOK || len(list) != 9 {
		t.Fatalf("exit code %d, error %v: %s%s", code, err, out, stderr)
	}
	for _, line := range list {
		if line.Verdict != ok {
			t.Errorf("%+v", line)
		}
	}
	answers := ready()
	delete(answers, "GetCostAndUsage") // a call of it would fail the test
	if code, out, _ := preflight(t, answers, "--no-paid-calls"); code != exitOK || !strings.Contains(out, "note  cost explorer") {
		t.Errorf("without paid calls: exit code %d\n%s", code, out)
	}
}

func TestPreflightSaysWhatToDo(t *testing.T) {
	for want, change := range map[string]struct {
		operation string
		answer    answer
		code      int
	}{
		"todo  bootstrap           the CDK has not been set up here: run: npx cdk bootstrap aws://111122223333/eu-west-1": {"GetParameter", refused("ParameterNotFound", ""), exitPartial},
		"todo  bootstrap           version 5 is older than 6":                                                             {"GetParameter", answer{200, `{"Parameter":{"Value":"5"}}`}, exitPartial},
		"note  organization        this account is in none":                                                               {"DescribeOrganization", refused("AWSOrganizationsNotInUseException", ""), exitOK},
		"todo  organization        it has consolidated billing only":                                                      {"DescribeOrganization", answer{200, `{"Organization":{"FeatureSet":"CONSOLIDATED_BILLING"}}`}, exitPartial},
		"aws cloudformation activate-organizations-access":                                                                {"ListAWSServiceAccessForOrganization", answer{200, `{"EnabledServicePrincipals":[]}`}, exitPartial},
		"note  trusted access      only the management account":                                                           {"ListAWSServiceAccessForOrganization", refused("AccessDeniedException", ""), exitOK},
		"todo  regions             the credentials may not call account:ListRegions":                                      {"/listRegions", refused("AccessDeniedException", "no"), exitPartial},
		"todo  cost explorer       it is off or has no data yet":                                                          {"GetCostAndUsage", refused("DataUnavailableException", "none"), exitPartial},
		"note  support plan        below Business":                                                                        {"DescribeSeverityLevels", refused("SubscriptionRequiredException", ""), exitOK},
		"note  security hub        it is not enabled in eu-west-1":                                                        {"/accounts", refused("InvalidAccessException", ""), exitOK},
		"request-service-quota-increase --service-code lambda --quota-code L-B99A9384":                                    {"/2016-08-19/account-settings", answer{200, `{"AccountLimit":{"ConcurrentExecutions":10}}`}, exitPartial},
		"view360: the session has expired: sign in again, for example with 'aws sso login'":                               {"GetCallerIdentity", answer{403, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>`}, exitFailed},
	} {
		answers := maps.Clone(ready())
		answers[change.operation] = change.answer
		code, out, stderr := preflight(t, answers)
		if code != change.code || !strings.Contains(out+stderr, want) {
			t.Errorf("exit code %d, want %d, and %q in\n%s%s", code, change.code, want, out, stderr)
		}
	}
}
