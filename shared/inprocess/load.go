package inprocess

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/archive"
	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/object"
	"view360/shared/record"
	"view360/shared/settle"
)

// LoadPlaceholders fill statemachines/load.asl.json with the names of [AddLoad]'s functions.
var LoadPlaceholders = buildLoadPlaceholders()

func buildLoadPlaceholders() map[string]string {
	placeholders := map[string]string{"Index": "index", "Record": "record", "SettleLoad": "settle-load", "Archive": "archive"}
	for _, group := range loaders.Groups {
		placeholders[loaders.Placeholder(group)] = "load-" + group.Name
	}
	return placeholders
}

// AddLoad adds the functions of the load machine.
func AddLoad(functions Functions, pool *pgxpool.Pool, bucket func(string) *object.Store, executions settle.API) {
	Add(functions, "index", index.Handler{Bucket: bucket}.Handle)
	AddLoaders(functions, load.Handler{Pool: pool, Bucket: bucket})
	Add(functions, "record", record.Handler{Pool: pool, Bucket: bucket}.Handle)
	Add(functions, "settle-load", settle.LoadHandler{Executions: executions}.Handle)
	Add(functions, "archive", archive.Handler{Bucket: bucket}.Handle)
}

// AddLoaders adds the loader of each table group, with the fields of h.
func AddLoaders(functions Functions, h load.Handler) {
	for _, handler := range loaders.BuildHandlers(h) {
		Add(functions, LoadPlaceholders[loaders.Placeholder(handler.Group)], handler.Handle)
	}
}
