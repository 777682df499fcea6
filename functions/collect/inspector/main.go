// Command inspector runs the inspector collector.
package main

import (
	"view360/shared/collect/inspector"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(inspector.Collector) }
