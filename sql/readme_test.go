package sql_test

import (
	"os"
	"regexp"
	"testing"
)

// A query that the documents show runs.
func TestQueriesOfTheReadmeRun(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	queries := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(queries) == 0 {
		t.Fatal("README.md has no query")
	}
	conn := openTextConn(t)
	for _, query := range queries {
		if _, err := conn.Exec(t.Context(), query[1]); err != nil {
			t.Errorf("%v\n%s", err, query[1])
		}
	}
}
