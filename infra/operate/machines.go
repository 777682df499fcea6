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
)

// What a machine does.
const (
	collects = "collect"
	loads    = "load"
)

// machine is a deployed state machine.
type machine struct{ arn, does string }

// deployment is the state machines of an installation.
type deployment struct {
	*sfn.Client
	machines []machine // collect first
}

// open finds the state machines.
func (g *globals) open(ctx context.Context) (*deployment, error) {
	cfg, err := g.awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	d := &deployment{Client: sfn.NewFromConfig(cfg, func(o *sfn.Options) {
		if g.EndpointURL != "" {
			o.BaseEndpoint = &g.EndpointURL
		}
	})}
	arns, err := g.machineARNs(ctx, cfg, d.Client)
	if err != nil {
		return nil, err
	}
	for _, arn := range arns {
		does, err := d.purpose(ctx, arn)
		if err != nil {
			return nil, err
		}
		d.machines = append(d.machines, machine{arn, does})
	}
	slices.SortStableFunc(d.machines, func(a, b machine) int { return strings.Compare(a.does, b.does) })
	return d, nil
}

// awsConfig is what the SDK's chain says. A process on this machine takes any credentials.
func (g *globals) awsConfig(ctx context.Context) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{config.WithSharedConfigProfile(g.Profile)}
	if g.HubRegion != "" {
		options = append(options, config.WithRegion(g.HubRegion))
	}
	if isLoopback(g.EndpointURL) {
		options = append(options, config.WithRegion("local"), config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
	}
	cfg, err := awsconf.Load(ctx, options...)
	if err != nil {
		return cfg, err
	}
	if cfg.Region == "" {
		return cfg, errors.New("no region: name the hub's with --hub-region or AWS_REGION")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, fmt.Errorf("no AWS credentials: name a profile with --profile or AWS_PROFILE, or log in with 'aws sso login': %w", err)
	}
	return cfg, nil
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// The outputs of the stacks that name the state machines.
var machineOutputs = []string{"CollectMachineArn", "LoadMachineArn"}

func (g *globals) machineARNs(ctx context.Context, cfg aws.Config, client *sfn.Client) ([]string, error) {
	if len(g.StateMachineARN) > 0 {
		return g.StateMachineARN, nil
	}
	if g.EndpointURL != "" {
		return listMachines(ctx, client)
	}
	var arns []string
	pages := cloudformation.NewDescribeStacksPaginator(cloudformation.NewFromConfig(cfg), &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the stacks: %w", err)
		}
		for _, stack := range page.Stacks {
			for _, o := range stack.Outputs {
				if strings.HasPrefix(aws.ToString(stack.StackName), g.Name) && slices.Contains(machineOutputs, aws.ToString(o.OutputKey)) {
					arns = append(arns, aws.ToString(o.OutputValue))
				}
			}
		}
	}
	if len(arns) == 0 {
		return nil, fmt.Errorf("no stack in %s whose name begins with %s has an output %s: deploy first, choose another --hub-region or --name, or give --state-machine-arn",
			cfg.Region, g.Name, strings.Join(machineOutputs, " or "))
	}
	return arns, nil
}

func listMachines(ctx context.Context, client *sfn.Client) ([]string, error) {
	var arns []string
	for pages := sfn.NewListStateMachinesPaginator(client, &sfn.ListStateMachinesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the state machines (is the process running, 'go run ./infra/view360'?): %w", err)
		}
		for _, m := range page.StateMachines {
			arns = append(arns, *m.StateMachineArn)
		}
	}
	return arns, nil
}
