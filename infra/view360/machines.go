package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"view360/shared/awsconf"
	"view360/shared/paging"
)

// What a machine does.
const (
	collects = "collect"
	loads    = "load"
)

// stateMachine is a deployed state machine.
type stateMachine struct{ arn, does string }

// stateMachines are the machines of a deployment.
type stateMachines struct {
	config aws.Config
	*sfn.Client
	machines []stateMachine // collect first
}

// profileFlag chooses the credentials.
type profileFlag struct {
	Profile string `help:"AWS profile (default: AWS_PROFILE and the rest of the SDK's chain)." placeholder:"NAME"`
}

// loadConfig returns the SDK's configuration with credentials.
func (f profileFlag) loadConfig(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	cfg, err := awsconf.Load(ctx, append(options, config.WithSharedConfigProfile(f.Profile))...)
	if err != nil {
		return cfg, err
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, fmt.Errorf("no AWS credentials: name a profile with --profile or AWS_PROFILE, log in with 'aws sso login', "+
			"or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", err)
	}
	return cfg, nil
}

// hubFlags choose the account and region of a deployment.
type hubFlags struct {
	profileFlag
	HubRegion string `help:"Region of the hub (default: that of the profile)." placeholder:"REGION" group:"deployment"`
}

// loadHubConfig returns the configuration for the hub.
func (f hubFlags) loadHubConfig(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	if f.HubRegion != "" {
		options = append([]func(*config.LoadOptions) error{config.WithRegion(f.HubRegion)}, options...)
	}
	cfg, err := f.loadConfig(ctx, options...)
	if err == nil && cfg.Region == "" {
		err = errors.New("no region: name the hub's with --hub-region or AWS_REGION")
	}
	return cfg, err
}

// deploymentFlags choose the state machines to work on.
type deploymentFlags struct {
	hubFlags
	Name            string   `help:"Name of the deployment, as in view360.yaml." default:"View360" placeholder:"NAME" group:"deployment"`
	StateMachineARN []string `help:"State machines to work on, instead of those of the stacks." name:"state-machine-arn" placeholder:"ARN" group:"deployment"`
	EndpointURL     string   `help:"Step Functions endpoint, such as that of the demonstration." name:"endpoint-url" env:"VIEW360_ENDPOINT_URL" placeholder:"URL" group:"deployment"`
}

// findStateMachines returns the state machines of the deployment.
func (f deploymentFlags) findStateMachines(ctx context.Context) (*stateMachines, error) {
	var options []func(*config.LoadOptions) error
	if isLoopback(f.EndpointURL) { // a process on this machine accepts any credentials
		options = append(options, config.WithRegion("local"), config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
	}
	cfg, err := f.loadHubConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	s := &stateMachines{config: cfg, Client: sfn.NewFromConfig(cfg, func(o *sfn.Options) {
		if f.EndpointURL != "" {
			o.BaseEndpoint = &f.EndpointURL
		}
	})}
	arns, err := f.findARNs(ctx, cfg, s.Client)
	if err != nil {
		return nil, err
	}
	for _, arn := range arns {
		does, err := s.findPurpose(ctx, arn)
		if err != nil {
			return nil, err
		}
		s.machines = append(s.machines, stateMachine{arn, does})
	}
	slices.SortStableFunc(s.machines, func(a, b stateMachine) int { return strings.Compare(a.does, b.does) })
	return s, nil
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// machineOutputs has the outputs that name the state machines, by the part of the stack's name after that of the
// deployment.
var machineOutputs = map[string]string{"Collection": "CollectMachineArn", "Analytics": "LoadMachineArn"}

func (f deploymentFlags) findARNs(ctx context.Context, cfg aws.Config, client *sfn.Client) ([]string, error) {
	if len(f.StateMachineARN) > 0 {
		return f.StateMachineARN, nil
	}
	if f.EndpointURL != "" {
		return listMachines(ctx, client)
	}
	var arns []string
	pages := cloudformation.NewDescribeStacksPaginator(cloudformation.NewFromConfig(cfg), &cloudformation.DescribeStacksInput{})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the stacks: %w", err)
		}
		for _, stack := range page.Stacks {
			for _, o := range stack.Outputs {
				part, isOurs := strings.CutPrefix(aws.ToString(stack.StackName), f.Name)
				if isOurs && machineOutputs[part] != "" && machineOutputs[part] == aws.ToString(o.OutputKey) {
					arns = append(arns, aws.ToString(o.OutputValue))
				}
			}
		}
	}
	if len(arns) == 0 {
		return nil, fmt.Errorf("no stack %sCollection or %sAnalytics in %s names a state machine: deploy first, choose another --hub-region or --name, or give --state-machine-arn",
			f.Name, f.Name, cfg.Region)
	}
	return arns, nil
}

func listMachines(ctx context.Context, client *sfn.Client) ([]string, error) {
	var arns []string
	for page, err := range paging.ReadPages(ctx, sfn.NewListStateMachinesPaginator(client, &sfn.ListStateMachinesInput{})) {
		if err != nil {
			return nil, fmt.Errorf("listing the state machines (is the process running, '%s'?): %w", calledAs, err)
		}
		for _, m := range page.StateMachines {
			arns = append(arns, *m.StateMachineArn)
		}
	}
	return arns, nil
}
