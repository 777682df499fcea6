package postgres

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// rdsRoots are the certificate authorities of Amazon RDS, one of each kind for each region, which no operating system
// trusts: the roots in https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem that have not expired.
//
//go:embed rds.pem
var rdsRoots []byte

// loadRoots returns the authorities of the operating system, which sign the certificates of RDS Proxy, and those of RDS.
var loadRoots = sync.OnceValues(func() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the authorities of the system: %w", err)
	}
	pool.AppendCertsFromPEM(rdsRoots)
	return pool, nil
})

// isRDS reports whether a host is an endpoint of RDS, in any partition.
func isRDS(host string) bool {
	host = strings.ToLower(host)
	return strings.HasSuffix(host, ".rds.amazonaws.com") || strings.HasSuffix(host, ".rds.amazonaws.com.cn")
}

// verifyRDS changes config to verify the certificate and name of an RDS endpoint, regardless of sslmode, because a token
// or password must not reach any other server. Authorities that the URL names with sslrootcert replace the built-in ones.
// It does not change connections to other hosts.
func verifyRDS(config *pgconn.Config) error {
	if !isRDS(config.Host) {
		return nil
	}
	roots, err := loadRoots()
	if err != nil {
		return err
	}
	config.TLSConfig = buildTLSConfig(config.TLSConfig, config.Host, roots)
	var others []*pgconn.FallbackConfig
	for _, other := range config.Fallbacks { // other hosts, and this one again without TLS
		if other.Host == config.Host && other.Port == config.Port {
			continue
		}
		other.TLSConfig = buildTLSConfig(other.TLSConfig, other.Host, roots)
		others = append(others, other)
	}
	config.Fallbacks = others
	return nil
}

// buildTLSConfig returns a configuration that verifies host, with the certificates and authorities of asked.
func buildTLSConfig(asked *tls.Config, host string, roots *x509.CertPool) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: roots}
	if asked != nil {
		config.Certificates, config.NextProtos = asked.Certificates, asked.NextProtos
		if asked.RootCAs != nil {
			config.RootCAs = asked.RootCAs
		}
	}
	return config
}
