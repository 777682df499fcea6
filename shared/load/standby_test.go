package load_test

import (
	"testing"

	"view360/shared/fault"
	"view360/shared/load"
)

// TestStandbyConnectionLeavesThePool makes the sessions of the pool read-only, as those to a writer that became a standby.
func TestStandbyConnectionLeavesThePool(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	indexed := b.Index(everything.Key(), everything.JSON())
	for _, handler := range b.Handlers() {
		conn, err := b.Pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.closeIdle()
		if _, err := conn.Exec(t.Context(), "set default_transaction_read_only = on"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
		in := load.Input{Index: indexed.Index, Group: handler.Name}
		if _, err := handler.Handle(t.Context(), in); !fault.IsRetryable(err) {
			t.Errorf("group %s on a standby: %v, want an error that is tried again", handler.Name, err)
		}
		if _, err := handler.Handle(t.Context(), in); err != nil {
			t.Errorf("group %s again: %v", handler.Name, err)
		}
	}
}

// closeIdle closes the idle connections of the pool.
func (b *bench) closeIdle() {
	for _, conn := range b.Pool.AcquireAllIdle(b.Context()) {
		_ = conn.Conn().Close(b.Context())
		conn.Release()
	}
}
