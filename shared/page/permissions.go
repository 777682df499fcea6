package page

import (
	"net/http"
	"slices"

	"view360/shared/catalog"
)

// Permissions knows which actions the collectors lack in an account, and grants them.
type Permissions interface {
	// ListDenied returns the IAM actions, such as kms:ListKeys, that are denied in an account.
	ListDenied(account string) []string
	// Grant allows actions in an account.
	Grant(account string, actions []string)
}

// listMissing returns the actions of a source that are denied in an account and can be granted.
func (p *page) listMissing(account string, source catalog.Source) (missing []string) {
	if p.permissions == nil {
		return nil
	}
	needed := source.ActionNames()
	for _, action := range p.permissions.ListDenied(account) {
		if slices.Contains(needed, action) {
			missing = append(missing, action)
		}
	}
	return missing
}

// grantPermission allows what a source lacks in an account, and shows its cell again.
func (p *page) grantPermission(w http.ResponseWriter, r *http.Request) error {
	if err := p.checkToken(r); err != nil {
		return err
	}
	show, err := p.readCell(r)
	if err != nil {
		return err
	}
	p.permissions.Grant(show.Account, show.Missing)
	http.Redirect(w, r, "/coverage/"+show.Account+"/"+show.Source.Name, http.StatusSeeOther)
	return nil
}
