// Command trustedadvisor runs the trustedadvisor collector.
package main

import (
	"view360/shared/collect/trustedadvisor"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(trustedadvisor.Collector) }
