// Command cloudtrail runs the cloudtrail collector.
package main

import (
	"view360/shared/collect/cloudtrail"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(cloudtrail.Collector) }
