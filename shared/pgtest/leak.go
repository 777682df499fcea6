package pgtest

import (
	"testing"

	"go.uber.org/goleak"
)

// RunMain runs the tests of m and exits. It fails them if they leave goroutines behind, except the one that waits for
// the server of this package, which ends with the process.
func RunMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("view360/shared/postgres.(*cluster).startServer.func1"))
}
