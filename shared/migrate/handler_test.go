package migrate_test

import (
	"encoding/json"
	"errors"
	"testing"

	"view360/shared/fault"
	"view360/shared/migrate"
	"view360/shared/pgtest"
)

func TestHandlerMigratesAndNeverDrops(t *testing.T) {
	t.Parallel()
	url := pgtest.EmptyURL(t)
	handler := migrate.Handler{URL: url}

	t.Run("deleting the resource leaves the database alone", func(t *testing.T) {
		if _, err := handler.Handle(t.Context(), migrate.Event{RequestType: "Delete"}); err != nil {
			t.Fatal(err)
		}
		if left := lines(t, url, structure); len(left) > 0 {
			t.Errorf("it made %v", left)
		}
	})

	t.Run("creating it migrates", func(t *testing.T) {
		response, err := handler.Handle(t.Context(), migrate.Event{RequestType: "Create"})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			PhysicalResourceId string
			Data               struct {
				Found string
				Views int
			}
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if got.PhysicalResourceId != "view360-database" || got.Data.Found != "empty" || got.Data.Views == 0 {
			t.Errorf("response is %s", text)
		}
	})

	t.Run("a foreign database is a terminal error", func(t *testing.T) {
		foreign := migrate.Handler{URL: withTable(t, "create table invoices (n int)")}
		_, err := foreign.Handle(t.Context(), migrate.Event{RequestType: "Create"})
		var terminal *fault.TerminalError
		if !errors.As(err, &terminal) {
			t.Errorf("error is %T %v", err, err)
		}
	})
}
