package config

import (
	"fmt"
	"slices"
	"strings"

	"view360/shared/catalog"
)

// RolePath is the IAM path of the roles of one purpose, "collect" or "merge", by which policies of other accounts
// know them.
func (c Config) RolePath(purpose string) string {
	return "/" + strings.ToLower(c.Name) + "/" + purpose + "/"
}

// BucketName is the name of the data bucket. Accounts of push mode write to it without being told, and the policy of its key
// names it, so it follows from the configuration.
func (c Config) BucketName() string {
	if c.Storage.Existing != nil {
		return c.Storage.Existing.Bucket
	}
	return fmt.Sprintf("%s-data-%s-%s", strings.ToLower(c.Name), c.Hub.Account, c.Hub.Region)
}

// ListSources are the sources to collect, in catalogue order. The account source is always among them: every snapshot
// carries it.
func (c Config) ListSources() []catalog.Source {
	var covered []catalog.Source
	for _, source := range catalog.Sources {
		asked := len(c.Collection.Sources) == 0 || slices.Contains(c.Collection.Sources, source.Name)
		if source.Name == "account" || asked && !slices.Contains(c.Collection.ExcludeSources, source.Name) {
			covered = append(covered, source)
		}
	}
	return covered
}

// Partition of AWS that the hub's region belongs to.
func (c Config) Partition() string {
	switch {
	case strings.HasPrefix(c.Hub.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(c.Hub.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
