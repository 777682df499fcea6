package main

import (
	"bytes"
	"crypto/rand"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
	"view360/shared/simaws"
)

func TestPasswordsAreHidden(t *testing.T) {
	t.Parallel()
	for connection, want := range map[string]string{
		"postgres://u:pa55word@h:5433/d?sslmode=disable&password=pa55word": "postgres://u@h:5433/d?sslmode=disable",
		"postgresql://h/d?sslpassword=pa55word":                            "postgresql://h/d?",
		"host=h port=5433 user=u password=pa55word dbname=d":               "postgres://u@h:5433/d",
		"postgres://u:pa55word%zz@h/d":                                     "the database of --database-url",
		"password=pa55word port=none":                                      "the database of --database-url",
	} {
		if got := hidePassword(connection); strings.TrimSuffix(got, "?") != strings.TrimSuffix(want, "?") {
			t.Errorf("%s: got %s, want %s", connection, got, want)
		}
	}
}

// givePassword returns the connection string of a user of its own, with the password.
func givePassword(t *testing.T, connection, password string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), connection)
	must(t, err)
	defer conn.Close(t.Context())
	user := "u" + strings.ToLower(rand.Text())
	_, err = conn.Exec(t.Context(), "create role "+user+" login superuser password '"+password+"'")
	must(t, err)
	u, err := url.Parse(connection)
	must(t, err)
	u.User = url.UserPassword(user, password)
	return u.String()
}

// What a run is given in confidence appears in nothing that it prints, logs or keeps, whether it works or fails.
func TestSecretsAppearNowhere(t *testing.T) {
	const password, sessionToken = "pa55word", "s3ss10n-t0k3n"
	server := observed(t)
	t.Setenv("AWS_SESSION_TOKEN", sessionToken)
	connection, state, dir := givePassword(t, pgtest.URL(t), password), t.TempDir(), t.TempDir()
	log := filepath.Join(state, "log.json")
	var printed bytes.Buffer
	run := func(want int, args ...string) {
		t.Helper()
		code, out, stderr := runProgram(t, append(args, "--state", state, "--log", log)...)
		if code != want {
			t.Errorf("%v: exit code %d, want %d\n%s%s", args, code, want, out, stderr)
		}
		printed.WriteString(out + stderr)
	}
	run(exitOK, "collect", "--out", dir, "--service", "kms,cost")
	run(exitOK, "load", dir, "--database-url", connection)
	run(exitOK, "migrate", "--database-url", connection)
	run(exitOK, "demo", "--once", "--database-url", connection)
	for _, wrong := range []string{
		strings.Replace(connection, "://", "://nobody", 1), "postgres://u:" + password + "%zz@127.0.0.1:1/d", "port=none password=" + password, "nonsense " + password,
	} {
		run(exitFailed, "migrate", "--database-url", wrong)
		run(exitFailed, "load", dir, "--database-url", wrong)
	}
	server.Override(simaws.Answer{Service: "sts", Operation: "GetCallerIdentity", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(403, "SignatureDoesNotMatch", "The Canonical String for this request should have been 'x-amz-security-token:"+sessionToken+"'")
	}})
	run(exitFailed, "collect", "--out", dir)
	must(t, os.WriteFile(filepath.Join(state, "printed"), printed.Bytes(), 0o600))

	secrets := []string{password, sessionToken, os.Getenv("AWS_SECRET_ACCESS_KEY")}
	for _, root := range []string{state, dir} {
		must(t, filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(file)
			for _, secret := range secrets {
				if at := bytes.Index(text, []byte(secret)); at >= 0 {
					t.Errorf("%s has %q: …%s…", file, secret, text[max(0, at-80):min(len(text), at+80)])
				}
			}
			return err
		}))
	}
}
