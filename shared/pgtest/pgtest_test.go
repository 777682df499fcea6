package pgtest

import (
	"context"
	"testing"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"first", "second"} {
		t.Run(name+" test has an empty database", func(t *testing.T) {
			t.Parallel()
			conn := Conn(t)
			if _, err := conn.Exec(ctx, "insert into products (name, owner) values ('p', 'System')"); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := conn.QueryRow(ctx, "select count(*) from products").Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n != 1 {
				t.Errorf("%d products, want the one of this test", n)
			}
		})
	}
}
