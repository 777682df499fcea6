// Command collect, of settle, ends a collect execution, with the failures of the run or, redriven, with the work to repeat.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"view360/shared/lambdarun"
	"view360/shared/settle"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, settle.CollectInput) (settle.CollectOutput, error), error) {
		staging, err := lambdarun.OpenStaging(cfg)
		if err != nil {
			return nil, err
		}
		return settle.CollectHandler{Executions: sfn.NewFromConfig(cfg), Staging: staging}.Handle, nil
	})
}
