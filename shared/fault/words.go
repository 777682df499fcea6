package fault

import (
	"errors"
	"regexp"
	"strings"

	smithy "github.com/aws/smithy-go"

	"view360/shared/outcome"
)

// The sentence of a denial, which all services share: who may not do what on what.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
var (
	deniedPrincipal = regexp.MustCompile(`User: (arn:[^\s]+) is not authorized`)
	deniedAction    = regexp.MustCompile(`not authorized to perform:? ([a-zA-Z0-9-]+:[a-zA-Z0-9]+)`)
	// deniedByOrganization matches the three forms of a denial by a service control policy; the explicit one may go on
	// with the policy's ARN.
	deniedByOrganization = regexp.MustCompile(`with an explicit deny in a service control policy|because no service control policy allows`)
	deniedResource       = regexp.MustCompile(`on resource: (arn:[^\s]+)`)
)

// ownAction matches the actions of View360's own account: roles, the data bucket, its key, state machines, functions. No
// collector calls one.
var ownAction = regexp.MustCompile(`^(sts|states|lambda:Invoke|s3:[A-Za-z]*Object|s3:ListBucket$|kms:(Decrypt|Encrypt|GenerateDataKey))`)

// confidential begins the parts of messages that are not for logs: the canonical request of a wrong signature has the
// session token, and an encoded authorization message says nothing to people.
var confidential = []string{"The Canonical String", "Encoded authorization failure message"}

// FindAWSError returns the error answer of AWS that err comes from, in AWS's own words; nil if AWS did not answer.
func FindAWSError(err error) *outcome.AWSError {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return nil
	}
	found := &outcome.AWSError{Code: api.ErrorCode()}
	if api.ErrorMessage() != noMessage {
		found.Message = shorten(api.ErrorMessage())
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		found.Operation = operation.ServiceID + " " + operation.OperationName
	}
	if isDenial(StatusOf(err)) {
		found.Principal, found.Resource = firstMatch(deniedPrincipal, found.Message), firstMatch(deniedResource, found.Message)
		found.Action = DeniedAction(err)
	}
	return found
}

// noMessage is the SDK's message for an answer without one.
const noMessage = "UnknownError"

// shorten returns a message of AWS without what must not be stored, and not longer than outcome.MaxMessage.
func shorten(message string) string {
	for _, marker := range confidential {
		message, _, _ = strings.Cut(message, marker)
	}
	message = strings.TrimSpace(message)
	if len(message) > outcome.MaxMessage {
		message = message[:outcome.MaxMessage-3] + "..."
	}
	return strings.ToValidUTF8(message, "")
}

func firstMatch(pattern *regexp.Regexp, text string) string {
	if match := pattern.FindStringSubmatch(text); match != nil {
		return match[1]
	}
	return ""
}
