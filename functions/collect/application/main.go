// Command application runs the application collector.
package main

import (
	"view360/shared/collect/application"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(application.Collector) }
