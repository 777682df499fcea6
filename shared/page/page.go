// Package page is what an operator looks at: the state of all accounts over the views, what was collected and what
// failed, every execution of the state machines, and any view as a table. It is drawn on the server, asks for nothing
// outside, and is read without JavaScript.
package page

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/sql"
)

//go:embed assets templates
var files embed.FS

// Options say what the page shows.
type Options struct {
	// Pool reaches the database. The page only reads, as the user of dashboards where that user exists.
	Pool *pgxpool.Pool
	// Executions are those of the state machines.
	Executions Executions
	// RunAgain starts an execution that collects one source of one account again and loads it, and returns its ARN; nil
	// means that the page only reads.
	RunAgain func(context.Context, Rerun) (string, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Rerun is what to collect again.
type Rerun struct {
	Account string
	Service string   // the source's word
	Regions []string // empty means all
}

// page answers the requests.
type page struct {
	db         database
	templates  templates
	views      map[string]sql.View // by name without schema public
	executions Executions
	runAgain   func(context.Context, Rerun) (string, error)
	token      string
	now        func() time.Time
}

// New returns the page's handler. It must stand behind [Guard].
func New(o Options) (http.Handler, error) {
	p := &page{db: database{o.Pool}, executions: o.Executions, runAgain: o.RunAgain, token: newToken(), now: o.Now, views: map[string]sql.View{}}
	if p.now == nil {
		p.now = time.Now
	}
	var err error
	if p.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("reading the page's templates: %w", err)
	}
	views, err := sql.Views()
	if err != nil {
		return nil, fmt.Errorf("reading the list of views: %w", err)
	}
	for _, v := range views {
		p.views[shortName(v.Name)] = v
	}
	return p.newMux(), nil
}

func (p *page) newMux() http.Handler {
	mux := http.NewServeMux()
	assets, _ := fs.Sub(files, "assets") // the folder is embedded
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", cacheForDay(http.FileServerFS(assets))))
	mux.HandleFunc("GET /{$}", p.handleErrors(p.showOverview))
	mux.HandleFunc("GET /coverage", p.handleErrors(p.showCoverage))
	mux.HandleFunc("GET /coverage/{account}/{service}", p.handleErrors(p.showCell))
	mux.HandleFunc("POST /coverage/{account}/{service}/run", p.handleErrors(p.collectAgain))
	if p.executions != nil {
		mux.HandleFunc("GET /executions", p.handleErrors(p.showExecutions))
		mux.HandleFunc("GET /executions/{arn...}", p.handleErrors(p.showExecution))
		mux.HandleFunc("POST /redrive/{arn...}", p.handleErrors(p.redriveExecution))
	}
	mux.HandleFunc("GET /data", p.handleErrors(p.showViews))
	mux.HandleFunc("GET /data/{view}", p.handleErrors(p.showView))
	mux.HandleFunc("GET /data/{view}/csv", p.handleErrors(p.downloadView))
	mux.HandleFunc("/", p.handleErrors(func(http.ResponseWriter, *http.Request) error { return notFound("There is no such page.") }))
	return mux
}
