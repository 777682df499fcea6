package page

import (
	"net/http"
	"strings"
	"testing"

	"view360/shared/pgtest"
)

func TestOverviewSummarizesTheViews(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	t.Run("cost of this month against the last", func(t *testing.T) {
		s := s.in(t)
		// 19 days of 12 and of 100; 28 days of 10, of which 19 are compared with those of 12. The forecast adds 150 to the month.
		s.expect(s.get("/"), "March so far $2,128", "2 of 2 accounts, 19 of 19 days", "February $280 1 of 2 accounts, 28 of 28 days",
			"Change &#43;20.0 % of 19 days, against the same accounts and days of February", "Forecast for March $2,278 by Cost Explorer, for 1 of 2 accounts")
	})
	t.Run("by service and account", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/"), "AWS Lambda $100 $0 $0 –", "Amazon S3 $12.00 $24.00 $24.00 −50.0 %", "bank $1,900 $0 $0 –", "shop $228 $190 $280 &#43;20.0 %")
	})
	t.Run("findings that are open", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/"), "Critical 1 High 1 Medium 0 Low 1")
	})
	t.Run("of how many accounts", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/"), "AWS Health events not read in 1 account")
	})
	t.Run("state and deadlines", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/"), "Compliant rules 81.2 %", "13 of 16 AWS Config rules", "Managed instances 2 1 online", "Missing patches 1 of 3",
			"Expire in 90 days 1 of 3", "Expired 1", "in 12 days", "expired 1 Mar 2026", "Utilization 80.0 %", "Net savings that day $7.00", "in 42 days",
			"Open 1 1 urgent", "Database is down", "Open events 1 Upcoming 0", "aws ec2 maintenance")
		if strings.Contains(s.get("/"), "late.example.com") {
			t.Error("a certificate of next year is listed")
		}
	})
	t.Run("an unknown address", func(t *testing.T) {
		s := s.in(t)
		answer, body := s.ask(http.MethodGet, "/nowhere", nil, nil)
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("got %s, want 404", answer.Status)
		}
		s.expect(body, "This page does not exist.")
	})
}

// Days that are missing, that cost nothing, and that are known after the forecast.
func TestCostsSayOfWhatTheyAre(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	_, err := pgtest.Open(t, s.database).Exec(t.Context(), `
		delete from cost_reports where account_id = 1 and period_start in ('2026-03-17', '2026-03-18');
		update cost_reports set current_period_cost = 0 where account_id = 1 and period_start = '2026-03-16';
		update cost_forecasts set cost_report_id = (select id from cost_reports where account_id = 1 and period_start = '2026-03-15') where amount = 150`)
	if err != nil {
		t.Fatal(err)
	}
	// 17 days of 12 without one, and 19 of 100. Of the forecast of 150 after 15 March, 12 are known.
	s.expect(s.get("/"), "March so far $2,092 2 of 2 accounts, 17 of 19 days", "Change &#43;12.9 % of 17 days", "Forecast for March $2,230")
}

func TestOverviewAppliesItsFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	for _, c := range []struct{ name, query, want string }{
		{"customer", "?customer=Contoso", "March so far $1,900"},
		{"account", "?account=111122223333", "March so far $228"},
		{"product, whose cost is in another region", "?product=checkout", "March so far $228"},
		{"region narrows findings, not cost", "?region=eu-west-1", "March so far $2,128"},
		{"region of the finding", "?region=eu-west-1", "Critical 0 High 1 Medium 0 Low 0"},
		{"date", "?date=2026-03-02", "March so far $224"},
		{"date of another month", "?date=2026-02-28", "February so far $280"},
		{"account that does not exist", "?account=999999999999", "March so far $0"},
	} {
		t.Run(c.name, func(t *testing.T) { s.in(t).expect(s.in(t).get("/"+c.query), c.want) })
	}
	t.Run("a date that is none", func(t *testing.T) {
		s := s.in(t)
		answer, body := s.ask(http.MethodGet, "/?date=tomorrow", nil, nil)
		if answer.StatusCode != http.StatusBadRequest {
			t.Errorf("got %s, want 400", answer.Status)
		}
		s.expect(body, "Use the form 2026-03-11")
	})
}

func TestOverviewWorksOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	s := newSiteOver(t, Options{}, "select")
	s.expect(s.get("/"), "No open findings.", "No AWS Config report.", "Forecast for March –")
	s.expect(s.get("/coverage"), "Nothing has been collected yet.")
	s.expect(s.get("/data/view_kms_keys"), "No rows match.")
}

func TestOneBrokenPanelLeavesTheOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	if _, err := pgtest.Open(t, s.database).Exec(t.Context(), "drop view view_config_reports cascade"); err != nil {
		t.Fatal(err)
	}
	s.expect(s.get("/"), `PostgreSQL error: relation &#34;view_config_reports&#34; does not exist`, "March so far $2,128")
}
