package simaws

import (
	"fmt"
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var acmService = service{
	name: "acm", protocol: wire.JSON{},
	codes: wire.ErrorCodes{BadToken: "ValidationException"},
	operations: []operation{
		{name: "ListCertificates", handle: handleInput(listCertificates)},
		{name: "DescribeCertificate", handle: handleInput(describeCertificate)},
	},
}

// Certificate is a certificate of Certificate Manager.
type Certificate struct {
	ARN, DomainName, Status, Type, KeyAlgorithm, SignatureAlgorithm, RenewalEligibility string
	Names                                                                               []string
	Created, Issued, NotBefore, NotAfter                                                time.Time // zero for none
	// Closed certificates cannot be described.
	Closed bool
}

func generateCertificates(l *location) []Certificate {
	certificates := make([]Certificate, l.drawCount("certificates", 34))
	for i := range certificates {
		certificates[i] = generateCertificate(l, i)
	}
	return certificates
}

func generateCertificate(l *location, i int) Certificate {
	r := l.newChance("certificate", i)
	domain := fmt.Sprintf("%s%d.northwind-shop.example", pickOne(r, "www", "api", "img", "pay", "partners", "status", "admin"), i)
	issued := l.lastInCycle(r, 300)
	a := Certificate{
		ARN: l.newARN("acm", "certificate/"+r.newUUID()), DomainName: domain, Names: []string{domain, "*." + domain}, Status: "ISSUED", Type: "AMAZON_ISSUED",
		KeyAlgorithm: pickOne(r, "RSA_2048", "RSA_2048", "RSA_2048", "EC_prime256v1", "EC_secp384r1", "RSA_4096"), SignatureAlgorithm: "SHA256WITHRSA",
		RenewalEligibility: "ELIGIBLE", Created: issued.Add(-20 * time.Minute), Issued: issued, NotBefore: startOfDay(issued), NotAfter: startOfDay(issued).AddDate(0, 13, 0),
	}
	if a.KeyAlgorithm[:2] == "EC" {
		a.SignatureAlgorithm = "SHA256WITHECDSA"
	}
	switch r.IntN(9) {
	case 0:
		a.Status, a.RenewalEligibility, a.Issued, a.NotBefore, a.NotAfter = "PENDING_VALIDATION", "INELIGIBLE", time.Time{}, time.Time{}, time.Time{}
	case 1:
		a.Type, a.RenewalEligibility, a.Issued = "IMPORTED", "INELIGIBLE", time.Time{}
	case 2:
		a.Status, a.NotAfter, a.RenewalEligibility = "EXPIRED", l.lastInCycle(r, 60), "INELIGIBLE"
	}
	a.Closed = l.options.WithFailures && r.oneIn(15)
	return a
}

type acmInput struct {
	CertificateArn, NextToken string
	MaxItems                  *number
	CertificateStatuses       []string
	Includes                  struct{ KeyTypes []string }
}

func (a Certificate) addDates(o object) object {
	for name, t := range map[string]time.Time{"CreatedAt": a.Created, "IssuedAt": a.Issued, "NotBefore": a.NotBefore, "NotAfter": a.NotAfter} {
		if !t.IsZero() {
			o[name] = newTime(t)
		}
	}
	return o
}

// listCertificates shows only RSA keys of 1024 and 2048 bits unless others are asked for, as the real one does.
func listCertificates(c *call, in acmInput) (any, error) {
	types := in.Includes.KeyTypes
	if len(types) == 0 {
		types = []string{"RSA_1024", "RSA_2048"}
	}
	summaries := []object{}
	for _, a := range findItems(c.location, generateCertificates) {
		if !slices.Contains(types, a.KeyAlgorithm) || len(in.CertificateStatuses) > 0 && !slices.Contains(in.CertificateStatuses, a.Status) {
			continue
		}
		summaries = append(summaries, a.addDates(object{
			"CertificateArn": a.ARN, "DomainName": a.DomainName, "SubjectAlternativeNameSummaries": a.Names, "HasAdditionalSubjectAlternativeNames": false,
			"Status": a.Status, "Type": a.Type, "KeyAlgorithm": a.KeyAlgorithm, "KeyUsages": []string{"DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"},
			"ExtendedKeyUsages": []string{"TLS_WEB_SERVER_AUTHENTICATION"}, "InUse": true, "RenewalEligibility": a.RenewalEligibility,
		}))
	}
	return answerPage(c, "CertificateSummaryList", summaries, "NextToken", in.NextToken, in.MaxItems, limits{usual: 100, least: 1, most: 1000})
}

func describeCertificate(c *call, in acmInput) (any, error) {
	certificates := findItems(c.location, generateCertificates)
	i := slices.IndexFunc(certificates, func(a Certificate) bool { return a.ARN == in.CertificateArn })
	if i < 0 {
		return nil, c.newErrorf("ResourceNotFoundException", "Could not find certificate %s.", in.CertificateArn)
	}
	a := certificates[i]
	if a.Closed {
		return nil, c.newDeniedByIdentity(a.ARN)
	}
	return object{"Certificate": a.addDates(object{
		"CertificateArn": a.ARN, "DomainName": a.DomainName, "SubjectAlternativeNames": a.Names, "Status": a.Status, "Type": a.Type,
		"KeyAlgorithm": a.KeyAlgorithm, "SignatureAlgorithm": a.SignatureAlgorithm, "RenewalEligibility": a.RenewalEligibility,
		"KeyUsages": []object{{"Name": "DIGITAL_SIGNATURE"}, {"Name": "KEY_ENCIPHERMENT"}}, "InUseBy": []string{},
		"ExtendedKeyUsages": []object{{"Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1"}},
	})}, nil
}
