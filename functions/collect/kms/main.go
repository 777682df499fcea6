// Command kms runs the kms collector.
package main

import (
	"view360/shared/collect/kms"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(kms.Collector) }
