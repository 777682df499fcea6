// Package dbuser creates the first users of a new cluster through the RDS Data API: the migrator and the loader, which sign
// in with IAM tokens, and the dashboard user, which has a password. No other user can sign in before, so this uses the
// secret of the master user, from outside the database's network.
//
// https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/Welcome.html
package dbuser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// The SQL blocks that create the users and grant their privileges, and that let them sign in with IAM tokens. Repeating
// them has no effect.
var (
	//go:embed users.sql
	Users string
	//go:embed tokens.sql
	Tokens string
)

// The password is a parameter of its statement, so that it is not in a log of statements. The block of setPassword, which
// needs it as a literal, reads it from a setting that lasts until the transaction ends.
const (
	keepPassword = `select set_config('view360.password', :password, true)`
	setPassword  = `do $$ begin execute format('alter role view360_dashboard password %L', current_setting('view360.password')); end $$`
)

// Cluster identifies the database and the secrets.
type Cluster struct {
	ARN      string
	Secret   string // ARN of the secret of the master user
	Database string
	// Dashboard is the ARN of the secret {"username", "password"} of the dashboard user.
	Dashboard string
}

// API is the part of the Data API that Ensure uses.
type API interface {
	BeginTransaction(context.Context, *rdsdata.BeginTransactionInput, ...func(*rdsdata.Options)) (*rdsdata.BeginTransactionOutput, error)
	ExecuteStatement(context.Context, *rdsdata.ExecuteStatementInput, ...func(*rdsdata.Options)) (*rdsdata.ExecuteStatementOutput, error)
	CommitTransaction(context.Context, *rdsdata.CommitTransactionInput, ...func(*rdsdata.Options)) (*rdsdata.CommitTransactionOutput, error)
}

// Secrets is the part of Secrets Manager that Ensure uses.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Ensure creates the users, or updates existing ones, in one transaction. It waits for a paused cluster until ctx ends.
func (c Cluster) Ensure(ctx context.Context, api API, secrets Secrets) error {
	password, err := c.readPassword(ctx, secrets)
	if err != nil {
		return err
	}
	transaction, err := c.beginTransaction(ctx, api)
	if err != nil {
		return err
	}
	for _, statement := range []struct {
		step, sql  string
		parameters []types.SqlParameter
	}{
		{"creating the users", Users, nil},
		{"allowing tokens", Tokens, nil},
		{"storing the password", keepPassword, []types.SqlParameter{{Name: aws.String("password"), Value: &types.FieldMemberStringValue{Value: password}}}},
		{"setting the password", setPassword, nil},
	} {
		_, err := api.ExecuteStatement(ctx, &rdsdata.ExecuteStatementInput{
			ResourceArn: &c.ARN, SecretArn: &c.Secret, Database: &c.Database, TransactionId: transaction,
			Sql: &statement.sql, Parameters: statement.parameters,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", statement.step, err) // the transaction ends by itself
		}
	}
	_, err = api.CommitTransaction(ctx, &rdsdata.CommitTransactionInput{ResourceArn: &c.ARN, SecretArn: &c.Secret, TransactionId: transaction})
	if err != nil {
		return fmt.Errorf("committing the users: %w", err)
	}
	return nil
}

// readPassword returns the password of the dashboard user.
func (c Cluster) readPassword(ctx context.Context, secrets Secrets) (string, error) {
	secret, err := secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &c.Dashboard})
	if err != nil {
		return "", fmt.Errorf("reading the secret of dashboards: %w", err)
	}
	var value struct{ Password string }
	if err := json.Unmarshal([]byte(aws.ToString(secret.SecretString)), &value); err != nil || value.Password == "" {
		return "", errors.New(`the secret of dashboards is not {"username": …, "password": …}`)
	}
	return value.Password, nil
}

// pause is the time between two attempts to reach a paused cluster.
const pause = 2 * time.Second

// beginTransaction returns the id of a new transaction. It waits for a paused cluster until ctx ends.
func (c Cluster) beginTransaction(ctx context.Context, api API) (*string, error) {
	for {
		begun, err := api.BeginTransaction(ctx, &rdsdata.BeginTransactionInput{ResourceArn: &c.ARN, SecretArn: &c.Secret, Database: &c.Database})
		if err == nil {
			return begun.TransactionId, nil
		}
		var resuming *types.DatabaseResumingException
		if !errors.As(err, &resuming) {
			return nil, fmt.Errorf("beginning a transaction: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the database to resume: %w", err)
		case <-time.After(pause):
		}
	}
}
