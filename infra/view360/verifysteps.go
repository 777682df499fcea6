package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	datatypes "github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"view360/shared/dbuser"
	"view360/shared/object"
	"view360/shared/paging"
)

// countViews counts the views of the contract.
const countViews = `select count(*)::text from pg_views where schemaname = 'public' and viewname like 'view\_%'`

// query runs a statement with one text or null as result, as the master user through the Data API, and waits for a paused
// database.
func (v *verification) query(ctx context.Context, statement string) (result string, err error) {
	cluster, secret := v.outputs["DatabaseClusterArn"], v.outputs["MasterSecretArn"]
	if cluster == "" || secret == "" {
		return "", &skippedError{"the stack names no database"}
	}
	client := rdsdata.NewFromConfig(v.machines.config)
	err = v.waitFor(ctx, "the start of the paused database", func() (bool, error) {
		answer, err := client.ExecuteStatement(ctx, &rdsdata.ExecuteStatementInput{
			ResourceArn: &cluster, SecretArn: &secret, Database: aws.String(cmp.Or(v.outputs["DatabaseName"], "core")), Sql: &statement,
		})
		if resuming := (*datatypes.DatabaseResumingException)(nil); errors.As(err, &resuming) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("asking the database as its master user: %w", err)
		}
		if len(answer.Records) == 1 && len(answer.Records[0]) == 1 {
			if text, is := answer.Records[0][0].(*datatypes.FieldMemberStringValue); is {
				result = text.Value
			}
		}
		return true, nil
	})
	return result, err
}

func (v *verification) checkUsers(ctx context.Context) (string, error) {
	missing, err := v.query(ctx, dbuser.MissingUsers)
	if err != nil {
		return "", err
	}
	if missing != "" {
		return "", fmt.Errorf("%s: deploy again, and read the log of the function MakeUsers", missing)
	}
	return "migrator and loader sign in with tokens, dashboards read only", nil
}

func (v *verification) checkMaster(ctx context.Context) (string, error) {
	locked, err := v.query(ctx, dbuser.LockedMaster)
	if err != nil {
		return "", err
	}
	if locked != "" {
		return "", fmt.Errorf("%s is a member of rds_iam, so that RDS will refuse its password at the next sign-in: revoke the role through which it is", locked)
	}
	return "the master user has signed in, and is no member of rds_iam", nil
}

func (v *verification) checkViews(ctx context.Context) (string, error) {
	count, err := v.query(ctx, countViews)
	if err != nil {
		return "", err
	}
	if count == "" || count == "0" {
		return "", errors.New("the database has no views: read the log of the function Migrate")
	}
	return count + " views", nil
}

// isNew reports whether an object is of this verification. S3 gives whole seconds.
func (v *verification) isNew(found object.Version) bool {
	return !found.LastModified.Before(v.started.Truncate(time.Second))
}

// checkLoads returns a skippedError if nothing loads what arrives.
func (v *verification) checkLoads() error {
	if v.outputs["Loading"] == "paused" {
		return &skippedError{"loading is paused"}
	}
	return nil
}

// checkCollects returns a skippedError if the hub does not collect.
func (v *verification) checkCollects() error {
	if _, err := v.machines.findMachine(collects); err != nil {
		return &skippedError{"the accounts push: their own state machine collects"}
	}
	return nil
}

// rejectFile puts a file that is cut off where a sender would, and waits until it is rejected.
func (v *verification) rejectFile(ctx context.Context) (string, error) {
	if err := v.checkLoads(); err != nil {
		return "", err
	}
	const path = "1999-01-01_DAILY.json" // no snapshot has this date
	key := "data/" + v.account + "/" + v.region + "/" + path
	if _, err := v.bucket.Put(ctx, key, strings.NewReader(`{"account":`)); err != nil {
		return "", err
	}
	rejected := strings.Replace(key, "data/", "rejected/", 1)
	err := v.waitFor(ctx, "the rejection of s3://"+v.bucket.Bucket()+"/"+key, func() (bool, error) {
		found, err := v.bucket.Head(ctx, rejected)
		if object.IsMissing(err) {
			return false, nil
		}
		return err == nil && v.isNew(found), err
	})
	if err != nil {
		return "", err
	}
	return "s3://" + v.bucket.Bucket() + "/" + rejected + " has its reason beside it", nil
}

func (v *verification) buildRequest() map[string]any {
	return map[string]any{"accounts": []string{v.account}, "regions": []string{v.region}, "services": []string{v.command.Service}}
}

func (v *verification) collectOne(ctx context.Context) (string, error) {
	if err := v.checkCollects(); err != nil {
		return "", err
	}
	arn, err := v.machines.startCollect(ctx, "verify", v.buildRequest())
	if err != nil {
		return "", err
	}
	return v.awaitSuccess(ctx, arn)
}

// awaitSuccess waits for the end of an execution, and returns an error unless it succeeded.
func (v *verification) awaitSuccess(ctx context.Context, arn string) (string, error) {
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	x, err := v.awaitEnd(ctx, arn)
	if err != nil {
		return "", err
	}
	if x.Status != sfntypes.ExecutionStatusSucceeded {
		return "", fmt.Errorf("%s %s: %s", name, strings.ToLower(string(x.Status)), cmp.Or(aws.ToString(x.Cause), aws.ToString(x.Error)))
	}
	return name + " succeeded", nil
}

