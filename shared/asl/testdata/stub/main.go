// Command stub is a Lambda binary with the functions of a lab; the name of the Lambda function selects one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

// Errors of the lab.
type (
	RetryableError struct{ error }
	TerminalError  struct{ error }
)

func main() { lambda.Start(handle) }

func handle(_ context.Context, payload json.RawMessage) (any, error) {
	switch os.Getenv("AWS_LAMBDA_FUNCTION_NAME") {
	case "retryable":
		return nil, &RetryableError{errors.New("slow down")}
	case "terminal":
		return nil, &TerminalError{errors.New("broken")}
	case "renamed":
		return nil, messages.InvokeResponse_Error{Type: "View360.Renamed", Message: "broken"}
	case "wrapped":
		return nil, fmt.Errorf("listing: %w", &TerminalError{errors.New("broken")})
	case "large":
		return strings.Repeat("x", 262_144), nil
	default:
		return payload, nil
	}
}
