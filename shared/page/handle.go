package page

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn"
)

// httpError is an error with its HTTP status and a text for the operator.
type httpError struct {
	status int
	text   string
}

func (e *httpError) Error() string { return e.text }

func notFound(format string, args ...any) error {
	return &httpError{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return &httpError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// handleErrors shows the error of a handler as a page.
func (p *page) handleErrors(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || errors.Is(err, context.Canceled) { // the browser closed the connection
			return
		}
		status, text := http.StatusInternalServerError, explainError(err)
		if known := (*httpError)(nil); errors.As(err, &known) {
			status, text = known.status, known.text
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

// explainError returns the text of an error for the operator, without the SQL statement.
func explainError(err error) string {
	const queryCanceled = "57014"
	var answer *pgconn.PgError
	switch {
	case errors.As(err, &answer) && answer.Code == queryCanceled:
		return fmt.Sprintf("The query took longer than %s. Select less data with the filters.", statementTimeout)
	case errors.As(err, &answer):
		return "PostgreSQL error: " + answer.Message
	default:
		return err.Error()
	}
}
