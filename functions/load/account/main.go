// Command account loads the account of one snapshot, the parent of everything else.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/account"
)

func main() { loadrun.Load(account.Group) }
