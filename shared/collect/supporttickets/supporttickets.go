// Package supporttickets collects the account's cases of AWS Support: every open one, and the resolved ones of the last
// twelve months, so that a reader sees cases close.
//
//	operations  support DescribeCases (all pages)
//	scope       account, in the home region; the calls go to the partition's global region
//	window      none: the API does not return when a case changed. For a past date: the cases that were created in [start,
//	            end), UTC
//	section     support_tickets, the open cases first
//	paid        no, but the account needs one of collect.SupportPlans
//	quotas      not published
//	            https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html
package supporttickets

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/support"
	"github.com/aws/aws-sdk-go-v2/service/support/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Support client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeCases(context.Context, *support.DescribeCasesInput, ...func(*support.Options)) (*support.DescribeCasesOutput, error)
}

// Collector is the source supporttickets.
var Collector = collect.Collector{
	SourceName: "supporttickets",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		cfg.Region = collect.FindGlobalRegion(scope.Region)
		return Collect(ctx, support.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "support_tickets"
	pageSize = 100
	resolved = "resolved"
)

// Collect writes a [snapshot.SupportTicket] for each case, each list in the order of DescribeCases. It never requests
// communications. A case without a readable creation time is a warning. An account without a support plan that
// includes the API is outcome.NotSubscribed.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	if scope.History {
		return addCases(ctx, api, scope, part, "created", &support.DescribeCasesInput{
			AfterTime: formatTime(scope.Window.Start), BeforeTime: formatTime(scope.Window.End), IncludeResolvedCases: true,
		}, func(_ types.CaseDetails, created time.Time) bool { return scope.Window.Contains(created) })
	}
	// An open case counts however old it is, so only the second list has a bound.
	if err := addCases(ctx, api, scope, part, "open", &support.DescribeCasesInput{},
		func(types.CaseDetails, time.Time) bool { return true }); err != nil {
		return err
	}
	return addCases(ctx, api, scope, part, resolved, &support.DescribeCasesInput{
		AfterTime: formatTime(scope.Now.AddDate(-1, 0, 1)), IncludeResolvedCases: true, // AWS keeps a year for sure
	}, func(c types.CaseDetails, _ time.Time) bool { return aws.ToString(c.Status) == resolved })
}

func formatTime(t time.Time) *string { return aws.String(t.UTC().Format(time.RFC3339)) }

func addCases(ctx context.Context, api API, scope collect.Scope, part *collect.Part, kind string, input *support.DescribeCasesInput, wanted func(types.CaseDetails, time.Time) bool) error {
	input.MaxResults, input.IncludeCommunications = aws.Int32(pageSize), aws.Bool(false)
	pages := support.NewDescribeCasesPaginator(api, input, func(o *support.DescribeCasesPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return collect.ExplainMissingPlan("AWS Support", fmt.Errorf("listing %s cases: %w", kind, err))
		}
		for _, c := range page.Cases {
			created, _, err := snapshot.ParseTime(aws.ToString(c.TimeCreated)) // the API's times are text (D33)
			if err != nil {
				part.Warn(section, fmt.Errorf("reading the creation time of case %s: %w", aws.ToString(c.CaseId), err))
				continue
			}
			if !wanted(c, created) {
				continue
			}
			if err := part.Add(section, toTicket(c, created, scope)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toTicket(c types.CaseDetails, created time.Time, scope collect.Scope) snapshot.SupportTicket {
	ticket := snapshot.SupportTicket{
		CaseID: aws.ToString(c.CaseId), DisplayID: aws.ToString(c.DisplayId), Subject: aws.ToString(c.Subject),
		Status: aws.ToString(c.Status), SeverityCode: aws.ToString(c.SeverityCode), ServiceCode: aws.ToString(c.ServiceCode),
		CategoryCode: c.CategoryCode, TimeCreated: snapshot.Time{Time: created}, SubmittedBy: c.SubmittedBy,
		Language: snapshot.TextOr(c.Language, "en"), DateFrom: scope.Window.StartDate(), DateTo: scope.Window.EndDate(),
	}
	if scope.Options.OmitContacts {
		ticket.SubmittedBy = nil
	}
	return ticket
}
