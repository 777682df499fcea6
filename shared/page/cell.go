package page

import (
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
)

// cellPage is one source of one account: every region, why, and what to do.
type cellPage struct {
	frame
	Account, Name string
	Source        catalog.Source
	Outcomes      []outcome
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

func (p *page) cell(w http.ResponseWriter, r *http.Request) error {
	show, err := p.readCell(r)
	if err != nil {
		return err
	}
	return p.templates.write(w, "cell", show)
}

func (p *page) readCell(r *http.Request) (cellPage, error) {
	account := r.PathValue("account")
	source, known := catalog.Lookup(r.PathValue("service"))
	if !known {
		return cellPage{}, notFound("There is no service %q.", r.PathValue("service"))
	}
	show := cellPage{Account: account, Source: source, CanRun: p.runAgain != nil}
	err := p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) error {
		found, err := readOutcomes(r.Context(), tx, pgx.NamedArgs{"accounts": []string{account}, "region": ""})
		for _, o := range found {
			if o.Service == source.Word {
				show.Name, show.Outcomes = o.Name, append(show.Outcomes, o)
			}
		}
		return err
	})
	if err != nil {
		return cellPage{}, err
	}
	if len(show.Outcomes) == 0 {
		return cellPage{}, notFound("%s of account %s has not been collected.", source.Word, account)
	}
	slices.SortStableFunc(show.Outcomes, worse)
	show.frame = p.frame("coverage", source.Word+" of "+show.Name, "")
	return show, nil
}

// collectAgain starts an execution for one source of one account and goes to it.
func (p *page) collectAgain(w http.ResponseWriter, r *http.Request) error {
	if !p.posted(r) {
		return &refusal{http.StatusForbidden, "This form is of an earlier page: go back, reload it and try again."}
	}
	show, err := p.readCell(r)
	if err != nil {
		return err
	}
	if p.runAgain == nil {
		return notFound("This page only reads.")
	}
	execution, err := p.runAgain(r.Context(), Rerun{Account: show.Account, Service: show.Source.Word, Regions: show.Failing()})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/executions/"+execution, http.StatusSeeOther)
	return nil
}
