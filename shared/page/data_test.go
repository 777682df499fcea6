package page

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestDataSortsFiltersAndPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	t.Run("lists the views", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/data"), "view_kms_keys KMS keys", "view360.coverage", "view_contact_info")
	})
	t.Run("pages", func(t *testing.T) {
		s := s.in(t)
		first := s.get("/data/view_kms_keys?sort=key_id")
		s.expect(first, "Rows 1 to 50", "key-001", "key-050", "Next")
		s.expect(s.get("/data/view_kms_keys?sort=key_id&page=3"), "Rows 101 to 120", "key-120", "Previous")
		if strings.Contains(first, "key-051") {
			t.Error("the first page goes on")
		}
	})
	t.Run("sorts the other way round", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/data/view_kms_keys?sort=key_id&order=desc"), "key-120", "key-071")
	})
	t.Run("filters", func(t *testing.T) {
		s := s.in(t)
		for _, c := range []struct{ operator, column, value, want string }{
			{"contains", "key_id", "KEY-11", "Rows 1 to 10"},
			{"is", "key_id", "key-042", "Rows 1 to 1"},
			{"is not", "key_id", "key-042", "Rows 1 to 50"},
			{"at least", "id", "119", "Rows 1 to 2"},
			{"at most", "id", "3", "Rows 1 to 3"},
			{"is empty", "key_usage", "", "Rows 1 to 50"},
			{"contains", "key_id", "%", "No rows match."}, // a letter, not a pattern
		} {
			q := url.Values{"column": {c.column}, "operator": {c.operator}, "value": {c.value}}
			s.expect(s.get("/data/view_kms_keys?"+q.Encode()), c.want)
		}
	})
	t.Run("shows the definition and what columns mean", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/data/view_kms_keys"), "create view", "12-digit AWS account id.")
	})
}

func TestDataRejectsUnknownColumnsAndOperators(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	for address, status := range map[string]int{
		"/data/accounts":                                               http.StatusNotFound, // a table
		"/data/pg_catalog.pg_authid":                                   http.StatusNotFound,
		"/data/view_kms_keys;drop":                                     http.StatusNotFound,
		"/data/view_kms_keys?sort=no_such":                             http.StatusBadRequest,
		"/data/view_kms_keys?sort=id%3B+drop+table":                    http.StatusBadRequest,
		"/data/view_kms_keys?page=0":                                   http.StatusBadRequest,
		"/data/view_kms_keys?page=999999":                              http.StatusBadRequest,
		"/data/view_kms_keys?column=id&operator=is&value=many":         http.StatusBadRequest,
		"/data/view_kms_keys?column=id&operator=or+true&value=1":       http.StatusBadRequest,
		"/data/view_kms_keys?column=1%3D1+or+id&operator=is&value=1":   http.StatusBadRequest,
		"/data/view_kms_keys?column=id&operator=is":                    http.StatusBadRequest,
		"/data/view_kms_keys/csv?column=id&operator=is&value=many":     http.StatusBadRequest,
		"/data/view_kms_keys?column=key_id&operator=is&value=%27+or+1": http.StatusOK,
	} {
		if answer, body := s.ask(http.MethodGet, address, nil, nil); answer.StatusCode != status {
			t.Errorf("%s: got %s, want %d\n%s", address, answer.Status, status, text(body))
		}
	}
}

func TestCSVHoldsEveryRowAndNoFormula(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	answer, body := s.ask(http.MethodGet, "/data/view_kms_keys/csv?sort=key_id&column=id&operator=at+most&value=100", nil, nil)
	if got := answer.Header.Get("Content-Disposition"); got != `attachment; filename="view_kms_keys.csv"` {
		t.Errorf("Content-Disposition is %s", got)
	}
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if len(lines) != 101 || !strings.HasPrefix(lines[0], "id,account_id,key_id,arn") {
		t.Errorf("got %d lines that begin with %s, want a header and 100 rows", len(lines), lines[0])
	}
	if !strings.Contains(lines[7], `"'=HYPERLINK(""http://evil"",""x"")"`) {
		t.Errorf("a formula stays a formula: %s", lines[7])
	}
}
