package plan

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Quota reads how many functions of the deployment's account may run at once.
type Quota interface {
	// ReadUnreserved returns the concurrent executions that no function of the account has reserved.
	ReadUnreserved(ctx context.Context) (int, error)
}

// AWSQuota reads Lambda.
type AWSQuota struct{ Config aws.Config }

// ReadUnreserved reads Lambda GetAccountSettings.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_AccountLimit.html
func (q AWSQuota) ReadUnreserved(ctx context.Context) (int, error) {
	settings, err := lambda.NewFromConfig(q.Config).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, fmt.Errorf("reading the quota of concurrent Lambda executions: %w", err)
	}
	if settings.AccountLimit == nil {
		return 0, nil
	}
	return int(aws.ToInt32(settings.AccountLimit.UnreservedConcurrentExecutions)), nil
}

// collectShare is the share of the quota, in percent, for collectors. The rest is for loaders, which start while a run
// goes on, and for the account's other functions.
const collectShare = 70

// concurrency is how many entries of a list run at once, and how many collectors in each. 0 leaves it to Step Functions.
type concurrency struct{ entries, collectors int }

// readConcurrency sizes a run of at most n entries to the quota, so that Lambda throttles no collector. Many accounts with
// few collectors each are better than the reverse: services throttle by account.
func (h Handler) readConcurrency(ctx context.Context, n int) (concurrency, error) {
	if h.Quota == nil {
		return concurrency{entries: h.Settings.Concurrency}, nil
	}
	unreserved, err := h.Quota.ReadUnreserved(ctx)
	if err != nil {
		return concurrency{}, err
	}
	budget := max(unreserved*collectShare/100, 1)
	entries := min(max(n, 1), budget)
	if h.Settings.Concurrency > 0 {
		entries = min(entries, h.Settings.Concurrency)
	}
	return concurrency{entries: entries, collectors: budget / entries}, nil
}

// limitEntry returns how many of an entry's regions run at once, and how many sources in each, within the run's
// concurrency and the deployment's settings.
func (c concurrency) limitEntry(s Settings, regions int) (regionsAtOnce, servicesAtOnce int) {
	if c.collectors == 0 {
		return s.RegionsAtOnce, s.ServicesAtOnce
	}
	regionsAtOnce = min(c.collectors, max(regions, 1), orMost(s.RegionsAtOnce))
	return regionsAtOnce, min(c.collectors/regionsAtOnce, orMost(s.ServicesAtOnce))
}

// mostAtOnce is the number of iterations of an inline map that Step Functions runs at once.
// Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const mostAtOnce = 40

// orMost returns a setting, or what Step Functions allows if it is 0.
func orMost(setting int) int {
	if setting == 0 {
		return mostAtOnce
	}
	return setting
}
