package load_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/pgtest"
)

// planNode is a node of an executed plan as auto_explain reports it.
type planNode struct {
	Type     string     `json:"Node Type"`
	Rows     float64    `json:"Actual Rows"`
	Loops    float64    `json:"Actual Loops"`
	Filtered float64    `json:"Rows Removed by Filter"`
	Unjoined float64    `json:"Rows Removed by Join Filter"`
	Plans    []planNode `json:"Plans"`
}

// countVisited returns the number of rows that the node and its children visited.
func (n planNode) countVisited() float64 {
	sum := (n.Rows + n.Filtered + n.Unjoined) * n.Loops
	for _, below := range n.Plans {
		sum += below.countVisited()
	}
	return sum
}

// plans collects the number of rows that each statement of a pool visited.
type plans struct {
	mu      sync.Mutex
	visited map[string]float64
}

func (p *plans) addPlan(_ *pgconn.PgConn, notice *pgconn.Notice) {
	_, text, found := strings.Cut(notice.Message, "plan:\n")
	if !found {
		return
	}
	var explained struct {
		Query string   `json:"Query Text"`
		Plan  planNode `json:"Plan"`
	}
	if json.Unmarshal([]byte(text), &explained) == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.visited[explained.Query] = max(p.visited[explained.Query], explained.Plan.countVisited())
	}
}

// newExplainedBench returns a bench whose database reports the plan of every statement.
func newExplainedBench(t *testing.T) (*bench, *plans) {
	t.Helper()
	b := newBench(t)
	config, err := pgxpool.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &plans{visited: map[string]float64{}}
	config.ConnConfig.OnNotice = p.addPlan
	for name, value := range map[string]string{
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
		"auto_explain.log_timing": "off", "auto_explain.log_format": "json", "auto_explain.log_level": "notice",
	} {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pool.Ping(t.Context()); err != nil {
		t.Skipf("this PostgreSQL has no auto_explain: %v", err)
	}
	b.Pool = pool
	return b, p
}

// TestStatementsVisitEachRowOnce checks that no statement compares each row with each, although the planner has no
// statistics of rows that were just copied, for sections that are new, changed, equal, and mostly gone.
func TestStatementsVisitEachRowOnce(t *testing.T) {
	t.Parallel()
	const rows, perRow = 1_200, 25
	b, plans := newExplainedBench(t)
	s := everything
	for _, version := range []struct {
		name            string
		rows, version   int
		date, collected string
	}{
		{"new", rows, 0, "2026-03-11", "2026-03-11T01:00:00Z"},
		{"changed", rows, 1, "2026-03-12", "2026-03-12T01:00:00Z"},
		{"the same, later", rows, 1, "2026-03-13", "2026-03-13T01:00:00Z"},
		{"mostly gone", 2, 1, "2026-03-14", "2026-03-14T01:00:00Z"},
		{"back again", rows, 2, "2026-03-15", "2026-03-15T01:00:00Z"},
	} {
		s.Rows, s.Version, s.Date, s.Collected = version.rows, version.version, version.date, version.collected
		clear(plans.visited)
		b.LoadText(s.Key(), s.JSON())
		for query, visited := range plans.visited {
			if visited > rows*perRow {
				t.Errorf("%s: %.0f rows were visited for %d:\n%s", version.name, visited, rows, query)
			}
		}
		if len(plans.visited) == 0 {
			t.Errorf("%s: no statement was explained", version.name)
		}
	}
}
