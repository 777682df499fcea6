package page

import (
	"net/url"
	"testing"
)

func TestPagerSelectsRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, total, from, to int
		hasMore               bool
	}{
		{1, 0, 0, 0, false},
		{1, 50, 0, 50, false},
		{1, 51, 0, 50, true},
		{2, 51, 50, 51, false},
		{9, 51, 51, 51, false}, // after the last page
	} {
		p := pager{Page: c.page}
		if from, to := p.selectRows(c.total, 50); from != c.from || to != c.to || p.HasMore != c.hasMore {
			t.Errorf("page %d of %d rows: got %d to %d, more %t, want %d to %d, %t", c.page, c.total, from, to, p.HasMore, c.from, c.to, c.hasMore)
		}
	}
}

func TestPagerRejectsOtherNumbers(t *testing.T) {
	t.Parallel()
	for text, valid := range map[string]bool{"": true, "1": true, "200": true, "0": false, "-1": false, "201": false, "one": false, "1e2": false} {
		if _, err := parsePager(url.Values{"page": {text}}, 200); (err == nil) != valid {
			t.Errorf("page %q: got error %v, want valid %t", text, err, valid)
		}
	}
}
