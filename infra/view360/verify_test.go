package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"view360/shared/apimodel"
	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/sfnapi"
	"view360/shared/simaws/wire"
	"view360/statemachines"
)

// fakeHub answers what verify asks besides Step Functions: CloudFormation, S3, the Data API, CloudWatch, SNS and STS.
type fakeHub struct {
	*testing.T
	installation *installation
	load         *asl.Machine
	mu           sync.Mutex
	answers      map[string]string // of the Data API, by a word of the statement
	subscription string            // ARN, or PendingConfirmation
	refuses      bool              // broken files are left where they are
	broken       []byte            // a broken file that is not rejected yet
	loading      string            // output of the stack
	pushes       bool              // the accounts collect
	fails        string            // summary of the alarm's action
	alarmed      bool
}

func (h *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := apimodel.CheckRequest(r); err != nil {
		h.Error(err)
	}
	credential, _ := wire.ParseCredential(r)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.Error(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch credential.Service {
	case "cloudformation":
		output := "CollectMachineArn"
		if h.pushes {
			output = "Other"
		}
		fmt.Fprintf(w, hubStacks, output, h.installation.collectMachine.ARN(), h.load.ARN(), h.loading)
	case "sts":
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>394057281643</Account><Arn>arn</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	case "s3":
		h.serveObject(w, r, body)
	case "rds-data":
		h.serveStatement(w, body)
	case "monitoring":
		h.serveAlarms(w, r, body)
	case "sns":
		fmt.Fprintf(w, `<R><ListSubscriptionsByTopicResult><Subscriptions><member><SubscriptionArn>%s</SubscriptionArn></member></Subscriptions></ListSubscriptionsByTopicResult></R>`, h.subscription)
	default:
		h.Errorf("unexpected request to %s", credential.Service)
	}
}

const hubStacks = `<R><DescribeStacksResult><Stacks>
	<member><StackName>View360Collection</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-03-11T00:00:00Z</CreationTime><Outputs><member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member></Outputs></member>
	<member><StackName>View360Analytics</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-03-11T00:00:00Z</CreationTime><Outputs>
		<member><OutputKey>LoadMachineArn</OutputKey><OutputValue>%s</OutputValue></member>
		<member><OutputKey>BucketName</OutputKey><OutputValue>data</OutputValue></member>
		<member><OutputKey>Loading</OutputKey><OutputValue>%s</OutputValue></member>
		<member><OutputKey>DatabaseClusterArn</OutputKey><OutputValue>arn:aws:rds:eu-west-1:394057281643:cluster:c</OutputValue></member>
		<member><OutputKey>MasterSecretArn</OutputKey><OutputValue>arn:aws:secretsmanager:eu-west-1:394057281643:secret:s</OutputValue></member>
		<member><OutputKey>AlarmTopicArn</OutputKey><OutputValue>arn:aws:sns:eu-west-1:394057281643:alarms</OutputValue></member>
	</Outputs></member></Stacks></DescribeStacksResult></R>`

// longAgo is when an earlier file was rejected and an earlier snapshot was loaded.
var longAgo = time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)

// serveObject passes on to the installation's store. A broken file is rejected between two looks at it, and a published
// snapshot is loaded when its folder is listed. Before, there is what was rejected and loaded long ago.
func (h *fakeHub) serveObject(w http.ResponseWriter, r *http.Request, body []byte) {
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/data"), "/")
	switch {
	case r.Method == http.MethodPut:
		h.broken = body
	case r.Method == http.MethodHead && key == "": // the bucket
	case r.Method == http.MethodHead:
		h.serveRejected(w, key)
	default:
		h.serveLoaded(w, r.URL.Query().Get("prefix"))
	}
}

func (h *fakeHub) serveRejected(w http.ResponseWriter, key string) {
	rejected := longAgo
	found, err := h.installation.store.Head(h.Context(), key)
	if err == nil {
		rejected = found.LastModified
	} else if !object.IsMissing(err) {
		h.Error(err)
	}
	w.Header().Set("Last-Modified", rejected.UTC().Format(http.TimeFormat))
	if h.broken != nil && !h.refuses {
		_, err := h.installation.store.Put(h.Context(), key, bytes.NewReader(h.broken))
		must(h.T, err)
		h.broken = nil
	}
}

func (h *fakeHub) serveLoaded(w http.ResponseWriter, prefix string) {
	const contents = `<Contents><Key>%s</Key><LastModified>%s</LastModified><Size>1</Size></Contents>`
	fmt.Fprint(w, `<ListBucketResult>`)
	fmt.Fprintf(w, contents, prefix+"2026-03-10_DAILY.json", longAgo.Format(time.RFC3339))
	must(h.T, h.installation.store.List(h.Context(), strings.Replace(prefix, "loaded/", "data/", 1), func(found object.Version) error {
		_, err := fmt.Fprintf(w, contents, strings.Replace(found.Key, "data/", "loaded/", 1), found.LastModified.UTC().Format(time.RFC3339))
		return err
	}))
	fmt.Fprint(w, `</ListBucketResult>`)
}

