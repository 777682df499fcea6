package awsconf

//go:generate go run ./generate

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// explainAbsence returns cfg with clients that report an unknown host of AWS as outcome.NotAvailable if the SDK's partition
// data say that the service is not in the region. Without that proof the host may be unknown for any other reason, such
// as a VPN or a DNS filter.
func explainAbsence(cfg aws.Config) aws.Config {
	return wrapAttempts(cfg, "view360.Absence", func(ctx context.Context, send func() error) error {
		err := send()
		service, region := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetRegion(ctx)
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound || !strings.Contains(dns.Name, region) || isOfferedIn(service, region) {
			return err
		}
		return fault.Explain(outcome.NotAvailable, err, "AWS does not offer %s in %s", service, region)
	})
}

// isOfferedIn reports whether the service may be in the region: it is listed there, or nowhere.
func isOfferedIn(service, region string) bool {
	regions, known := offered[service]
	return !known || slices.Contains(strings.Fields(regions), region)
}
