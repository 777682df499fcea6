// Package statemachines holds the definitions of the two state machines as plain Amazon States Language, with
// ${Placeholders} for the values of a deployment. Step Functions and the one-process interpreter run the same files.
package statemachines

import _ "embed"

// Collect takes snapshots. Placeholders: Partition, Plan, Merge, SettleCollect.
//
//go:embed collect.asl.json
var Collect []byte

// Load loads one snapshot object. Placeholders: Partition, Index, LoadAccount, LoadCost, LoadSecurity, LoadConfig,
// LoadInventory, LoadResources, LoadOperations, Record, SettleLoad, Archive.
//
//go:embed load.asl.json
var Load []byte
