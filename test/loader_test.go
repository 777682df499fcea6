package test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/index"
	"view360/shared/inprocess"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/record"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// asLoader makes the test binary a loader of all that waits, so that it can be killed. Its value is a loaderInput.
const asLoader = "VIEW360_TEST_AS_LOADER"

type loaderInput struct{ Database, Endpoint, Key, Secret string }

// runLoader is the process that gets killed.
func runLoader() error {
	var in loaderInput
	if err := json.Unmarshal([]byte(os.Getenv(asLoader)), &in); err != nil {
		return err
	}
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &in.Endpoint, UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(in.Key, in.Secret, "")})
	pool, err := postgres.OpenPool(context.Background(), in.Database, 2, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		return err
	}
	defer pool.Close()
	return loadWaiting(context.Background(), pool, object.New(client, "data", object.Options{}))
}

// loadWaiting takes every object under data/ through the steps of the load machine. An object that is gone has been
// loaded by somebody else.
func loadWaiting(ctx context.Context, pool *pgxpool.Pool, store *object.Store) error {
	functions := inprocess.Functions{}
	inprocess.AddLoad(functions, pool, func(string) *object.Store { return store }, nil)
	var keys []string
	if err := store.List(ctx, snapshot.DataPrefix, func(v object.Version) error { keys = append(keys, v.Key); return nil }); err != nil {
		return err
	}
	for _, key := range keys {
		if err := loadOne(ctx, functions.Invoke(nil), key); err != nil && !object.IsMissing(err) {
			return fmt.Errorf("loading %s: %w", key, err)
		}
	}
	return nil
}

type invoke func(ctx context.Context, name string, payload json.RawMessage) (json.RawMessage, error)

func loadOne(ctx context.Context, invoke invoke, key string) error {
	var indexed index.Output
	if err := invokeStep(ctx, invoke, "index", index.Input{Bucket: "data", Key: key}, &indexed); err != nil {
		return err
	}
	if indexed.Status != index.Indexed {
		return fmt.Errorf("rejected: %s", indexed.Reason)
	}
	in := record.Input{Index: indexed.Index}
	for _, group := range loaders.Groups {
		var result load.Output
		if err := invokeStep(ctx, invoke, "load-"+group.Name, load.Input{Index: indexed.Index, Group: group.Name}, &result); err != nil {
			return err
		}
		in.Results = append(in.Results, record.LoaderResult{Output: result})
	}
	var ignored json.RawMessage
	if err := invokeStep(ctx, invoke, "record", in, &ignored); err != nil {
		return err
	}
	return invokeStep(ctx, invoke, "archive", map[string]any{"index": indexed.Index}, &ignored)
}

func invokeStep(ctx context.Context, invoke invoke, name string, in, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return err
	}
	result, err := invoke(ctx, name, payload)
	if err != nil {
		return err
	}
	return json.Unmarshal(result, out)
}

// site is a bucket with snapshots that wait, and a database behind a wire.
type site struct {
	testing.TB
	disk  *s3disk.Server
	store *object.Store
	wire  *wire
	pool  *pgxpool.Pool // past the wire
}

func newSite(t testing.TB, snapshots ...loadtest.Builder) *site {
	t.Helper()
	return newSiteOn(t, pgtest.URL(t), snapshots...)
}

func newSiteOn(t testing.TB, database string, snapshots ...loadtest.Builder) *site {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	pool, err := postgres.OpenPool(t.Context(), database, 2, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := &site{TB: t, disk: disk, store: object.New(disk.Client(), "data", object.Options{}), wire: newWire(t, database), pool: pool}
	for _, snapshot := range snapshots {
		s.put(snapshot)
	}
	return s
}

func (s *site) put(snapshot loadtest.Builder) {
	s.Helper()
	if _, err := s.store.Put(s.Context(), snapshot.Key(), strings.NewReader(snapshot.JSON())); err != nil {
		s.Fatal(err)
	}
}

// buildLoader returns a process that loads all waiting objects.
func (s *site) buildLoader() *exec.Cmd {
	s.Helper()
	login, err := s.disk.Client().Options().Credentials.Retrieve(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	in, err := json.Marshal(loaderInput{s.wire.url, s.disk.Endpoint, login.AccessKeyID, login.SecretAccessKey})
	if err != nil {
		s.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.CommandContext(s.Context(), program)
	cmd.Env = append(os.Environ(), asLoader+"="+string(in))
	return cmd
}

// loadUndisturbed loads the snapshots without a fault and returns what the tables hold.
func loadUndisturbed(t testing.TB, snapshots ...loadtest.Builder) []string {
	t.Helper()
	s := newSite(t, snapshots...)
	if err := loadWaiting(t.Context(), s.pool, s.store); err != nil {
		t.Fatal(err)
	}
	return readContents(t, s.pool)
}
