package page

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn"
)

// refusal is an answer other than 200 that the operator can do something about.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func notFound(format string, args ...any) error {
	return &refusal{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// handle turns a handler's error into a page.
func (p *page) handle(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || errors.Is(err, context.Canceled) { // the reader has gone
			return
		}
		status, text := http.StatusInternalServerError, explain(err)
		if refused := (*refusal)(nil); errors.As(err, &refused) {
			status, text = refused.status, refused.text
		} else {
			slog.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		if err := p.templates.write(w, "error", p.frame("", http.StatusText(status), text)); err != nil {
			slog.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		}
	}
}

// explain says what went wrong at the database without showing a statement.
func explain(err error) string {
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && refused.Code == "57014":
		return fmt.Sprintf("This took longer than %s. Narrow it with the filters.", statementTimeout)
	case errors.As(err, &refused):
		return "The database answered: " + refused.Message
	default:
		return err.Error()
	}
}
