package snapshot

// ServiceResource is one element of service_resources: an instance, volume, subnet, database, bucket, load balancer,
// Auto Scaling group or function. Members that a kind does not have are null. Some members
// have an unusual meaning for functions, fixed by the contract: type and engine are the runtime, scheme is the
// architecture, and max_size is the ephemeral storage in MiB.
type ServiceResource struct {
	ServiceName      string   `json:"service_name"`      // EC2, EBS, VPC, RDS, S3, ELB, AutoScaling or Lambda
	ResourceType     string   `json:"resource_type"`     // such as Instance
	ResourceID       string   `json:"resource_id"`       // id, name or, for a function, ARN: unique within service and type
	ResourceName     string   `json:"resource_name"`     // the tag Name where the kind has no name, "" without the tag
	Region           *string  `json:"region"`            // of a bucket: the bucket's own
	AvailabilityZone *string  `json:"availability_zone"` // several are joined with commas; Generic for functions
	State            *string  `json:"state"`
	InstanceType     *string  `json:"instance_type"`
	VPCID            *string  `json:"vpc_id"`
	Engine           *string  `json:"engine"`
	InstanceClass    *string  `json:"instance_class"`
	MultiAZ          *bool    `json:"multi_az"`
	SizeGB           *float64 `json:"size_gb"` // GiB of a volume, or of a function's memory
	VolumeType       *string  `json:"volume_type"`
	CreationDate     *string  `json:"creation_date"` // of buckets and functions; the latter as Lambda writes it, with +0000
	Type             *string  `json:"type"`
	Scheme           *string  `json:"scheme"`
	InstanceCount    *int     `json:"instance_count"`
	MinSize          *int     `json:"min_size"`
	MaxSize          *int     `json:"max_size"`
	AvailableIPCount *int     `json:"available_ip_count"`
	ARN              *string  `json:"arn"` // null if the API does not return it; ignored by the Python version
}
