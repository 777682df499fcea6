package analytics

import (
	_ "embed"
	"fmt"
	"strings"

	"view360/infra/bundle"
	"view360/infra/config"
)

// certificates are the root certificates of Amazon RDS, three for each region, from
// https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem. Functions cannot download them, because their network
// has no internet access. They expire in 2061 at the earliest.
//
//go:embed certificates.pem
var certificates string

// certificateFile is the file name of the certificates in a function's zip file.
const certificateFile = "rds.pem"

// Certificates returns the root certificates of the hub's region, as a file for programs that use the database.
func (h *Hub) Certificates() []bundle.File {
	file, err := findAuthorities(h.Config.Hub.Region)
	if err != nil {
		panic(err) // CheckConfig reports it before
	}
	return []bundle.File{file}
}

// findAuthorities returns the root certificates of one region as a file, or an error for an unknown region.
func findAuthorities(region string) (bundle.File, error) {
	var found strings.Builder
	for certificate := range strings.SplitSeq(certificates, "# ") {
		if strings.HasPrefix(certificate, "Amazon RDS "+region+" ") {
			found.WriteString("# " + certificate)
		}
	}
	if found.Len() == 0 {
		return bundle.File{}, fmt.Errorf("no root certificate of Amazon RDS for region %s: add those of its bundle to infra/analytics/certificates.pem", region)
	}
	return bundle.File{Name: certificateFile, Content: []byte(found.String())}, nil
}

// CheckConfig returns an error if NewStack cannot create the stack.
func CheckConfig(f config.Config) error {
	_, err := findAuthorities(f.Hub.Region)
	return err
}
