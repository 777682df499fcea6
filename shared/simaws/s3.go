package simaws

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"view360/shared/simaws/wire"
)

var s3Service = service{
	name: "s3", protocol: wire.RESTXML{BareErrors: true, Items: map[string]string{"Buckets": "Bucket"}},
	codes: wire.ErrorCodes{Throttled: "SlowDown", ThrottledStatus: http.StatusServiceUnavailable, Unknown: "InvalidAccessKeyId"},
	operations: []operation{
		{name: "ListBuckets", route: "GET /", action: "ListAllMyBuckets", handle: handleInput(listBuckets)},
	},
}

// Bucket is an S3 bucket. Every region lists the buckets of all.
type Bucket struct {
	Name, BucketRegion string
	CreationDate       Time
}

func generateBuckets(l *location) []Bucket {
	var buckets []Bucket
	for _, region := range l.account.Regions {
		here := l.inRegion(region)
		for i := range here.drawCount("buckets", 36) {
			r := here.newChance("bucket", i)
			name := fmt.Sprintf("northwind-%s-%s-%s-%d", l.shortName(), pickOne(r, "media", "logs", "backups", "exports", "artifacts", "datalake", "static"), region, i)
			buckets = append(buckets, Bucket{name, region, Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())}})
		}
	}
	slices.SortFunc(buckets, func(a, b Bucket) int { return strings.Compare(a.Name, b.Name) })
	return buckets
}

type bucketsInput struct {
	MaxBuckets                              *number
	ContinuationToken, Prefix, BucketRegion string
}

func listBuckets(c *call, in bucketsInput) (any, error) {
	buckets := slices.DeleteFunc(slices.Clone(findItems(c.location, generateBuckets)), func(b Bucket) bool { return in.BucketRegion != "" && b.BucketRegion != in.BucketRegion })
	items, next, err := cutPage(c, buckets, in.ContinuationToken, in.MaxBuckets, limits{usual: 10_000, least: 1, most: 10_000})
	if err != nil {
		return nil, err
	}
	return object{"ListAllMyBucketsResult": object{"Buckets": items, "Owner": object{"ID": c.Organization.newChance("owner", c.account.ID).hexDigits(64)}, "ContinuationToken": next}}, nil
}
