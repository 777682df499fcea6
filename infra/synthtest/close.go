//go:build !race

package synthtest

import "github.com/aws/jsii-runtime-go"

// CloseRuntime stops the process in which the CDK runs.
func CloseRuntime() { jsii.Close() }
