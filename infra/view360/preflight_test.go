package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
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
		"/2016-08-19/account-settings":        {200, `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000}}`},
		"DescribeConfigurationRecorderStatus": {200, `{"ConfigurationRecordersStatus":[{"name":"default","recording":true}]}`},
	}
}

// deployable are the answers of an account where everything that view360.yaml needs is as it should be.
func deployable() map[string]answer {
	answers := ready()
	maps.Copy(answers, map[string]answer{
		"ListDelegatedAdministrators":      {200, `{"DelegatedAdministrators":[{"Id":"111122223333"}]}`},
		"DescribeOrganizationalUnit":       {200, `{"OrganizationalUnit":{"Id":"ou-ab12-prod1234"}}`},
		"DescribeDBEngineVersions":         {200, `<R><DescribeDBEngineVersionsResult><DBEngineVersions><DBEngineVersion><EngineVersion>17.4</EngineVersion></DBEngineVersion><DBEngineVersion><EngineVersion>17.7</EngineVersion></DBEngineVersion></DBEngineVersions></DescribeDBEngineVersionsResult></R>`},
		"/account/111122223333":            {200, `{"AccountInfo":{"Edition":"ENTERPRISE","AccountSubscriptionStatus":"ACCOUNT_CREATED","AuthenticationType":"IAM_IDENTITY_CENTER"}}`},
		"DescribeDBClusters":               {200, cluster("true", "17.4")},
		"HEAD /" + bucket:                  {200, ""},
		"GET /" + bucket + "?notification": {200, `<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>`},
		"GET /" + bucket + "?policy":       {200, `{"Statement":[{"Effect":"Deny","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`},
	})
	return answers
}

const bucket = "my-organization-111122223333-data" // of adoption.yaml

// cluster is the adopted cluster of adoption.yaml.
func cluster(dataAPI, version string) string {
	return `<R><DescribeDBClustersResult><DBClusters><DBCluster><Engine>aurora-postgresql</Engine><EngineVersion>` + version + `</EngineVersion>
		<DBClusterArn>arn:aws:rds:eu-west-1:111122223333:cluster:view360</DBClusterArn><DbClusterResourceId>cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ</DbClusterResourceId>
		<Endpoint>view360-auroradbcluster-abc123.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com</Endpoint>
		<HttpEndpointEnabled>` + dataAPI + `</HttpEndpointEnabled><IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled></DBCluster></DBClusters></DescribeDBClustersResult></R>`
}

