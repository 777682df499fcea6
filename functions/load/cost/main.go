// Command cost loads the table group cost of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/cost"
)

func main() { loadrun.Load(cost.Group) }
