// Command load, of settle, ends a load execution, with the failures of the run or, redriven, with the groups to load again.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"view360/shared/lambdarun"
	"view360/shared/settle"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, settle.LoadInput) (settle.LoadOutput, error), error) {
		return settle.LoadHandler{Executions: sfn.NewFromConfig(cfg)}.Handle, nil
	})
}
