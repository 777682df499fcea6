package snapshot

// ConfigResource is one element of config_inventory: a resource of any type that AWS Config has recorded. Its members
// are those of service_resources with their plain meaning, null where Config does not record them. The type and the
// subtype are those of service_resources for the kinds that it has, such as EBS and Volume, and otherwise the middle
// and the last part of Config's own type, such as DynamoDB and Table.
type ConfigResource struct {
	ServiceResource
	ResourceSubtype string `json:"resource_subtype"`
}
