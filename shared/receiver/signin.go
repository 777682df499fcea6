package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"view360/shared/postgres"
)

// SecretPassword returns a source of passwords: a Secrets Manager secret in the form of RDS,
// {"username": …, "password": …}. Every new connection reads it, so a rotated password is used at once.
func SecretPassword(client *secretsmanager.Client, secret string) postgres.TokenFunc {
	return func(ctx context.Context, _, _ string) (string, error) {
		got, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
		if err != nil {
			return "", fmt.Errorf("reading the database secret: %w", err)
		}
		var login struct{ Password string }
		if got.SecretString == nil || json.Unmarshal([]byte(*got.SecretString), &login) != nil || login.Password == "" {
			return "", errors.New(`the database secret is not JSON with a "password"`)
		}
		return login.Password, nil
	}
}