// findOperation names a request: by the end of its target header, the action of its form, or its path, for S3 with the
// method and the first query parameter.
func findOperation(r *http.Request, body []byte) string {
	if _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation != "" {
		return operation
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Has("Action") {
		return form.Get("Action")
	}
	if !strings.Contains(r.Header.Get("Authorization"), "/s3/") {
		return r.URL.Path
	}
	query, _, _ := strings.Cut(r.URL.RawQuery, "&")
	return strings.TrimSuffix(r.Method+" "+r.URL.Path+"?"+strings.TrimSuffix(query, "="), "?")
}

// squeeze replaces the columns of a table by single spaces.
func squeeze(table string) string { return strings.Join(strings.Fields(table), " ") }

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
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		operation := findOperation(r, body)
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
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != exitOK || len(list) != 10 {
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
		"todo bootstrap the CDK has not been set up here: run: npx cdk bootstrap aws://111122223333/eu-west-1": {"GetParameter", refused("ParameterNotFound", ""), exitPartial},
		"todo bootstrap version 5 is older than 6":                                                             {"GetParameter", answer{200, `{"Parameter":{"Value":"5"}}`}, exitPartial},
		"note organization this account is in none":                                                            {"DescribeOrganization", refused("AWSOrganizationsNotInUseException", ""), exitOK},
		"todo organization it has consolidated billing only":                                                   {"DescribeOrganization", answer{200, `{"Organization":{"FeatureSet":"CONSOLIDATED_BILLING"}}`}, exitPartial},
		"aws cloudformation activate-organizations-access":                                                     {"ListAWSServiceAccessForOrganization", answer{200, `{"EnabledServicePrincipals":[]}`}, exitPartial},
		"note trusted access only the management account":                                                      {"ListAWSServiceAccessForOrganization", refused("AccessDeniedException", ""), exitOK},
		"todo regions the credentials may not call account:ListRegions":                                        {"/listRegions", refused("AccessDeniedException", "no"), exitPartial},
		"todo cost explorer it is off or has no data yet":                                                      {"GetCostAndUsage", refused("DataUnavailableException", "none"), exitPartial},
		"note support plan Basic or Developer":                                                                 {"DescribeSeverityLevels", refused("SubscriptionRequiredException", ""), exitOK},
		"request-service-quota-increase --service-code lambda --quota-code L-B99A9384":                         {"/2016-08-19/account-settings", answer{200, `{"AccountLimit":{"ConcurrentExecutions":10}}`}, exitPartial},
		"view360: the session has expired: sign in again, for example with 'aws sso login'":                    {"GetCallerIdentity", answer{403, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>`}, exitFailed},
	} {
		answers := maps.Clone(ready())
		answers[change.operation] = change.answer
		code, out, stderr := preflight(t, answers)
		if code != change.code || !strings.Contains(squeeze(out+stderr), want) {
			t.Errorf("exit code %d, want %d, and %q in\n%s%s", code, change.code, want, out, stderr)
		}
	}
}

func TestPreflightTellsSecurityHubsApart(t *testing.T) {
	answers := ready()
	answers["/accounts"] = refused("InvalidAccessException", "")
	answers["/hubv2"] = refused("ResourceNotFoundException", "")
	if code, out, _ := preflight(t, answers); code != exitOK || !strings.Contains(squeeze(out), "security hub Security Hub CSPM is not enabled in eu-west-1") {
		t.Errorf("without both: exit code %d\n%s", code, out)
	}
	answers["/hubv2"] = answer{200, `{"HubV2Arn":"arn:aws:securityhub:eu-west-1:111122223333:hubv2/x"}`}
	if code, out, _ := preflight(t, answers); code != exitOK || !strings.Contains(out, "only the new Security Hub is enabled in eu-west-1: its findings are collected") {
		t.Errorf("with the new one: exit code %d\n%s", code, out)
	}
}

// Each line that depends on view360.yaml, as it should be and as it should not be.
func TestPreflightChecksTheDeployment(t *testing.T) {
	const pull, adoption = "organization-pull", "adoption"
	organization := answer{200, `{"Organization":{"Id":"o-a1b2c3d4e5","MasterAccountId":"999988887777","FeatureSet":"ALL"}}`}
	regions := answer{200, `{"Regions":[{"RegionName":"eu-west-1"},{"RegionName":"us-east-1"},{"RegionName":"eu-central-1"}]}`}
	for _, c := range []struct {
		example, operation string
		answer             answer
		code               int
		want               string
	}{
		{pull, "GetCostAndUsage", answer{200, `{"ResultsByTime":[]}`}, exitOK, "ok stackset administrator the hub is a delegated administrator"},
		{adoption, "GetCostAndUsage", answer{200, `{"ResultsByTime":[]}`}, exitOK, "ok existing bucket " + bucket + " tells EventBridge"},
		{pull, "DescribeOrganization", answer{200, `{"Organization":{"Id":"o-zzzzzzzzzz","FeatureSet":"ALL"}}`}, exitPartial, "the account is in o-zzzzzzzzzz: correct organization.id"},
		{pull, "ListDelegatedAdministrators", answer{200, `{"DelegatedAdministrators":[]}`}, exitPartial, "aws organizations register-delegated-administrator --service-principal member.org.stacksets.cloudformation.amazonaws.com --account-id 111122223333"},
		{pull, "DescribeOrganizationalUnit", refused("OrganizationalUnitNotFoundException", ""), exitPartial, "ou-ab12-prod1234 does not exist"},
		{pull, "/listRegions", answer{200, `{"Regions":[{"RegionName":"eu-west-1"}]}`}, exitPartial, "not enabled here: eu-central-1, us-east-1"},
		{pull, "DescribeConfigurationRecorderStatus", answer{200, `{"ConfigurationRecordersStatus":[]}`}, exitOK, "AWS Config records nothing in eu-west-1"},
		{pull, "DescribeDBEngineVersions", answer{200, `<R><DescribeDBEngineVersionsResult><DBEngineVersions><DBEngineVersion><EngineVersion>17.9</EngineVersion></DBEngineVersion></DBEngineVersions></DescribeDBEngineVersionsResult></R>`}, exitPartial, "aurora-postgresql 17.4 is not offered in eu-west-1: set database.version to one of 17.9"},
		{pull, "/account/111122223333", answer{404, `{"__type":"ResourceNotFoundException"}`}, exitPartial, "the account has no subscription"},
		{pull, "/account/111122223333", answer{200, `{"AccountInfo":{"Edition":"STANDARD","AccountSubscriptionStatus":"ACCOUNT_CREATED"}}`}, exitPartial, "upgrade to Enterprise"},
		{adoption, "DescribeDBClusters", answer{200, cluster("false", "14.9")}, exitPartial, "aurora-postgresql 14.9 is not aurora-postgresql 15 or later: upgrade it; turn on the Data API: aws rds enable-http-endpoint"},
		{adoption, "DescribeDBClusters", answer{404, `<ErrorResponse><Error><Code>DBClusterNotFoundFault</Code></Error></ErrorResponse>`}, exitPartial, "does not exist in eu-west-1: correct database.existing.cluster"},
		{adoption, "HEAD /" + bucket, answer{404, ""}, exitPartial, "correct storage.existing.bucket"},
		{adoption, "GET /" + bucket + "?notification", answer{200, `<NotificationConfiguration/>`}, exitPartial, "turn on EventBridge in the bucket's properties"},
		{adoption, "GET /" + bucket + "?policy", answer{404, `<Error><Code>NoSuchBucketPolicy</Code></Error>`}, exitPartial, "its policy allows requests without TLS"},
		{adoption, "GetCallerIdentity", answer{200, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>444455556666</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`}, exitPartial, "they are of account 444455556666, the hub is 111122223333"},
	} {
		answers := deployable()
		answers["DescribeOrganization"], answers["/listRegions"] = organization, regions
		answers[c.operation] = c.answer
		code, out, stderr := preflight(t, answers, "--config", "../examples/"+c.example+".yaml")
		if code != c.code || !strings.Contains(squeeze(out+stderr), c.want) {
			t.Errorf("%s with another %s: exit code %d, want %d, and %q in\n%s%s", c.example, c.operation, code, c.code, c.want, out, stderr)
		}
	}
}
