package analytics

import (
	_ "embed"
	"fmt"
	"strings"

	"view360/infra/bundle"
	"view360/infra/config"
)

// certificates are the root certificates of Amazon RDS, one group of three for each region, as AWS publishes them in
// https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem. Functions cannot fetch them: their network has no
// way out. They last until 2061 at least.
//
//go:embed certificates.pem
var certificates string

// certificateFile is where they are in a function.
const certificateFile = "rds.pem"

// findAuthorities are the root certificates of one region, for the zip files of functions that use the database.
func findAuthorities(region string) (bundle.File, error) {
	var found strings.Builder
	for certificate := range strings.SplitSeq(certificates, "# ") {
		if strings.HasPrefix(certificate, "Amazon RDS "+region+" ") {
			found.WriteString("# " + certificate)
		}
	}
	if found.Len() == 0 {
		return bundle.File{}, fmt.Errorf("no root certificate of Amazon RDS is known for region %s: add those of its bundle to infra/analytics/certificates.pem", region)
	}
	return bundle.File{Name: certificateFile, Content: []byte(found.String())}, nil
}

// CheckConfig reports what makes NewStack impossible.
func CheckConfig(f config.Config) error {
	_, err := findAuthorities(f.Hub.Region)
	return err
}
