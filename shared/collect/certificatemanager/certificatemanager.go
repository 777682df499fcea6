// Package certificatemanager collects the certificates of a region, of every key algorithm. Those of CloudFront are the
// ones of us-east-1.
//
//	operations  acm ListCertificates (all pages), DescribeCertificate (one call per certificate, side by side, for the
//	            members that the list lacks: signature algorithm, object identifiers, all names)
//	scope       region
//	window      none: state at run time
//	section     security.certificate_manager
//	paid        no
//	quotas      ListCertificates 8, DescribeCertificate 10 requests per second
//	            https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
package certificatemanager

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Certificate Manager client that Collect uses; each method is one IAM action of the role.
type API interface {
	ListCertificates(context.Context, *acm.ListCertificatesInput, ...func(*acm.Options)) (*acm.ListCertificatesOutput, error)
	DescribeCertificate(context.Context, *acm.DescribeCertificateInput, ...func(*acm.Options)) (*acm.DescribeCertificateOutput, error)
}

// Collector is the source certificatemanager.
var Collector = collect.Collector{
	SourceName: "certificatemanager",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, acm.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "security.certificate_manager"
	atOnce   = 8
	pageSize = 1000
)

// Collect writes a [snapshot.Certificate] for every certificate, in the order of ListCertificates. A certificate that
// cannot be described is a warning, and is written with the members of the list.
func Collect(ctx context.Context, api API, _ collect.Scope, part *collect.Part) error {
	part.DeclareLists(section)
	pages := acm.NewListCertificatesPaginator(api, listAllInput(), func(o *acm.ListCertificatesPaginatorOptions) { o.StopOnDuplicateToken = true })
	summaries := paging.EachItem(paging.ReadPages(ctx, pages), func(page *acm.ListCertificatesOutput) []types.CertificateSummary { return page.CertificateSummaryList })
	err := collect.FetchInOrder(ctx, atOnce, summaries,
		func(ctx context.Context, summary types.CertificateSummary) (*snapshot.Certificate, error) {
			return describeCertificate(ctx, api, summary, part)
		},
		func(certificate *snapshot.Certificate) error {
			if certificate == nil {
				return nil
			}
			return part.Add(section, certificate)
		})
	if err != nil {
		return fmt.Errorf("listing certificates: %w", err)
	}
	return nil
}

// listAllInput requests all key algorithms and origins: by default the list hides ECDSA, RSA of 3072 and 4096 bits and
// certificates from ACME (D55).
func listAllInput() *acm.ListCertificatesInput {
	return &acm.ListCertificatesInput{
		MaxItems:                  aws.Int32(pageSize),
		CertificateKeyPairOrigins: types.CertificateKeyPairOrigin("").Values(),
		Includes:                  &types.Filters{KeyTypes: types.KeyAlgorithm("").Values()},
	}
}

// describeCertificate returns nil for a certificate that is gone.
func describeCertificate(ctx context.Context, api API, summary types.CertificateSummary, part *collect.Part) (*snapshot.Certificate, error) {
	certificate := toCertificate(summary)
	described, err := api.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: summary.CertificateArn})
	var gone *types.ResourceNotFoundException
	switch {
	case errors.As(err, &gone):
		return nil, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		part.Warn("certificate_manager", fmt.Errorf("describing certificate %s: %w", aws.ToString(summary.CertificateArn), err))
		return certificate, nil
	case described.Certificate == nil:
		part.Warn("certificate_manager", fmt.Errorf("describing certificate %s: the answer has no certificate", aws.ToString(summary.CertificateArn)))
		return certificate, nil
	}
	addDetail(certificate, described.Certificate)
	return certificate, nil
}

func toCertificate(s types.CertificateSummary) *snapshot.Certificate {
	c := &snapshot.Certificate{
		ARN: s.CertificateArn, DomainName: s.DomainName, SubjectAlternativeNames: append([]string{}, s.SubjectAlternativeNameSummaries...),
		Status: snapshot.Text(s.Status), Type: snapshot.Text(s.Type), KeyAlgorithm: snapshot.Text(s.KeyAlgorithm),
		CreatedAt: snapshot.TimeOf(s.CreatedAt), IssuedAt: snapshot.TimeOf(s.IssuedAt), NotBefore: snapshot.TimeOf(s.NotBefore),
		NotAfter: snapshot.TimeOf(s.NotAfter), RenewalEligibility: snapshot.Text(s.RenewalEligibility),
		KeyUsages: []snapshot.KeyUsage{}, ExtendedKeyUsages: []snapshot.ExtendedKeyUsage{},
	}
	for _, usage := range s.KeyUsages {
		c.KeyUsages = append(c.KeyUsages, snapshot.KeyUsage{Name: string(usage)})
	}
	for _, usage := range s.ExtendedKeyUsages {
		c.ExtendedKeyUsages = append(c.ExtendedKeyUsages, snapshot.ExtendedKeyUsage{Name: string(usage)})
	}
	return c
}

// addDetail sets the members of c that only the description has.
func addDetail(c *snapshot.Certificate, d *types.CertificateDetail) {
	c.SignatureAlgorithm = d.SignatureAlgorithm
	c.SubjectAlternativeNames = append([]string{}, d.SubjectAlternativeNames...)
	c.KeyUsages, c.ExtendedKeyUsages = []snapshot.KeyUsage{}, []snapshot.ExtendedKeyUsage{}
	for _, usage := range d.KeyUsages {
		c.KeyUsages = append(c.KeyUsages, snapshot.KeyUsage{Name: string(usage.Name)})
	}
	for _, usage := range d.ExtendedKeyUsages {
		c.ExtendedKeyUsages = append(c.ExtendedKeyUsages, snapshot.ExtendedKeyUsage{Name: string(usage.Name), OID: usage.OID})
	}
}
