package lambdarun

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/collect"
)

// Collect serves one collector until Lambda ends the process, see [Start].
func Collect(collector collect.Collector) {
	Start(func(_ context.Context, cfg aws.Config) (func(context.Context, collect.Input) (collect.Output, error), error) {
		staging, err := OpenStaging(cfg)
		if err != nil {
			return nil, err
		}
		source, _ := catalog.FindByName(collector.SourceName)
		return collect.Handler{
			Collector: collector, Config: cfg, Actions: source.ActionNames(), Staging: staging, Callers: &awsconf.Callers{}, Pacer: &awsconf.Pacer{},
		}.Handle, nil
	})
}
