package dbuser_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/shared/apimodel"
	"view360/shared/dbuser"
	"view360/shared/migrate"
	"view360/shared/postgres"
	"view360/sql"
)

// password is that of the dashboard user, and of every other user of the test server.
const password = `it's "secret"`

// cluster is an Aurora cluster with a Data API. Its server refuses the passwords of all members of rds_iam.
type cluster struct {
	*testing.T
	server string // URL, as the superuser
	hba    string // path of pg_hba.conf
	cfg    aws.Config
	conn   *pgx.Conn // of the transaction
	tx     pgx.Tx
	asleep int      // responses before it wakes up
	failAt int      // number of the request that fails, from 1
	calls  int      // requests since failAt was set
	seen   []string // statements
}

// newCluster starts a server with the users that it has before the deployment: the master user, and one of the old system.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "view360-dbuser-")
	if err != nil {
		t.Fatal(err)
	}
	server, err := postgres.Start(t.Context(), postgres.Options{Dir: dir, Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	c := &cluster{T: t, server: server.URL}
	c.exec("superuser", "create role master login createrole", "create role old_system login", "grant master to old_system",
		"create role rds_iam", "create role iam_user login", "grant rds_iam to iam_user",
		"alter database postgres owner to master", "alter schema public owner to master")
	c.setPasswords("master", "old_system", "iam_user")
	c.hba = c.list("select current_setting('hba_file')")[0]
	c.acceptTokens(false)
	api := httptest.NewServer(c)
	t.Cleanup(api.Close)
	c.cfg = aws.Config{
		Region: "eu-west-1", BaseEndpoint: &api.URL, Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	return c
}

// acceptTokens sets whether members of rds_iam can sign in. They do so with a token, for which their password stands in;
// nobody else needs to sign in meanwhile.
func (c *cluster) acceptTokens(accept bool) {
	c.Helper()
	rules := "host all all 127.0.0.1/32 scram-sha-256\n"
	if !accept {
		rules = "host all +rds_iam 127.0.0.1/32 reject\n" + rules
	}
	if err := os.WriteFile(c.hba, []byte(rules), 0o600); err != nil {
		c.Fatal(err)
	}
	c.exec("superuser", "select pg_reload_conf()")
	for c.tryLogin("iam_user") != accept {
		time.Sleep(10 * time.Millisecond)
	}
}

// urlOf returns the URL with which a user signs in.
func (c *cluster) urlOf(user string) string {
	if user == "superuser" {
		return c.server
	}
	u, err := url.Parse(c.server)
	if err != nil {
		c.Fatal(err)
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

// tryLogin reports whether the server accepts the password of user.
func (c *cluster) tryLogin(user string) bool {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.urlOf(user))
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) && strings.HasPrefix(refusal.Code, "28") {
		return false
	}
	if err != nil {
		c.Fatal(err)
	}
	_ = conn.Close(c.Context())
	return true
}

// exec runs statements as user.
func (c *cluster) exec(user string, statements ...string) {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.urlOf(user))
	if err != nil {
		c.Fatal(err)
	}
	defer conn.Close(c.Context())
	for _, statement := range statements {
		if _, err := conn.Exec(c.Context(), statement); err != nil {
			c.Fatalf("%s: %v", statement, err)
		}
	}
}

func (c *cluster) list(query string) []string {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.server)
	if err != nil {
		c.Fatal(err)
	}
	defer conn.Close(c.Context())
	rows, err := conn.Query(c.Context(), query)
	if err != nil {
		c.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.Fatal(err)
	}
	return list
}

