package receiver

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"

	"view360/infra/analytics"
)

//go:embed setup.sh
var setupText string

var setupTemplate = template.Must(template.New("setup.sh").Option("missingkey=error").Parse(setupText))

// arrivedFile exists when a snapshot has arrived and no run has begun since.
const arrivedFile = "/run/view360-arrived"

// buildSetup returns the script that the instance runs at its first start.
func (b *builder) buildSetup(program awss3assets.Asset) string {
	h := b.hub
	values := map[string]any{
		"Region": *b.Region(), "Account": *b.Account(), "Program": *program.S3ObjectUrl(), "Bucket": *h.Bucket.BucketName(),
		"Key": *h.DataKey.KeyArn(), "DatabaseURL": b.buildDatabaseURL(), "LogGroup": *b.logs.LogGroupName(), "Arrived": arrivedFile,
		"TimeZone": h.Config.Collection.Schedules.TimeZone, "Paused": h.Config.Loading.Paused,
	}
	var script strings.Builder
	if err := setupTemplate.Execute(&script, values); err != nil {
		panic(err) // template and values do not match
	}
	return script.String()
}

// buildDatabaseURL returns the URL without a password: the receiver signs in with an IAM token.
func (b *builder) buildDatabaseURL() string {
	d := b.hub.Database
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=verify-full&sslrootcert=/opt/view360/%s",
		analytics.Loader, *d.Host, d.Port, d.Name, b.hub.Certificates()[0].Name)
}
