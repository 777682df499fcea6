// Command resources loads the table group resources of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/resources"
)

func main() { loadrun.Load(resources.Group) }
