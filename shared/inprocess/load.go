package inprocess

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/archive"
	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/load/account"
	"view360/shared/load/config"
	"view360/shared/load/cost"
	"view360/shared/load/inventory"
	"view360/shared/load/operations"
	"view360/shared/load/resources"
	"view360/shared/load/security"
	"view360/shared/object"
	"view360/shared/record"
	"view360/shared/settle"
)

// LoadPlaceholders fill statemachines/load.asl.json with the names of [AddLoad]'s functions.
var LoadPlaceholders = map[string]string{
	"Index": "index", "LoadAccount": "load-account", "LoadCost": "load-cost", "LoadSecurity": "load-security",
	"LoadConfig": "load-config", "LoadInventory": "load-inventory", "LoadResources": "load-resources",
	"LoadOperations": "load-operations", "Record": "record", "SettleLoad": "settle-load", "Archive": "archive",
}

// Groups are the table groups of the load machine.
var Groups = []string{"account", "cost", "security", "config", "inventory", "resources", "operations"}

// AddLoad adds the functions of the load machine.
func AddLoad(functions Functions, pool *pgxpool.Pool, bucket func(string) *object.Store, executions settle.API) {
	Add(functions, "index", index.Handler{Bucket: bucket}.Handle)
	Add(functions, "load-account", load.Handler{Pool: pool, Bucket: bucket, Group: "account", LoadAccountRow: account.Load}.Handle)
	for group, tables := range map[string][]load.Table{
		"cost": cost.Tables, "security": security.Tables, "config": config.Tables, "inventory": inventory.Tables,
		"resources": resources.Tables, "operations": operations.Tables,
	} {
		Add(functions, "load-"+group, load.Handler{Pool: pool, Bucket: bucket, Group: group, Tables: tables}.Handle)
	}
	Add(functions, "record", record.Handler{Pool: pool, Bucket: bucket}.Handle)
	Add(functions, "settle-load", settle.LoadHandler{Executions: executions}.Handle)
	Add(functions, "archive", archive.Handler{Bucket: bucket}.Handle)
}
