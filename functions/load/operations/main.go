// Command operations loads the table group operations of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/operations"
)

func main() { loadrun.Load(operations.Group) }
