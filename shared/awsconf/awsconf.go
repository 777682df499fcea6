// Package awsconf prepares the AWS client configuration of one account and region: credentials of the member role,
// retries, a request rate within the service's quota, and request counts.
package awsconf

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Target is the region, role and session that a configuration is for.
type Target struct {
	Region string
	// RoleARN is the member role to assume; "" means the base configuration's own credentials.
	RoleARN    string
	ExternalID string
	// Actions are the only IAM actions that the role session allows, as its session policy; none means no session policy.
	Actions []string
	// Session names the role session in the account's CloudTrail, such as the execution's name.
	Session string
}

// ForTarget returns base with the region and the credentials of target. It sends no request: the role is assumed by the
// first client call.
func ForTarget(base aws.Config, target Target) (aws.Config, error) {
	cfg := explainAbsence(restoreFarTimes(requireWholeAnswers(base)))
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

// buildSessionPolicy returns an IAM policy that allows actions on all resources, or nil for no actions.
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

// buildSessionName returns text with a prefix, in the form that STS accepts: 2 to 64 characters of a small set.
func buildSessionName(text string) string {
	name := "view360-" + notInSessionNames.ReplaceAllString(text, "-")
	return name[:min(len(name), 64)]
}
