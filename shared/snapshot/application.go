package snapshot

// ApplicationService is one element of application: a service that Application Signals has discovered.
type ApplicationService struct {
	ServiceName      *string           `json:"service_name"`   // KeyAttributes.Name, or Identifier of a resource
	Namespace        *string           `json:"namespace"`      // KeyAttributes.Environment, or the metrics' namespace
	KeyAttributes    map[string]string `json:"key_attributes"` // with the API's member names
	AttributeMap     map[string]string `json:"attribute_map"`  // all AttributeMaps in one
	MetricReferences []MetricReference `json:"metric_references"`
}

// MetricReference names a metric of a service, with the API's member names.
type MetricReference struct {
	Namespace  *string           `json:"Namespace"`
	MetricType *string           `json:"MetricType"` // such as LATENCY
	MetricName *string           `json:"MetricName"`
	Dimensions []MetricDimension `json:"Dimensions"`
	AccountID  *string           `json:"AccountId,omitempty"`
}

// MetricDimension is a dimension of a metric of a service.
type MetricDimension struct {
	Name  *string `json:"Name"`
	Value *string `json:"Value"`
}
