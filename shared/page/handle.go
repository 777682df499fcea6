package page

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn"
)

// httpError is an answer other than 200 that the operator can do something about.
type httpError struct {
	status int
	text   string
}

func (r *httpError) Error() string { return r.text }

func notFound(format string, args ...any) error {
	return &httpError{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return &httpError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// handleErrors turns a handler's error into a page.
func (p *page) handleErrors(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || errors.Is(err, context.Canceled) { // the reader has gone
			return
		}
		status, text := http.StatusInternalServerError, explainError(err)
		if refused := (*httpError)(nil); errors.As(err, &refused) {
			status, text = refused.status, refused.text
		} else {
			slog.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		if err := p.templates.write(w, "error", p.newFrame("", http.StatusText(status), text)); err != nil {
			slog.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		}
	}
}

// explainError says what went wrong at the database without showing a statement.
func explainError(err error) string {
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
