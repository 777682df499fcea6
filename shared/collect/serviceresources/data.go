package serviceresources

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

const (
	databasePage = 100
	bucketPage   = 1000
)

func (api API) databaseList(scope collect.Scope) list {
	return list{Name: "databases", Read: func(ctx context.Context, visit visit) error {
		p := rds.NewDescribeDBInstancesPaginator(api.RDS, &rds.DescribeDBInstancesInput{MaxRecords: aws.Int32(databasePage)},
			func(o *rds.DescribeDBInstancesPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *rds.DescribeDBInstancesOutput) []rdstypes.DBInstance { return page.DBInstances },
			func(d rdstypes.DBInstance) snapshot.ServiceResource { return toDatabase(d, scope.Region) }, visit)
	}}
}

func toDatabase(d rdstypes.DBInstance, region string) snapshot.ServiceResource {
	return snapshot.ServiceResource{
		ServiceName: "RDS", ResourceType: "DBInstance", ResourceID: aws.ToString(d.DBInstanceIdentifier),
		ResourceName: aws.ToString(d.DBInstanceIdentifier), Region: &region, AvailabilityZone: d.AvailabilityZone,
		State: d.DBInstanceStatus, Engine: d.Engine, InstanceClass: d.DBInstanceClass, MultiAZ: d.MultiAZ, ARN: d.DBInstanceArn,
	}
}

// bucketList sets a page size: without a parameter S3 leaves out the buckets' regions.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html
func (api API) bucketList() list {
	return list{Name: "buckets", Read: func(ctx context.Context, visit visit) error {
		p := s3.NewListBucketsPaginator(api.S3, &s3.ListBucketsInput{MaxBuckets: aws.Int32(bucketPage)},
			func(o *s3.ListBucketsPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *s3.ListBucketsOutput) []s3types.Bucket { return page.Buckets }, toBucket, visit)
	}}
}

func toBucket(b s3types.Bucket) snapshot.ServiceResource {
	r := snapshot.ServiceResource{
		ServiceName: "S3", ResourceType: "Bucket", ResourceID: aws.ToString(b.Name), ResourceName: aws.ToString(b.Name),
		Region: b.BucketRegion, State: aws.String("Active"), ARN: b.BucketArn,
	}
	if b.CreationDate != nil {
		r.CreationDate = aws.String(snapshot.Time{Time: *b.CreationDate}.String())
	}
	return r
}
