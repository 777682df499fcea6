// Package awsconf prepares the AWS client configuration of one account and region: credentials of the member role,
// patient retries, a request rate within the service's quota, and a count of what was sent.
package awsconf

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Target is where the clients of a configuration shall look.
type Target struct {
	Region string
	// RoleARN is the member role to assume; "" means the base configuration's own credentials.
	RoleARN    string
	ExternalID string
	// Actions become the session policy of the assumed role: the session may do nothing else.
	Actions []string
	// Session names the role session in the account's CloudTrail, such as the execution's name.
	Session string
}

// ForTarget returns base pointed at target. No request is sent before the first client call.
func ForTarget(base aws.Config, target Target) (aws.Config, error) {
	cfg := requireWholeAnswers(base)
	if target.Region != "" {
		cfg.Region = target.Region
	}
	if target.RoleARN == "" {
		return cfg, nil
	}
	policy, err := buildSessionPolicy(target.Actions)
	if err != nil {
		return aws.Config{}, err
	}
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(base), target.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = buildSessionName(target.Session)
		o.Policy = policy
		if target.ExternalID != "" {
			o.ExternalID = &target.ExternalID
		}
	})
	cfg.Credentials = aws.NewCredentialsCache(provider)
	return cfg, nil
}

func buildSessionPolicy(actions []string) (*string, error) {
	if len(actions) == 0 {
		return nil, nil
	}
	type statement struct {
		Effect   string
		Action   []string
		Resource string
	}
	policy, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{"Allow", actions, "*"}}})
	if err != nil {
		return nil, fmt.Errorf("writing the session policy: %w", err)
	}
	return aws.String(string(policy)), nil
}

var notInSessionNames = regexp.MustCompile(`[^\w+=,.@-]`)

// buildSessionName fits text to what STS accepts: 2 to 64 characters of a small set.
func buildSessionName(text string) string {
	name := "view360-" + notInSessionNames.ReplaceAllString(text, "-")
	return name[:min(len(name), 64)]
}
