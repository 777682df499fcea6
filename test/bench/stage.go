package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/snapshot"
)

// stage stages what two collectors read, so many bytes of it, and returns what merge gets for them.
func (r *rig) stage(ctx context.Context, f snapshotFile, bytes int) (merge.Input, error) {
	request := collect.Input{
		Run: "bench-" + f.account, Account: f.account, Region: f.region, Home: true, Interval: snapshot.Daily, Date: f.day.Format(time.DateOnly),
		Window: snapshot.WindowOf(snapshot.Daily, f.day), Now: f.day.Add(time.Hour),
	}
	in := merge.Input{Request: request, Home: f.region}
	for source, read := range map[string]func(*collect.Part) error{
		"account": func(part *collect.Part) error {
			return part.Set("account", map[string]string{"account_id": f.account, "region": f.region})
		},
		"serviceresources": func(part *collect.Part) error { return addResources(part, bytes) },
	} {
		collector := collect.Collector{SourceName: source, Collect: func(_ context.Context, _ aws.Config, _ collect.Scope, part *collect.Part) error { return read(part) }}
		out, err := collect.Handler{Staging: r.store, Collector: collector}.Handle(ctx, request)
		if err != nil {
			return in, fmt.Errorf("staging %s: %w", source, err)
		}
		in.Results = append(in.Results, merge.CollectorResult{Output: out})
	}
	return in, nil
}

func addResources(part *collect.Part, bytes int) error {
	for i := 0; bytes > 0; i++ {
		row := buildElement("service_resources", i)
		bytes -= len(row)
		if err := part.Add("service_resources", json.RawMessage(row)); err != nil {
			return err
		}
	}
	return nil
}

func buildElement(table string, i int) string {
	for _, k := range kinds {
		if k.table == table {
			return k.element(i, 1)
		}
	}
	return "{}"
}