// awaitEnd waits for the end of an execution.
func (v *verification) awaitEnd(ctx context.Context, arn string) (x *sfn.DescribeExecutionOutput, err error) {
	err = v.waitFor(ctx, "the end of "+arn, func() (done bool, err error) {
		x, err = v.machines.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		return err == nil && x.Status != sfntypes.ExecutionStatusRunning && x.Status != sfntypes.ExecutionStatusPendingRedrive, err
	})
	return x, err
}

// awaitLoad waits for the snapshot of the run among the loaded ones.
func (v *verification) awaitLoad(ctx context.Context) (string, error) {
	if err := cmp.Or(v.checkLoads(), v.checkCollects()); err != nil {
		return "", err
	}
	prefix := "loaded/" + v.account + "/" + v.region + "/"
	var key string
	err := v.waitFor(ctx, "the load of a snapshot of "+v.account+" in "+v.region, func() (bool, error) {
		err := v.bucket.List(ctx, prefix, func(found object.Version) error {
			if v.isNew(found) {
				key = found.Key
			}
			return nil
		})
		return key != "", err
	})
	if err != nil {
		return "", err
	}
	return "s3://" + v.bucket.Bucket() + "/" + key, nil
}

// stopAndRedrive stops a run, as a failure would, and redrives it.
func (v *verification) stopAndRedrive(ctx context.Context) (string, error) {
	if err := v.checkCollects(); err != nil {
		return "", err
	}
	arn, err := v.machines.startCollect(ctx, "verify-redrive", v.buildRequest())
	if err != nil {
		return "", err
	}
	if _, err := v.machines.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Cause: aws.String("view360 verify redrives it")}); err != nil {
		return "", fmt.Errorf("stopping a run: %w", err)
	}
	if _, err := v.awaitEnd(ctx, arn); err != nil { // only what has ended can be redriven
		return "", err
	}
	if _, err := v.machines.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: &arn}); err != nil {
		return "", fmt.Errorf("redriving a stopped run: %w", err)
	}
	return v.awaitSuccess(ctx, arn)
}

// raiseAlarm sets an alarm off by hand, and waits until CloudWatch says that it told the topic. It ends by itself.
func (v *verification) raiseAlarm(ctx context.Context) (string, error) {
	topic := v.outputs["AlarmTopicArn"]
	pending, confirmed, err := v.countSubscriptions(ctx, topic)
	if err != nil {
		return "", err
	}
	if confirmed == 0 {
		return "", fmt.Errorf("nobody gets the alarms of %s (%d have not confirmed their subscription): confirm, or add alarms.emails", topic, pending)
	}
	client := cloudwatch.NewFromConfig(v.machines.config)
	alarms, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{ActionPrefix: &topic, StateValue: cwtypes.StateValueOk, AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm}})
	if err != nil {
		return "", fmt.Errorf("listing the alarms: %w", err)
	}
	if len(alarms.MetricAlarms) == 0 {
		return "", &skippedError{"no alarm is in the state OK"}
	}
	name, since := alarms.MetricAlarms[0].AlarmName, time.Now().Add(-time.Minute)
	if _, err := client.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: name, StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("view360 verify: only a test")}); err != nil {
		return "", fmt.Errorf("setting off the alarm %s: %w", *name, err)
	}
	err = v.waitFor(ctx, "a message of the alarm "+*name, func() (bool, error) {
		history, err := client.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{AlarmName: name, HistoryItemType: cwtypes.HistoryItemTypeAction, StartDate: &since})
		if err != nil {
			return false, fmt.Errorf("reading the history of the alarm: %w", err)
		}
		for _, item := range history.AlarmHistoryItems {
			if strings.HasPrefix(aws.ToString(item.HistorySummary), "Failed") {
				return false, fmt.Errorf("the alarm %s could not tell its topic: %s", *name, aws.ToString(item.HistorySummary))
			}
		}
		return slices.ContainsFunc(history.AlarmHistoryItems, func(item cwtypes.AlarmHistoryItem) bool {
			return strings.Contains(aws.ToString(item.HistorySummary), "Successfully executed action")
		}), nil
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s told %d confirmed subscriptions, %d pending", *name, confirmed, pending), nil
}

// countSubscriptions counts the subscriptions of a topic that wait for confirmation, and the others.
func (v *verification) countSubscriptions(ctx context.Context, topic string) (pending, confirmed int, err error) {
	pages := sns.NewListSubscriptionsByTopicPaginator(sns.NewFromConfig(v.machines.config), &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return 0, 0, fmt.Errorf("listing the subscriptions of %s: %w", topic, err)
		}
		for _, s := range page.Subscriptions {
			if strings.HasPrefix(aws.ToString(s.SubscriptionArn), "arn:") {
				confirmed++
			} else {
				pending++
			}
		}
	}
	return pending, confirmed, nil
}