func (c *cluster) setPasswords(users ...string) {
	c.Helper()
	for _, user := range users {
		c.exec("superuser", "alter role "+user+" password '"+strings.ReplaceAll(password, "'", "''")+"'")
	}
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		SQL        string `json:"sql"`
		Parameters []struct{ Value struct{ StringValue string } }
	}
	if err := apimodel.CheckRequest(r); err != nil {
		c.Error(err)
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		c.Error(err)
	}
	var err error
	answer := map[string]any{"transactionId": "t-1"}
	if r.URL.Path != "/" {
		c.calls++
	}
	switch {
	case r.URL.Path == "/": // Secrets Manager
		value, _ := json.Marshal(map[string]string{"username": "view360_dashboard", "password": password})
		answer = map[string]any{"SecretString": string(value)}
	case c.calls == c.failAt:
		err = errors.New("the function is stopped")
		if c.conn != nil {
			_ = c.conn.Close(c.Context())
		}
	case r.URL.Path == "/BeginTransaction":
		if c.asleep > 0 {
			c.asleep--
			w.Header().Set("X-Amzn-Errortype", "DatabaseResumingException")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		err = c.beginTransaction()
	case r.URL.Path == "/Execute":
		c.seen = append(c.seen, in.SQL)
		var values []any
		for _, p := range in.Parameters {
			values = append(values, p.Value.StringValue)
		}
		err = c.execute(strings.ReplaceAll(in.SQL, ":password", "$1"), values...)
	case r.URL.Path == "/CommitTransaction":
		err = errors.Join(c.tx.Commit(c.Context()), c.conn.Close(c.Context()))
	}
	if err != nil {
		w.Header().Set("X-Amzn-Errortype", "DatabaseErrorException")
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]any{"message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// beginTransaction signs in as the master user. The session is one of the superuser, for execute.
func (c *cluster) beginTransaction() (err error) {
	if !c.tryLogin("master") {
		return errors.New("the password of the master user is refused")
	}
	if c.conn, err = pgx.Connect(c.Context(), c.server); err != nil {
		return err
	}
	if c.tx, err = c.conn.Begin(c.Context()); err != nil {
		return err
	}
	_, err = c.tx.Exec(c.Context(), "set session authorization master")
	return err
}

// execute runs a statement as the master user, except that RDS lets that user grant rds_iam without being a member.
func (c *cluster) execute(statement string, values ...any) error {
	if statement == dbuser.Tokens {
		if _, err := c.tx.Exec(c.Context(), "reset session authorization"); err != nil {
			return err
		}
	}
	if _, err := c.tx.Exec(c.Context(), statement, values...); err != nil {
		return errors.Join(err, c.conn.Close(c.Context()))
	}
	_, err := c.tx.Exec(c.Context(), "set session authorization master")
	return err
}

func (c *cluster) ensure() error {
	target := dbuser.Cluster{ARN: "arn:aws:rds:eu-west-1:111122223333:cluster:c", Secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:master", Database: "postgres", Dashboard: "dashboard"}
	c.calls = 0
	return target.Ensure(c.Context(), rdsdata.NewFromConfig(c.cfg), secretsmanager.NewFromConfig(c.cfg))
}

// deploy creates the users and runs the migrations as one of them, as a deployment does.
func (c *cluster) deploy() {
	c.Helper()
	if err := c.ensure(); err != nil {
		c.Fatal(err)
	}
	c.setPasswords("view360_migrator", "view360_loader")
	c.acceptTokens(true)
	if _, err := migrate.Run(c.Context(), c.urlOf("view360_migrator"), migrate.Options{Roles: true}); err != nil {
		c.Fatal(err)
	}
	c.exec("view360_loader", "insert into products (name, owner) values ('p', 'System')", "delete from products")
	c.acceptTokens(false)
	c.checkLogins()
	for _, user := range []string{"view360_migrator", "view360_loader"} {
		if c.tryLogin(user) {
			c.Errorf("%s can sign in with a password", user)
		}
	}
	c.exec("view360_dashboard", "select * from view_summary")
	for _, query := range []string{dbuser.MissingUsers, dbuser.LockedMaster} {
		if found := c.ask(query); found != "" {
			c.Errorf("the check finds %s", found)
		}
	}
}

// ask returns the text that a query gives the master user, "" for null or no row.
func (c *cluster) ask(query string) (answer string) {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.urlOf("master"))
	if err != nil {
		c.Fatal(err)
	}
	defer conn.Close(c.Context())
	err = conn.QueryRow(c.Context(), "select coalesce(("+query+"), '')").Scan(&answer)
	if err != nil {
		c.Fatal(err)
	}
	return answer
}

func TestChecksFindWhatDoesNotHold(t *testing.T) {
	c := newCluster(t)
	if got, want := c.ask(dbuser.MissingUsers), "view360_dashboard does not exist, view360_loader does not exist, view360_migrator does not exist"; got != want {
		t.Errorf("before: %s", got)
	}
	c.deploy()
	c.exec("superuser", "revoke rds_iam from view360_loader", "grant insert on accounts to view360_dashboard", "create role between", "grant rds_iam to between")
	if got, want := c.ask(dbuser.MissingUsers), "view360_dashboard may write, view360_loader cannot sign in with tokens"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c.acceptTokens(true)
	c.exec("superuser", "grant between to master")
	if got := c.ask(dbuser.LockedMaster); got != "master" {
		t.Errorf("got %q, want the master user", got)
	}
}

// checkLogins fails the test if a user who had a password before cannot sign in with it.
func (c *cluster) checkLogins() {
	c.Helper()
	for _, user := range []string{"master", "old_system"} {
		if !c.tryLogin(user) {
			c.Errorf("%s is locked out", user)
		}
	}
}

// adopt creates the tables of the Python version.
func (c *cluster) adopt() {
	c.Helper()
	statements, err := sql.Contract()
	if err != nil {
		c.Fatal(err)
	}
	c.exec("master", statements, "create type severity as enum ('HIGH')",
		"create table legacy (id serial primary key, level severity)", "create view legacy_view as select * from legacy")
}

func TestEnsureLocksNobodyOut(t *testing.T) {
	t.Parallel()
	for name, adopted := range map[string]bool{"fresh": false, "adopted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			if adopted {
				c.adopt()
			}
			for range 2 { // the second is a later deployment
				for c.failAt = 1; c.failAt <= 6; c.failAt++ { // each request of Ensure
					if err := c.ensure(); err == nil {
						t.Errorf("request %d did not fail", c.failAt)
					}
					c.checkLogins()
				}
				c.failAt = 0
				c.deploy()
				c.setPasswords("view360_contacts") // the operator's task
				c.exec("view360_contacts", "select * from view_contact_info")
			}
			for _, statement := range c.seen {
				if strings.Contains(statement, "secret") {
					t.Errorf("the password is in the statement %s", statement)
				}
			}
			// The old system works until it is turned off.
			c.exec("old_system", "insert into products (name, owner) values ('q', 'System')", "alter table products add note text")
		})
	}
}

func TestEnsureWaitsForAPausedCluster(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.asleep = 1
	if err := c.ensure(); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureRefusesToLockAUserOut(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.exec("superuser", "create role view360_migrator login", "grant view360_migrator to old_system")
	err := c.ensure()
	if err == nil || !strings.Contains(err.Error(), "RDS would refuse the password of old_system") {
		t.Errorf("error is %v", err)
	}
	c.checkLogins()
	if got := c.list("select rolname::text from pg_roles where rolname = 'view360_dashboard'"); len(got) > 0 {
		t.Error("the failure is not undone")
	}
}

func TestEnsureTransfersObjectsOfTheMasterUser(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.adopt()
	if err := c.ensure(); err != nil {
		t.Fatal(err)
	}
	owners := c.list(`
		select distinct relowner::regrole::text from pg_class where relnamespace = 'public'::regnamespace
		union select typowner::regrole::text from pg_type where typname = 'severity'`)
	if diff := cmp.Diff([]string{"view360_owner"}, owners); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
	c.exec("master", "insert into legacy (level) values ('HIGH')")
}
