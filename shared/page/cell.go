package page

import (
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
	Outcomes      []outcome
	Execution     *asl.Execution // of the newest run; nil when it is not known here
	CanRun        bool
}

// Remedies are what to do about the outcomes, each once.
func (c cellPage) Remedies() (all []string) {
	for _, o := range c.Outcomes {
		if r := o.Remedy(); r != "" && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// Failing are the regions that could not be read.
func (c cellPage) Failing() (regions []string) {
	for _, o := range c.Outcomes {
		if o.Status.Failure() {
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
		found, err := readOutcomes(r.Context(), tx, pgx.NamedArgs{"accounts": []string{account}, "region": ""})
		for _, o := range found {
			if o.Service == source.Name {
				show.Name, show.Outcomes = o.Name, append(show.Outcomes, o)
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
	slices.SortStableFunc(show.Outcomes, worse)
	show.Execution = p.executionOf(account, show.Outcomes[0].RunAt)
	show.frame = p.newFrame("coverage", source.Title+" of "+show.Name, "")
	return show, nil
}

// searched bounds the executions that are looked into for an account, and lookedInto the children that one may have: each
// is read from the store.
const (
	searched   = 20
	lookedInto = 200
)

// executionOf finds the collect execution that read an account at a time, or its child for that account.
func (p *page) executionOf(account string, at time.Time) *asl.Execution {
	if p.executions == nil {
		return nil
	}
	left := searched
	for _, x := range p.executions.List() {
		s := x.Describe()
		if x.Machine.Name != "collect" || s.Started.After(at.Add(time.Minute)) || !s.Stopped.IsZero() && s.Stopped.Before(at) {
			continue
		}
		if left--; left < 0 {
			return nil
		}
		if child := p.childOf(x.ARN, account); child != nil {
			return child
		}
	}
	return nil
}

// childOf finds the child that an execution ran for an account; one with very many children stands for itself.
func (p *page) childOf(arn, account string) *asl.Execution {
	x, known := p.executions.Lookup(arn)
	if !known {
		return nil
	}
	for _, run := range x.MapRuns() {
		if len(run.Children) > lookedInto {
			return x
		}
		for _, c := range run.Children {
			child, known := p.executions.Lookup(c.ARN)
			var input struct{ Request struct{ Account string } }
			if known && json.Unmarshal(child.Input, &input) == nil && input.Request.Account == account {
				return child
			}
		}
	}
	return nil
}

// collectAgain starts an execution for one source of one account and goes to it.
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
	execution, err := p.startCollect(r.Context(), Rerun{Account: show.Account, Source: show.Source.Name, Regions: show.Failing()})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/executions/"+execution, http.StatusSeeOther)
	return nil
}
