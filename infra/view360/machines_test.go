package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"view360/shared/sfnapi"
)

const stacks = `<DescribeStacksResponse><DescribeStacksResult><Stacks>
	<member><StackName>View360TestCollection</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-03-11T00:00:00Z</CreationTime><Outputs><member><OutputKey>CollectMachineArn</OutputKey><OutputValue>arn:aws:states:local:000000000000:stateMachine:other</OutputValue></member></Outputs></member>
	<member><StackName>View360Collection</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-03-11T00:00:00Z</CreationTime><Outputs><member><OutputKey>CollectMachineArn</OutputKey><OutputValue>%s</OutputValue></member></Outputs></member>
</Stacks></DescribeStacksResult></DescribeStacksResponse>`

func TestMachinesAreFoundByTheStacks(t *testing.T) {
	i := install(t)
	collect := i.collectMachine
	answer := ""
	aws := httptest.NewServer(sfnapi.New(i.Engine(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })))
	defer aws.Close()
	t.Setenv("AWS_ENDPOINT_URL", aws.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-west-1")

	answer = fmt.Sprintf(stacks, collect.ARN())
	if code, out, stderr := runProgram(t, "collect", "--service", "kms", "--wait"); code != exitOK {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	if code, out, stderr := runProgram(t, "executions", "--state-machine-arn", collect.ARN()); code != exitOK || !strings.Contains(out, "SUCCEEDED") {
		t.Errorf("with the ARN: exit code %d\n%s%s", code, out, stderr)
	}
	answer = strings.ReplaceAll(answer, "View360Collection", "Another")
	if code, _, stderr := runProgram(t, "executions"); code != exitFailed || !strings.Contains(stderr, "no stack View360Collection or View360Analytics in eu-west-1 names a state machine") {
		t.Errorf("without a stack: exit code %d, %s", code, stderr)
	}
}
