package awsconf

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/singleflight"
)

// Callers finds the accounts that credentials act in, and asks STS once for each credentials. The zero value is ready; it
// is safe for concurrent use.
type Callers struct {
	asking   singleflight.Group
	accounts sync.Map // by access key id
}

// FindAccount returns the account that the credentials of cfg act in, by the word of STS: its answer to AssumeRole, or to
// GetCallerIdentity, which needs no permission and which no policy can deny.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *Callers) FindAccount(ctx context.Context, cfg aws.Config) (string, error) {
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return "", &NoCredentialsError{err}
	}
	if isFromSTS(cfg.Credentials) && credentials.AccountID != "" {
		return credentials.AccountID, nil
	}
	if account, known := c.accounts.Load(credentials.AccessKeyID); known {
		return account.(string), nil
	}
	account, err, _ := c.asking.Do(credentials.AccessKeyID, func() (any, error) {
		identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", fmt.Errorf("reading the caller's identity: %w", err)
		}
		if aws.ToString(identity.Account) == "" {
			return "", errors.New("reading the caller's identity: STS names no account")
		}
		c.accounts.Store(credentials.AccessKeyID, *identity.Account)
		return *identity.Account, nil
	})
	return account.(string), err
}

// NoCredentialsError says that there are no credentials to ask about: a role cannot be assumed, or a profile has expired.
type NoCredentialsError struct{ Err error }

// Error returns the reason.
func (e *NoCredentialsError) Error() string { return fmt.Sprintf("getting credentials: %v", e.Err) }

// Unwrap returns the provider's error.
func (e *NoCredentialsError) Unwrap() error { return e.Err }

// isFromSTS reports whether the credentials are those of an assumed role, whose account STS names. Those of other
// providers may have the account that a file or a variable says.
func isFromSTS(provider aws.CredentialsProvider) bool {
	return aws.IsCredentialsProvider(provider, (*stscreds.AssumeRoleProvider)(nil))
}
