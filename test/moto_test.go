package test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"view360/shared/awsconf"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// TestMotoSnapshotsMatchTheContract creates resources in an independent simulation of AWS, collects every source, and
// compares the sections with the contract's values. It needs moto_server (pip install 'moto[server]==5.2.5') on the
// PATH, or its URL in MOTO_ENDPOINT.
func TestMotoSnapshotsMatchTheContract(t *testing.T) {
	t.Parallel()
	url := startMoto(t)
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(url), HTTPClient: awsconf.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("moto", "moto", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} }, // what moto cannot answer, it never can
	}
	want := furnish(t, url, cfg)
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization(), client: func(clients *aws.Config) { *clients = cfg }})
	for _, interval := range []snapshot.Interval{snapshot.Daily, snapshot.Weekly, snapshot.Monthly, snapshot.Yearly} {
		c.run("moto-"+string(interval), map[string]any{"regions": []string{"us-east-1"}, "interval": interval, "date": today})
		name := snapshot.WindowOf(interval, collecttest.Now).NameDate(interval).Format(time.DateOnly)
		got := c.readKey(fmt.Sprintf("data/%s/us-east-1/%s_%s.json", collecttest.Production, name, interval))
		for path, elements := range want {
			t.Run(path+" "+string(interval), func(t *testing.T) { checkMotoSection(t, c, got, path, interval, elements) })
		}
		for word, service := range got.Meta.Services {
			checkMotoSource(t, word, service)
		}
	}
}

// ofDays are the sections whose values are those of a day, that only daily snapshots have, or that moto answers once.
var ofDays = []string{"cost", "service", "marketplace", "ri_sp_savings", "support_tickets", "security.inspector"}

func checkMotoSection(t *testing.T, c *collection, got published, path string, interval snapshot.Interval, elements []map[string]any) {
	if interval != snapshot.Daily && slices.Contains(ofDays, path) {
		return
	}
	text := got.Sections[path]
	if !strings.HasPrefix(text, "[") {
		text = "[" + text + "]"
	}
	var found []map[string]any
	c.decode([]byte(text), &found)
	for _, element := range elements {
		if !hasElement(found, element) {
			t.Errorf("no element has %v: %s", element, text)
		}
	}
}

func checkMotoSource(t *testing.T, word string, service outcome.Outcome) {
	t.Helper()
	operation, cannot := unanswered[word]
	switch passed := service.Status == outcome.Passed; {
	case service.Status == outcome.Skipped && strings.Contains(service.Reason, "describes days"):
	case cannot && (passed || !strings.Contains(service.Reason, operation)) && operation != "GetCostForecast":
		t.Errorf("%s: %s %s, but moto cannot answer %s", word, service.Status, service.Reason, operation)
	case !cannot && !passed && !strings.Contains(service.Reason, unknownOperation):
		t.Errorf("%s: %s %s", word, service.Status, service.Reason)
	}
}

// unknownOperation is in the reason of a source whose first operation moto does not have.
const unknownOperation = "does the endpoint know this operation?"

// unanswered are the sources that moto cannot answer, or not whole, and the operation that it does not know. A source
// of which it has no operation need not be here.
var unanswered = map[string]string{
	"account":          "GetAccountInformation", // the alternate contacts are there
	"application":      "ListServices",
	"cloudtrail":       "LookupEvents", // the trails are there
	"computeoptimizer": "GetEnrollmentStatus",
	"config":           "DescribeComplianceByConfigRule",
	"configinventory":  "AWS Config has recorded no resource", // moto's advanced queries find nothing
	"cost":             "GetCostForecast",                     // the cost is there
	"guardduty":        "ListFindings",
	"health":           "DescribeEvents",
	"inventory":        "DescribeInstanceInformation",
	"rispsavings":      "DescribeReservedInstances",
	"securityhub":      "ListFindingAggregators",
	"trustedadvisor":   "DescribeTrustedAdvisorCheckSummaries",
	"waf":              "ListResourcesForWebACL", // the lists and rules are there
}

// hasElement reports whether an element has all members of want.
func hasElement(elements []map[string]any, want map[string]any) bool {
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

// startMoto returns the URL of the server that MOTO_ENDPOINT names, or starts one.
func startMoto(t *testing.T) string {
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
	server.Env = append(os.Environ(), "MOTO_ACCOUNT_ID="+collecttest.Production)
	if err := server.Start(); err != nil {
		t.Skipf("moto_server does not start: %v", err)
	}
	t.Cleanup(func() { _ = server.Wait() }) // it ends with the test's context
	url := "http://127.0.0.1:" + port
	if err := waitUntilAnswered(t.Context(), url); err != nil {
		t.Skipf("moto_server does not run: %v", err)
	}
	return url
}

// waitUntilAnswered waits until a server does.
func waitUntilAnswered(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/moto-api/", nil)
		if err != nil {
			return err
		}
		if response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request); err == nil {
			return response.Body.Close()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
