// Command plan expands the input of a collect execution into a list of plan entries.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/lambdarun"
	"view360/shared/plan"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, plan.Input) (plan.Plan, error), error) {
		staging, err := lambdarun.OpenStaging(cfg)
		if err != nil {
			return nil, err
		}
		settings, err := readSettings()
		if err != nil {
			return nil, err
		}
		return plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Quota: plan.AWSQuota{Config: cfg}, Staging: staging}.Handle, nil
	})
}

// readSettings returns the deployment's settings from the file beside the binary, and the names of the collector
// functions, which are known only after they are deployed, from the environment.
func readSettings() (plan.Settings, error) {
	var settings plan.Settings
	body, err := os.ReadFile(filepath.Join(os.Getenv("LAMBDA_TASK_ROOT"), "settings.json"))
	if err != nil {
		return plan.Settings{}, fmt.Errorf("reading the deployment's settings: %w", err)
	}
	if err := json.Unmarshal(body, &settings); err != nil {
		return plan.Settings{}, fmt.Errorf("reading settings.json: %w", err)
	}
	if err := json.Unmarshal([]byte(os.Getenv("COLLECT_FUNCTIONS")), &settings.Functions); err != nil {
		return plan.Settings{}, fmt.Errorf("reading COLLECT_FUNCTIONS: %w", err)
	}
	return settings, nil
}
