package sql_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// conditions are what defines a term, by the file that may have it.
var conditions = map[string][]string{
	`record_state\s*(=|is)|'NOTIFIED'|\bclosed_at is null`: {"sql/views/view360/open_findings.sql", "shared/load/security/securityhub.go"},
	`(?s)distinct on \([^)]*(period_start|date_from)[^)]*\)[^;]{0,400}from (cost_reports|view_acct_cost_rep\b)`: {
		"sql/views/view360/daily_costs.sql", "sql/views/view360/latest_costs.sql"},
	`(?s)from (cost_forecasts|view_acct_cost_rep_forecast)\b`: {"sql/views/view360/expected_costs.sql", "sql/views/view_acct_cost_rep_forecast.sql"},
}

// A term that is defined twice is two numbers one day.
func TestTermsAreDefinedOnce(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	for _, dir := range []string{"sql/views", "shared", "infra"} {
		err := fs.WalkDir(root, dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") || strings.HasPrefix(path, "shared/simaws") {
				return err
			}
			if !slices.Contains([]string{".sql", ".go", ".html"}, filepath.Ext(path)) {
				return nil
			}
			text, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			for condition, allowed := range conditions {
				if found := regexp.MustCompile(condition).Find(text); found != nil && !slices.Contains(allowed, path) {
					t.Errorf("%s defines a term again: %.60s", path, found)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
