package dbuser_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"view360/shared/dbuser"
	"view360/shared/migrate"
	"view360/shared/pgtest"
)

// cluster is an Aurora cluster whose Data API executes statements as the master user, who is not a superuser.
type cluster struct {
	*testing.T
	conn     *pgx.Conn
	tx       pgx.Tx
	asleep   int // answers before it wakes up
	password string
	seen     []string // statements
}

func newCluster(t *testing.T, url string) (*cluster, aws.Config) {
	t.Helper()
	c := &cluster{T: t, conn: pgtest.Open(t, url), password: `it's "secret"`}
	for _, statement := range []string{
		`do $$ begin create role master createrole; exception when duplicate_object then null; end $$`,
		`do $$ begin create role rds_iam; exception when duplicate_object then null; end $$`,
		`grant rds_iam to master with admin option`,
		`do $$ begin execute format('alter database %I owner to master', current_database()); end $$`,
		`alter schema public owner to master`,
		`set session authorization master`,
	} {
		if _, err := c.conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, aws.Config{
		Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		SQL        string `json:"sql"`
		Parameters []struct{ Value struct{ StringValue string } }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		c.Error(err)
	}
	ctx := context.Background()
	var err error
	answer := map[string]any{"transactionId": "t-1"}
	switch r.URL.Path {
	case "/": // Secrets Manager
		value, _ := json.Marshal(map[string]string{"username": "view360_dashboard", "password": c.password})
		answer = map[string]any{"SecretString": string(value)}
	case "/BeginTransaction":
		if c.asleep > 0 {
			c.asleep--
			w.Header().Set("X-Amzn-Errortype", "DatabaseResumingException")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.tx, err = c.conn.Begin(ctx)
	case "/Execute":
		c.seen = append(c.seen, in.SQL)
		var values []any
		for _, p := range in.Parameters {
			values = append(values, p.Value.StringValue)
		}
		_, err = c.tx.Exec(ctx, strings.ReplaceAll(in.SQL, ":password", "$1"), values...)
	case "/CommitTransaction":
		err = c.tx.Commit(ctx)
	}
	if err != nil {
		w.Header().Set("X-Amzn-Errortype", "DatabaseErrorException")
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]any{"message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func ensure(t *testing.T, cfg aws.Config) {
	t.Helper()
	target := dbuser.Cluster{ARN: "arn:aws:rds:eu-west-1:111122223333:cluster:c", Secret: "master", Database: "core", Dashboard: "dashboard"}
	if err := target.Ensure(t.Context(), rdsdata.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg)); err != nil {
		t.Fatal(err)
	}
}

// asMigrator runs the migrations as the user that was made.
func asMigrator(t *testing.T, url string) {
	t.Helper()
	admin := pgtest.Open(t, url)
	config := admin.Config()
	if _, err := admin.Exec(t.Context(), "alter role view360_migrator password '"+config.Password+"'"); err != nil {
		t.Fatal(err)
	}
	migrator := strings.Replace(url, config.User, "view360_migrator", 1)
	if _, err := migrate.Run(t.Context(), migrator, migrate.Options{Roles: true}); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureCreatesUsersInAnEmptyDatabase(t *testing.T) {
	url := pgtest.EmptyURL(t)
	c, cfg := newCluster(t, url)
	c.asleep = 1
	ensure(t, cfg)
	ensure(t, cfg) // a later deployment
	for _, statement := range c.seen {
		if strings.Contains(statement, "secret") {
			t.Errorf("the password is in the statement %s", statement)
		}
	}
	asMigrator(t, url)
	ensure(t, cfg) // and one after the tables are there
	asMigrator(t, url)
}

func TestEnsureTransfersObjectsOfTheMasterUser(t *testing.T) {
	url := pgtest.EmptyURL(t)
	c, cfg := newCluster(t, url)
	for _, statement := range []string{
		"create type severity as enum ('HIGH')", "create table legacy (id serial primary key, level severity)",
		"create view legacy_view as select * from legacy",
	} {
		if _, err := c.conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	ensure(t, cfg)
	rows, err := c.conn.Query(t.Context(), `
		select relname || ' ' || relowner::regrole from pg_class where relname in ('legacy', 'legacy_view', 'legacy_id_seq')
		union all select typname || ' ' || typowner::regrole from pg_type where typname = 'severity' order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	owners, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, owner := range owners {
		if !strings.HasSuffix(owner, "view360_migrator") {
			t.Errorf("%s: the migrator cannot change it", owner)
		}
	}
	// The old receiver signs in as the master user, until it is turned off.
	if _, err := c.conn.Exec(t.Context(), "insert into legacy (level) values ('HIGH')"); err != nil {
		t.Errorf("the master user lost its table: %v", err)
	}
}
