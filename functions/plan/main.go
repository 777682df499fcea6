// Command plan turns the input of a collect execution into the list of snapshots to take.
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
		return plan.Handler{Settings: settings, Directory: plan.AWSDirectory{Config: cfg}, Staging: staging}.Handle, nil
	})
}

// readSettings reads what the deployment covers from the file beside the binary, and the collector functions, whose
// names are known only once they are deployed, from the environment.
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