func (h *fakeHub) serveStatement(w http.ResponseWriter, body []byte) {
	var in struct{ SQL string }
	must(h.T, json.Unmarshal(body, &in))
	for word, answer := range h.answers {
		if strings.Contains(in.SQL, word) {
			fmt.Fprintf(w, `{"records":[[{"stringValue":%q}]]}`, answer)
			return
		}
	}
	fmt.Fprint(w, `{"records":[[{"isNull":true}]]}`)
}

func (h *fakeHub) serveAlarms(w http.ResponseWriter, r *http.Request, body []byte) {
	operation, _, err := wire.CBOR{}.Decode(r, body, nil)
	must(h.T, err)
	var answer wire.Object
	switch operation {
	case "DescribeAlarms":
		answer = wire.Object{"MetricAlarms": []any{wire.Object{"AlarmName": "first"}}}
	case "SetAlarmState":
		h.alarmed = true
	case "DescribeAlarmHistory":
		if h.alarmed {
			answer = wire.Object{"AlarmHistoryItems": []any{wire.Object{"HistorySummary": h.fails}}}
		}
	}
	must(h.T, wire.CBOR{}.Encode(w, wire.Answer{Operation: operation, Body: answer}))
}

// newFakeHub returns a hub where everything holds, and points the SDK to it.
func newFakeHub(t *testing.T) *fakeHub {
	t.Helper()
	h := &fakeHub{T: t, installation: install(t), subscription: "arn:aws:sns:eu-west-1:394057281643:alarms:1", loading: "functions", fails: "Successfully executed action arn",
		answers: map[string]string{"pg_views": "42"}}
	var err error
	h.load, err = inprocess.ParseMachine("load", statemachines.Load, inprocess.LoadPlaceholders)
	must(t, err)
	h.installation.Engine().Use(h.load)
	server := httptest.NewServer(sfnapi.New(h.installation.Engine(), h))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
	return h
}

func TestVerifyExercisesADeployment(t *testing.T) {
	newFakeHub(t)
	code, out, stderr := runProgram(t, "verify", "--json", "--account", "528416073925", "--region", "us-east-1")
	var lines []check
	if err := json.Unmarshal([]byte(out), &lines); err != nil || code != exitOK || len(lines) != len(verifySteps) {
		t.Fatalf("exit code %d, error %v: %s%s", code, err, out, stderr)
	}
	for _, line := range lines {
		if line.Verdict != ok {
			t.Errorf("%+v", line)
		}
	}
}

func TestVerifySaysWhatDoesNotHold(t *testing.T) {
	for want, change := range map[string]func(*fakeHub){
		"todo users and grants view360_loader does not exist: deploy again":                                                     func(h *fakeHub) { h.answers["wanted"] = "view360_loader does not exist" },
		"todo master login postgres is a member of rds_iam":                                                                     func(h *fakeHub) { h.answers["current_user"] = "postgres" },
		"todo views the database has no views":                                                                                  func(h *fakeHub) { h.answers["pg_views"] = "0" },
		"todo rejected file the rejection of s3://data/data/528416073925/us-east-1/1999-01-01_DAILY.json did not happen within": func(h *fakeHub) { h.refuses = true },
		"todo alarm nobody gets the alarms of arn:aws:sns:eu-west-1:394057281643:alarms (1 have":                                func(h *fakeHub) { h.subscription = "PendingConfirmation" },
		"todo alarm the alarm first could not tell its topic: Failed to execute action":                                         func(h *fakeHub) { h.fails = "Failed to execute action arn" },
	} {
		h := newFakeHub(t)
		change(h)
		code, out, stderr := runProgram(t, "verify", "--patience", "5s", "--account", "528416073925", "--region", "us-east-1")
		if code != exitPartial || !strings.Contains(squeeze(out), want) {
			t.Errorf("exit code %d, want %q in\n%s%s", code, want, out, stderr)
		}
	}
}

func TestVerifySkipsWhatADeploymentDoesNotHave(t *testing.T) {
	for _, test := range []struct {
		change func(*fakeHub)
		want   []string
	}{
		{func(h *fakeHub) { h.loading, h.refuses = "paused", true }, []string{"note rejected file not checked: loading is paused", "note load not checked: loading is paused", "ok run"}},
		{func(h *fakeHub) { h.pushes = true }, []string{"note run not checked: the accounts push", "note load not checked: the accounts push", "note redrive not checked: the accounts push", "ok rejected file"}},
	} {
		h := newFakeHub(t)
		test.change(h)
		code, out, stderr := runProgram(t, "verify", "--patience", "5s", "--account", "528416073925", "--region", "us-east-1")
		for _, want := range test.want {
			if !strings.Contains(squeeze(out), want) {
				t.Errorf("want %q in\n%s", want, out)
			}
		}
		if code != exitOK {
			t.Errorf("exit code %d: %s%s", code, out, stderr)
		}
	}
}
