package apimodel_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"view360/shared/apimodel"
)

func TestCheckRefusesWhatTheModelRefuses(t *testing.T) {
	t.Parallel()
	const period = `"TimePeriod":{"Start":"2026-11-01","End":"2026-11-02"}`
	for _, c := range []struct{ service, operation, input, want string }{
		{"ce", "GetCostAndUsage", `{` + period + `,"Granularity":"DAILY","Metrics":["UnblendedCost"]}`, ""},
		{"ce", "GetCostAndUsage", `{` + period + `,"Granularity":"WEEKLY","Metrics":["UnblendedCost"]}`, "Value 'WEEKLY' at 'Granularity' failed to satisfy constraint: Member must satisfy enum value set: [DAILY, MONTHLY, HOURLY]"},
		{"ce", "GetCostAndUsage", `{` + period + `,"Granularity":"DAILY"}`, "Value 'null' at 'Metrics' failed to satisfy constraint: Member must not be null"},
		{"ce", "GetCostAndUsage", `{"TimePeriod":{"Start":"today","End":"2026-11-02"},"Granularity":"DAILY","Metrics":[]}`, "at 'TimePeriod.Start' failed to satisfy constraint: Member must satisfy regular expression"},
		{"kms", "DescribeKey", `{"KeyID":"k"}`, ""}, // services take members in any case
		{"kms", "DescribeKey", `{"Key":"k"}`, "2 validation errors detected: Value 'k' at 'Key' failed to satisfy constraint: Member is unknown; known are GrantTokens, KeyId"},
		{"kms", "ListKeys", `{"Limit":1001}`, "Member must have value less than or equal to 1000"},
		{"ec2", "DescribeInstances", `{"Action":"DescribeInstances","Version":"2016-11-15","MaxResults":"5","Filter":[{"Name":"tag:a","Value":["b"]}]}`, ""},
		{"ec2", "DescribeInstances", `{"MaxResults":"many"}`, "Value 'many' at 'MaxResults' failed to satisfy constraint: Member must be a number"},
		{"guardduty", "ListFindings", `{"DetectorId":"d","maxResults":51}`, "less than or equal to 50"},
		{"ssm", "GetInventory", `{"Filters":[{"Key":"k","Values":"v"}]}`, ""}, // a form has no lists of one
		{"kms", "CreateKey", `{}`, "no API model of CreateKey: add it"},
	} {
		model, err := apimodel.Find(c.service)
		if err != nil {
			t.Fatal(err)
		}
		err = model.Check(c.operation, []byte(c.input))
		if c.want == "" && err != nil || c.want != "" && !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.operation, c.input, err, c.want)
		}
	}
	if _, err := apimodel.Find("nothing"); err == nil {
		t.Error("an unknown service has a model")
	}
}

func TestCheckRequestFindsTheOperationOfAnObject(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]string{
		"GET /bucket/key": "",
		"GET /bucket?list-type=2&max-keys=10&prefix=a/": "",
		"GET /bucket?list-type=2&max-keys=many":         "s3 ListObjectsV2: 1 validation error detected: Value 'many' at 'MaxKeys'",
		"GET /bucket?list-type=2&limit=10":              "s3 ListObjectsV2: 1 validation error detected: Value '10' at 'limit' failed to satisfy constraint: Member is unknown",
		"PUT /bucket/key?partNumber=1&uploadId=u":       "",
		"PUT /bucket/key?partNumber=1&upload=u":         "at 'upload' failed to satisfy constraint: Member is unknown",
		"PATCH /bucket/key":                             "no API model of PATCH /bucket/key at s3",
	} {
		method, url, _ := strings.Cut(request, " ")
		r := httptest.NewRequest(method, url, http.NoBody)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261126/eu-west-1/s3/aws4_request")
		err := apimodel.CheckRequest(r)
		if want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: got %v, want %q", request, err, want)
		}
	}
	if err := apimodel.CheckRequest(httptest.NewRequest(http.MethodGet, "/", http.NoBody)); err == nil {
		t.Error("an unsigned request passes")
	}
}
