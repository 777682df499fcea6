package page

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"view360/shared/asl"
	"view360/shared/catalog"
)

// cellPage is one source of one account: every region, why, and what to do.
type cellPage struct {
	frame
	Account, Name string
	Source        catalog.Source
	Outcomes      []regionOutcome
	CanRun        bool
	Missing       []string // actions that can be granted
}

// regionOutcome is a source's outcome in one region, with the execution that collected it; nil if it is not known here.
type regionOutcome struct {
	coverageEntry
	Execution *asl.Execution
}

// Remedies returns the next steps for the outcomes, each once.
func (c cellPage) Remedies() (all []string) {
	for _, o := range c.Outcomes {
		if r := o.Remedy(); r != "" && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// Failing returns the regions that could not be collected.
func (c cellPage) Failing() (regions []string) {
	for _, o := range c.Outcomes {
		if o.Status.IsFailure() {
			regions = append(regions, o.Region)
		}
	}
	return regions
}

func (p *page) showCell(w http.ResponseWriter, r *http.Request) error {
	show, err := p.readCell(r)
	if err != nil {
		return err
	}
	return p.templates.write(w, "cell", show)
}

func (p *page) readCell(r *http.Request) (cellPage, error) {
	account := r.PathValue("account")
	source, known := catalog.FindByName(r.PathValue("service"))
	if !known {
		return cellPage{}, notFound("Source %q does not exist.", r.PathValue("service"))
	}
	show := cellPage{Account: account, Source: source, CanRun: p.startCollect != nil}
	err := p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) error {
		found, err := readCoverage(r.Context(), tx, pgx.NamedArgs{"accounts": []string{account}, "region": ""})
		for _, o := range found {
			if o.Service == source.Name {
				show.Name, show.Outcomes = o.Name, append(show.Outcomes, regionOutcome{coverageEntry: o})
			}
		}
		return err
	})
	if err != nil {
		return cellPage{}, err
	}
	if len(show.Outcomes) == 0 {
		return cellPage{}, notFound("%s of account %s has not been collected.", source.Title, account)
	}
	slices.SortStableFunc(show.Outcomes, func(a, b regionOutcome) int { return compareUrgency(a.coverageEntry, b.coverageEntry) })
	p.linkExecutions(show.Outcomes)
	show.Missing = p.listMissing(account, source)
	show.frame = p.newFrame("coverage", source.Title+" of "+show.Name, "")
	return show, nil
}

// maxChildren bounds the children of an execution that are searched for an account: each is read from the store.
const maxChildren = 200

// linkExecutions finds the execution that collected each outcome, or its child for the account and date.
func (p *page) linkExecutions(outcomes []regionOutcome) {
	if p.executions == nil {
		return
	}
	runs := map[string]*asl.Execution{}
	for _, x := range p.executions.List() {
		if x.Machine.Name == "collect" {
			runs[x.Name] = x
		}
	}
	for i, o := range outcomes {
		if x := runs[o.Run]; x != nil {
			outcomes[i].Execution = p.findChild(x.ARN, o.coverageEntry)
		}
	}
}

// findChild returns the child that an execution ran for an account and date, or the execution itself if it has very many
// children, or none for them.
func (p *page) findChild(arn string, entry coverageEntry) *asl.Execution {
	x, known := p.executions.Lookup(arn)
	if !known {
		return nil
	}
	for _, run := range x.MapRuns() {
		if len(run.Children) > maxChildren {
			return x
		}
		for _, c := range run.Children {
			child, known := p.executions.Lookup(c.ARN)
			if known && isChildOf(child, entry) {
				return child
			}
		}
	}
	return x
}

func isChildOf(child *asl.Execution, entry coverageEntry) bool {
	var input struct {
		Request struct{ Account, Date string }
	}
	return json.Unmarshal(child.Input, &input) == nil && input.Request.Account == entry.Account &&
		input.Request.Date == entry.Date.Format(time.DateOnly)
}

// startOnce starts an execution, unless the one of an earlier click still runs. It returns the ARN of either.
func (p *page) startOnce(ctx context.Context, r Rerun) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := r.Account + " " + r.Source
	if before := p.again[key]; before != "" && p.isRunning(before) {
		return before, nil
	}
	arn, err := p.startCollect(ctx, r)
	if err == nil {
		p.again[key] = arn
	}
	return arn, err
}

// collectAgain starts an execution for one source of one account and redirects to it.
func (p *page) collectAgain(w http.ResponseWriter, r *http.Request) error {
	if err := p.checkToken(r); err != nil {
		return err
	}
	show, err := p.readCell(r)
	if err != nil {
		return err
	}
	if p.startCollect == nil {
		return notFound("This page cannot start executions.")
	}
	execution, err := p.startOnce(r.Context(), Rerun{Account: show.Account, Source: show.Source.Name, Regions: show.Failing()})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/executions/"+execution, http.StatusSeeOther)
	return nil
}
