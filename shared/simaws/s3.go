package simaws

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(service{
	name: "s3", protocol: restXML{s3: true, items: map[string]string{"Buckets": "Bucket"}},
	operations: []operation{op("ListBuckets", listBuckets).at("GET /").allowedBy("ListAllMyBuckets")},
})

// Bucket is an S3 bucket. Every region lists the buckets of all.
type Bucket struct {
	Name, BucketRegion string
	CreationDate       Time
}

func (c *call) buckets() []Bucket {
	return things(c, func() []Bucket {
		var buckets []Bucket
		for _, region := range c.account.Regions {
			here := c.inRegion(region)
			for i := range here.count("buckets", 36) {
				r := here.draw("bucket", i)
				name := fmt.Sprintf("northwind-%s-%s-%s-%d", c.shortName(), pick(r, "media", "logs", "backups", "exports", "artifacts", "datalake", "static"), region, i)
				buckets = append(buckets, Bucket{name, region, Time{r.within(c.created(c.account), c.newYear())}})
			}
		}
		slices.SortFunc(buckets, func(a, b Bucket) int { return strings.Compare(a.Name, b.Name) })
		return buckets
	})
}

type bucketsInput struct {
	MaxBuckets                              *number
	ContinuationToken, Prefix, BucketRegion string
}

func listBuckets(c *call, in bucketsInput) (any, error) {
	buckets := slices.DeleteFunc(slices.Clone(c.buckets()), func(b Bucket) bool { return in.BucketRegion != "" && b.BucketRegion != in.BucketRegion })
	items, next, err := page(c, buckets, in.ContinuationToken, in.MaxBuckets, limits{usual: 10_000, least: 1, most: 10_000})
	if err != nil {
		return nil, err
	}
	return object{"ListAllMyBucketsResult": object{"Buckets": items, "Owner": object{"ID": c.Organization.draw("owner", c.account.ID).hex(64)}, "ContinuationToken": next}}, nil
}
