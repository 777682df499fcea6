package postgres

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"
)

const endpointOfCluster = "c.cluster-abc.eu-west-1.rds.amazonaws.com"

func TestEndpointsOfRDSAreVerified(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://loader@" + endpointOfCluster + "/core",
		"postgres://loader@" + endpointOfCluster + "/core?sslmode=disable",
		"postgres://loader@" + endpointOfCluster + "/core?sslmode=prefer",
		"postgres://loader@" + endpointOfCluster + "/core?sslmode=require",
		"postgres://loader@" + endpointOfCluster + "/core?sslmode=verify-full",
		"postgres://loader@" + strings.ToUpper(endpointOfCluster) + ".cn/core",
		"postgres://loader@" + endpointOfCluster + ",other.eu-west-1.rds.amazonaws.com/core",
	} {
		config, err := BuildConfig(t.Context(), url, ConnectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c := config.TLSConfig; c == nil || c.InsecureSkipVerify || c.RootCAs == nil || c.ServerName != config.Host {
			t.Errorf("%s: the certificate is not verified", url)
		}
		for _, other := range config.Fallbacks {
			if other.Host == config.Host || other.TLSConfig == nil || other.TLSConfig.ServerName != other.Host {
				t.Errorf("%s: falls back to %s without verifying its certificate", url, other.Host)
			}
		}
		pool, err := OpenPool(t.Context(), url, 1, ConnectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c := pool.Config().ConnConfig.TLSConfig; c == nil || c.InsecureSkipVerify || c.RootCAs == nil {
			t.Errorf("%s: the certificate is not verified in the pool", url)
		}
		pool.Close()
	}
	local, err := BuildConfig(t.Context(), "postgres://user@127.0.0.1/db?sslmode=disable", ConnectOptions{})
	if err != nil || local.TLSConfig != nil {
		t.Errorf("another host does not connect as its URL says: %v", err)
	}
}

// TestEveryRegionHasItsAuthorities: every region has one of each kind, each is a root of Amazon's, and none ends soon.
func TestEveryRegionHasItsAuthorities(t *testing.T) {
	t.Parallel()
	kinds := map[string][]string{}
	soon := time.Now().AddDate(2, 0, 0)
	for rest := rdsRoots; ; {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		rest = after
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		name := c.Subject.CommonName
		words := strings.Fields(name) // Amazon RDS eu-west-1 Root CA RSA2048 G1
		if len(words) != 7 || !strings.HasPrefix(name, "Amazon RDS ") || !slices.Equal(c.Subject.Organization, []string{"Amazon Web Services, Inc."}) {
			t.Fatalf("%s is no authority of RDS", name)
		}
		if err := c.CheckSignatureFrom(c); err != nil || !c.IsCA || c.NotAfter.Before(soon) {
			t.Errorf("%s: root %t, valid until %s, error %v", name, c.IsCA, c.NotAfter, err)
		}
		kinds[words[2]] = append(kinds[words[2]], words[5])
	}
	for region, got := range kinds {
		if want := []string{"ECC384", "RSA2048", "RSA4096"}; !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", region, got, want)
		}
	}
	for _, region := range []string{"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2", "il-central-1", "mx-central-1"} {
		if kinds[region] == nil {
			t.Errorf("region %s has no authority", region)
		}
	}
	if _, err := loadRoots(); err != nil {
		t.Error(err)
	}
}
