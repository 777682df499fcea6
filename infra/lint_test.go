package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// templates writes the templates of all examples as files, as they would go to CloudFormation, and those of StackSets;
// a template that several examples share is written once.
func templates(t *testing.T) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	written := map[string]bool{}
	write := func(name string, body []byte) {
		if written[string(body)] {
			return
		}
		written[string(body)] = true
		path := filepath.Join(dir, name+".json")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for example, synthesize := range scenarios {
		for name, stack := range synthesize() {
			write(example+"-"+name, stack.text)
			for id, set := range stack.resources("AWS::CloudFormation::StackSet") {
				write(example+"-"+id, []byte(set["TemplateBody"].(string)))
			}
		}
	}
	return paths
}

// tool is a program that is not Go. It needs minutes for all templates, so it runs only on request.
func tool(t *testing.T, name string) string {
	t.Helper()
	if os.Getenv("VIEW360_LINT") == "" {
		t.Skipf("skipped: %s takes minutes; set VIEW360_LINT=1 after .ci/tools/install", name)
	}
	path, err := filepath.Abs(filepath.Join("..", ".ci", "tools", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: %s is missing, .ci/tools/install installs it", name)
	}
	return path
}

// withoutLint are the rules of cfn-lint that are wrong here.
var withoutLint = []string{
	"E3601", // supports neither JSONata in MaxConcurrency nor the substitutions of a definition; asl-validator checks the files
	"W3005", // a dependency that the CDK itself writes twice
}

func TestTemplatesPassCfnLint(t *testing.T) {
	lint := tool(t, "cfn-lint")
	arguments := append([]string{"--format", "parseable", "--ignore-checks", strings.Join(withoutLint, ","), "--"}, templates(t)...)
	if output, err := exec.CommandContext(t.Context(), lint, arguments...).CombinedOutput(); err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, output)
	}
}

// accepted are the findings of checkov that stay, each for its reason.
var accepted = []string{
	"CKV_AWS_18",  // the bucket of access logs has no access log of its own
	"CKV_AWS_26",  // push: the topic of an account holds alarm texts without data, and a key per account costs each of them
	"CKV_AWS_27",  // queues are encrypted with keys of SQS, which the rule does not know
	"CKV_AWS_33",  // push: the principal of the data key's statement is everybody in the organization, by conditions
	"CKV_AWS_111", // X-Ray and network interfaces know no resource
	"CKV_AWS_115", // the state machine bounds concurrency; reserving it takes it from the account
	"CKV_AWS_117", // only functions that use the database are in the network
	"CKV_AWS_149", // the key of Secrets Manager: QuickSight would need a grant on one of ours
	"CKV_AWS_158", // push: logs are encrypted with a key of CloudWatch
	"CKV_AWS_173", // no secrets in variables
}

func TestTemplatesPassCheckov(t *testing.T) {
	scanner := tool(t, "checkov")
	paths := templates(t)
	command := exec.CommandContext(t.Context(), scanner, "--directory", filepath.Dir(paths[0]), "--framework", "cloudformation",
		"--skip-check", strings.Join(accepted, ","), "--compact", "--quiet", "--skip-download")
	command.Env = append(os.Environ(), "LOG_LEVEL=ERROR")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("checkov: %v\n%s", err, output)
	}
}
