// Package page serves the web page of the operator: an overview of all accounts, the outcome of every source, the
// executions of the state machines, and every view as a table. The server renders it; it loads nothing from elsewhere and
// works without JavaScript.
package page

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/sql"
)

//go:embed assets templates
var files embed.FS

// Options are the settings of the page.
type Options struct {
	// Pool connects to the database. The page only reads, with the role of dashboards if it exists.
	Pool *pgxpool.Pool
	// Executions are the executions of the state machines; nil hides them.
	Executions Executions
	// CollectAgain starts an execution that collects one source of one account and loads it, and returns its ARN; nil hides
	// the button.
	CollectAgain func(context.Context, Rerun) (string, error)
	// Permissions grants what the collectors of a simulated organization lack; nil hides the button.
	Permissions Permissions
	// Banner stands at the top of every page; "" for none.
	Banner string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Rerun names what to collect again.
type Rerun struct {
	Account string
	Source  string   // name of the source
	Regions []string // empty means all
}

// page handles the requests.
type page struct {
	db           database
	templates    templates
	views        map[string]sql.View // by short name
	executions   Executions
	startCollect func(context.Context, Rerun) (string, error)
	permissions  Permissions
	banner       string
	token        string
	now          func() time.Time

	mu    sync.Mutex
	again map[string]string // ARN of the newest execution that collects again, by account and source
}

// New returns the handler of the page. Wrap it in [Guard].
func New(o Options) (http.Handler, error) {
	p := &page{db: database{o.Pool}, executions: o.Executions, startCollect: o.CollectAgain, permissions: o.Permissions, banner: o.Banner, token: newToken(), now: o.Now, views: map[string]sql.View{}, again: map[string]string{}}
	if p.now == nil {
		p.now = time.Now
	}
	var err error
	if p.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("parsing the page templates: %w", err)
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
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", cacheForDay(refuseFolders(http.FileServerFS(assets)))))
	mux.HandleFunc("GET /{$}", p.handleErrors(p.showOverview))
	mux.HandleFunc("GET /coverage", p.handleErrors(p.showCoverage))
	mux.HandleFunc("GET /coverage/{account}/{service}", p.handleErrors(p.showCell))
	mux.HandleFunc("POST /coverage/{account}/{service}/run", p.handleErrors(p.collectAgain))
	if p.permissions != nil {
		mux.HandleFunc("POST /coverage/{account}/{service}/grant", p.handleErrors(p.grantPermission))
	}
	if p.executions != nil {
		mux.HandleFunc("GET /executions", p.handleErrors(p.showExecutions))
		mux.HandleFunc("GET /executions/{arn...}", p.handleErrors(p.showExecution))
		mux.HandleFunc("POST /redrive/{arn...}", p.handleErrors(p.redriveExecution))
	}
	mux.HandleFunc("GET /data", p.handleErrors(p.showViews))
	mux.HandleFunc("GET /data/{view}", p.handleErrors(p.showView))
	mux.HandleFunc("GET /data/{view}/csv", p.handleErrors(p.downloadView))
	mux.HandleFunc("/", p.handleErrors(func(http.ResponseWriter, *http.Request) error { return notFound("This page does not exist.") }))
	return mux
}
