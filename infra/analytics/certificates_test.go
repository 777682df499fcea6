package analytics

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"view360/infra/config"
)

// Every certificate signs itself, belongs to Amazon RDS and lasts; each region has its three.
func TestRegionsHaveValidDatabaseCertificates(t *testing.T) {
	t.Parallel()
	rest, regions := []byte(certificates), map[string]int{}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		name := certificate.Subject.CommonName
		if err := certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if certificate.NotAfter.Before(time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)) || !strings.Contains(certificate.Subject.String(), "O=Amazon Web Services") {
			t.Errorf("%s: %s until %s", name, certificate.Subject, certificate.NotAfter)
		}
		regions[strings.Fields(name)[2]]++
	}
	for region, count := range regions {
		file, err := findAuthorities(region)
		if err != nil || count != 3 || strings.Count(string(file.Content), "BEGIN") != 3 {
			t.Errorf("%s has %d certificates (%v), want 3", region, count, err)
		}
	}
	if len(regions) < 25 {
		t.Errorf("%d regions", len(regions))
	}
}

func TestRegionWithoutCertificatesFailsBeforeSynthesis(t *testing.T) {
	t.Parallel()
	err := CheckConfig(config.Config{Hub: config.Hub{Region: "xx-north-9"}})
	if err == nil || !strings.Contains(err.Error(), "xx-north-9") {
		t.Errorf("got %v", err)
	}
}

func TestSubnetsDivideTheNetwork(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"} {
		if got := computeSubnetCIDR("10.0.0.0/16", i); got != want {
			t.Errorf("part %d is %s, want %s", i, got, want)
		}
	}
	if got := computeSubnetCIDR("192.168.255.0/24", 2); got != "192.168.255.64/27" {
		t.Errorf("got %s", got)
	}
}
