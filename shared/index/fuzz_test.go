package index_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"view360/shared/index"
	"view360/shared/object"
	"view360/shared/s3disk"
)

// FuzzIndex checks that any object is either indexed, with the range of a JSON value for every section, or rejected with a
// reason.
func FuzzIndex(f *testing.F) {
	server, err := s3disk.Start(f.TempDir(), "data")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	handler := index.Handler{Bucket: func(string) *object.Store { return store }, MaxBytes: 1 << 20}
	f.Add(buildDocument())
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := store.Put(t.Context(), key, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		result, err := handler.Handle(t.Context(), index.Input{Bucket: "data", Key: key, Keep: true})
		switch {
		case err != nil:
			t.Fatal(err)
		case result.Status == index.Rejected && result.Reason != "":
		case result.Status != index.Indexed:
			t.Fatalf("result %+v", result)
		}
		for path, r := range result.Index.Sections {
			body, err := store.OpenRange(t.Context(), object.Version{Key: key}, r.Start, r.End)
			if err != nil {
				t.Fatal(err)
			}
			value, err := io.ReadAll(body)
			if err != nil || !json.Valid(value) {
				t.Errorf("section %s is %q, error %v", path, value, err)
			}
			body.Close()
		}
	})
}
