// Package iam collects the users of an account with their passwords, second factors and access keys, from IAM's
// credential report: two calls, however many users there are.
//
//	operations  iam GenerateCredentialReport, GetCredentialReport (repeated while IAM still makes the report)
//	scope       account, in the home region; the calls go to the partition's global region
//	window      none: state at run time; IAM makes a new report when the last one is older than four hours
//	section     iam
//	paid        no
//	quotas      not published
//	            https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
package iam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	smithy "github.com/aws/smithy-go"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
)

// API is the part of the IAM client that Collect uses; each method is one IAM action of the role.
type API interface {
	GenerateCredentialReport(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error)
	GetCredentialReport(context.Context, *iam.GetCredentialReportInput, ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error)
}

// Collector is the source iam.
var Collector = collect.Collector{
	SourceName: "iam",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		cfg.Region = collect.FindGlobalRegion(scope.Region)
		return Collect(ctx, iam.NewFromConfig(cfg), scope, part)
	},
}

const section = "iam"

// Collect writes a [snapshot.IAMUser] for the root user and every user, in the order of the report. A report that
// takes long is a transient error, which the state machine retries.
func Collect(ctx context.Context, api API, _ collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	if _, err := api.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{}); err != nil {
		return fmt.Errorf("generating the credential report: %w", err)
	}
	report, err := api.GetCredentialReport(ctx, &iam.GetCredentialReportInput{}, whileUnfinished)
	if isUnfinished(err) {
		return fault.New(outcome.Transient, "IAM is still making the credential report")
	}
	if err != nil {
		return fmt.Errorf("getting the credential report: %w", err)
	}
	if err := addUsers(bytes.NewReader(report.Content), part); err != nil {
		return fmt.Errorf("reading the credential report: %w", err)
	}
	return nil
}

// unfinished lists the error codes of a report that is not ready.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
var unfinished = []string{"ReportInProgress", "ReportNotPresent", "ReportExpired"}

// whileUnfinished makes the client retry until the report is ready.
func whileUnfinished(o *iam.Options) { o.Retryer = retry.AddWithErrorCodes(o.Retryer, unfinished...) }

func isUnfinished(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(unfinished, api.ErrorCode())
}
