package awsconf

import "strings"

// ListRegions returns the regions of all partitions that the AWS SDK knows, sorted.
func ListRegions() []string { return strings.Fields(offered["STS"]) }
