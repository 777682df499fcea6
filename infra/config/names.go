package config

import (
	"fmt"
	"slices"
	"strings"

	"view360/shared/catalog"
)

// RolePath returns the IAM path of the roles of one purpose, "collect" or "merge", which policies of other accounts match.
func (c Config) RolePath(purpose string) string {
	return "/" + strings.ToLower(c.Name) + "/" + purpose + "/"
}

// BucketName returns the name of the data bucket. It follows from the configuration, because accounts in push mode and the
// key's policy need it before the bucket exists.
func (c Config) BucketName() string {
	if c.Storage.Existing != nil {
		return c.Storage.Existing.Bucket
	}
	return fmt.Sprintf("%s-data-%s-%s", strings.ToLower(c.Name), c.Hub.Account, c.Hub.Region)
}

// ListSources returns the sources to collect, in catalog order. It always includes the source account, because every
// snapshot has its section.
func (c Config) ListSources() []catalog.Source {
	var sources []catalog.Source
	for _, source := range catalog.Sources {
		included := len(c.Collection.Sources) == 0 || slices.Contains(c.Collection.Sources, source.Name)
		if source.Name == "account" || included && !slices.Contains(c.Collection.ExcludeSources, source.Name) {
			sources = append(sources, source)
		}
	}
	return sources
}

// Partition returns the AWS partition of the hub's region, such as aws-cn.
func (c Config) Partition() string {
	switch {
	case strings.HasPrefix(c.Hub.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(c.Hub.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
