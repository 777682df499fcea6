package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/object"
	"view360/shared/paging"
)

type verifyCommand struct {
	Account  string        `help:"Account to collect, one that the deployment covers (default: that of the hub)." placeholder:"ID"`
	Region   string        `help:"Region to collect (default: that of the hub)." placeholder:"REGION"`
	Service  string        `help:"Source to collect, a cheap one." default:"kms" placeholder:"NAME"`
	Patience time.Duration `help:"How long to wait for each step." default:"15m" placeholder:"TIME"`
	deploymentFlags
}

// Help returns the text of verify --help.
func (verifyCommand) Help() string {
	return `Exercises a deployment after 'cdk deploy', as its operators will, and prints what held: the users of the database and
that the master user can sign in, a run of one account and one cheap source, the load of its snapshot, a file that is
rejected, an execution that is stopped and redriven, and an alarm that reaches its topic. It costs less than a cent, takes some
minutes, leaves a rejected file behind, and sends "view360 verify" to whoever gets the alarms. It needs the permissions of an
administrator of the hub. A step that a deployment does not have is a note: loading that is paused, or a run where accounts
push. The exit code is 3 when something did not hold.`
}

// Run takes all steps, one after the other, and prints a line for each.
func (c verifyCommand) Run(ctx context.Context, g *globals, out *output) error {
	v, err := c.openDeployment(ctx, g)
	if err != nil {
		return err
	}
	var lines checklist
	for _, step := range verifySteps {
		fmt.Fprintf(out.err, "%s …\n", step.what)
		line := check{What: step.what, Verdict: ok}
		stepCtx, cancel := context.WithTimeout(ctx, c.Patience)
		line.Text, err = step.take(v, stepCtx)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if skipped := (*skippedError)(nil); errors.As(err, &skipped) {
			line.Verdict, line.Text = note, err.Error()
		} else if err != nil {
			line.Verdict, line.Text = todo, err.Error()
		}
		lines = append(lines, line)
	}
	if err := out.printResult(lines); err != nil {
		return err
	}
	return checkClean(!slices.ContainsFunc(lines, func(c check) bool { return c.Verdict == todo }))
}

// verifySteps are the steps in their order.
var verifySteps = []struct {
	what string
	take func(*verification, context.Context) (string, error)
}{
	{"users and grants", (*verification).checkUsers},
	{"master login", (*verification).checkMaster},
	{"views", (*verification).checkViews},
	{"rejected file", (*verification).rejectFile},
	{"run", (*verification).collectOne},
	{"load", (*verification).awaitLoad},
	{"redrive", (*verification).stopAndRedrive},
	{"alarm", (*verification).raiseAlarm},
}

// skippedError says why a step does not apply to a deployment.
type skippedError struct{ reason string }

func (e *skippedError) Error() string { return "not checked: " + e.reason }

// verification is a deployment that is exercised.
type verification struct {
	command  verifyCommand
	machines *stateMachines
	poll     time.Duration
	outputs  map[string]string // of the stacks
	objects  *s3.Client
	bucket   *object.Store
	account  string
	region   string
	started  time.Time // on the clock of S3, to tell what is new
}

// openDeployment finds the deployment's state machines and the outputs of its stacks.
func (c verifyCommand) openDeployment(ctx context.Context, g *globals) (*verification, error) {
	machines, err := c.findStateMachines(ctx)
	if err != nil {
		return nil, err
	}
	outputs, err := c.readOutputs(ctx, machines.config)
	if err != nil {
		return nil, err
	}
	caller, err := findCaller(ctx, machines.config)
	if err != nil {
		return nil, err
	}
	v := &verification{command: c, machines: machines, poll: g.poll, outputs: outputs, account: c.Account, region: c.Region}
	if v.account == "" {
		v.account = caller.account
	}
	if v.region == "" {
		v.region = machines.config.Region
	}
	v.objects = s3.NewFromConfig(machines.config, func(o *s3.Options) { o.UsePathStyle = machines.config.BaseEndpoint != nil })
	v.bucket = object.New(v.objects, outputs["BucketName"], object.Options{KMSKey: outputs["DataKeyArn"]})
	if v.started, err = v.readClock(ctx); err != nil {
		return nil, err
	}
	return v, nil
}

// readClock returns the time of S3: objects have its times, and this machine's clock may be wrong.
func (v *verification) readClock(ctx context.Context) (time.Time, error) {
	bucket := v.outputs["BucketName"]
	head, err := v.objects.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the bucket %s: %w", bucket, err)
	}
	now, has := awsmiddleware.GetServerTime(head.ResultMetadata)
	if !has {
		return time.Time{}, fmt.Errorf("S3 did not say what time it is")
	}
	return now, nil
}

// readOutputs returns the outputs of the deployment's stacks.
func (c verifyCommand) readOutputs(ctx context.Context, cfg aws.Config) (map[string]string, error) {
	outputs := map[string]string{}
	pages := cloudformation.NewDescribeStacksPaginator(cloudformation.NewFromConfig(cfg), &cloudformation.DescribeStacksInput{})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the stacks: %w", err)
		}
		for _, stack := range page.Stacks {
			if part, isOurs := strings.CutPrefix(aws.ToString(stack.StackName), c.Name); !isOurs || part != "Analytics" && part != "Collection" {
				continue
			}
			for _, o := range stack.Outputs {
				outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
			}
		}
	}
	if outputs["BucketName"] == "" {
		return nil, fmt.Errorf("no stack %sAnalytics in %s: deploy first, or choose another --hub-region or --name", c.Name, cfg.Region)
	}
	return outputs, nil
}

// waitFor repeats look until it reports true, an error, or the patience ends.
func (v *verification) waitFor(ctx context.Context, what string, look func() (bool, error)) error {
	ticker := time.NewTicker(v.poll)
	defer ticker.Stop()
	for {
		done, err := look()
		if ctx.Err() == nil && (done || err != nil) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not happen within %s", what, v.command.Patience)
		case <-ticker.C:
		}
	}
}
