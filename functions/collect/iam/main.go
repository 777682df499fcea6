// Command iam runs the iam collector.
package main

import (
	"view360/shared/collect/iam"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(iam.Collector) }
