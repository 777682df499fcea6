// Command infra is the CDK app: it reads view360.yaml, or the file of the context value "config", builds the functions,
// and synthesizes the stacks of the deployment.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/bundle"
	"view360/infra/config"
)

// emulatorDatabase is the environment variable with the URL of a PostgreSQL database, for stacks that are deployed to an
// emulator of AWS, which has no Aurora and runs the functions on this machine.
const emulatorDatabase = "VIEW360_EMULATOR_DATABASE"

func main() {
	defer jsii.Close()
	if err := runApp(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runApp reads the configuration, builds the functions and synthesizes the stacks.
func runApp(ctx context.Context) error {
	cdk := newApp(nil)
	path := "view360.yaml"
	if given, isText := cdk.Node().TryGetContext(jsii.String("config")).(string); isText {
		path = given
	}
	f, err := config.Read(path)
	if err != nil {
		return err
	}
	only, _ := cdk.Node().TryGetContext(jsii.String("part")).(string)
	architecture := "arm64"
	if f.EmulatorDatabase = os.Getenv(emulatorDatabase); f.EmulatorDatabase != "" {
		architecture = runtime.GOARCH
	}
	build, err := bundle.New(ctx, ".", architecture, os.Stderr)
	if err != nil {
		return err
	}
	return synthesizeApp(cdk, f, build, part(only))
}

func synthesizeApp(cdk awscdk.App, f config.Config, build *bundle.Go, p part) error {
	if err := newStacks(cdk, f, build, p); err != nil {
		return err
	}
	if err := build.Err(); err != nil {
		return err
	}
	cdk.Synth(nil)
	return nil
}
