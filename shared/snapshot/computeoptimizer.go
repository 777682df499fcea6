package snapshot

// Recommendation is one element of compute_optimizer: the finding of Compute Optimizer for an instance, a volume, or a
// function, and its first recommendation. Members that a kind does not have are null, and so is the recommendation if the
// size fits.
type Recommendation struct {
	AccountID               string   `json:"account_id"`
	ResourceType            string   `json:"resource_type"` // EC2, EBS or Lambda
	ResourceARN             string   `json:"resource_arn"`  // of a function: with its version
	ResourceName            *string  `json:"resource_name"` // null for volumes
	Finding                 *string  `json:"finding"`       // such as Overprovisioned, in the API's own spelling
	CurrentInstanceType     *string  `json:"current_instance_type"`
	CurrentMemorySize       *int     `json:"current_memory_size"` // MB
	CurrentVolumeType       *string  `json:"current_volume_type"`
	CurrentVolumeSize       *int     `json:"current_volume_size"` // GiB
	RecommendedInstanceType *string  `json:"recommended_instance_type"`
	RecommendedMemorySize   *int     `json:"recommended_memory_size"` // MB
	RecommendedVolumeType   *string  `json:"recommended_volume_type"`
	RecommendedVolumeSize   *int     `json:"recommended_volume_size"`        // GiB
	SavingsPercentage       *float64 `json:"savings_opportunity_percentage"` // of the resource's monthly cost
	MonthlySavingsUSD       *float64 `json:"estimated_monthly_savings_usd"`  // null in another currency
	PerformanceRisk         *float64 `json:"performance_risk"`               // 0 (none) to 4 (very high)
	CPUUtilizationMax       *float64 `json:"cpu_utilization_max"`            // percent, instances only
	MemoryUtilizationAvg    *float64 `json:"memory_utilization_avg"`         // percent, the maximum where no average is given; instances only
	MigrationEffort         *string  `json:"migration_effort"`               // such as VeryLow, instances only
	// MonthlySavings and SavingsCurrency are our addition: the savings in the currency that the service answered in.
	MonthlySavings  *float64 `json:"estimated_monthly_savings"`
	SavingsCurrency *string  `json:"savings_currency"`
}
