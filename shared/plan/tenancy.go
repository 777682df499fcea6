package plan

import (
	"cmp"
	"context"

	"view360/shared/collect"
)

// readTenancy returns the labels of an account, each from the first that has it: the account's own entry in the settings,
// its tags, the settings' entry for all accounts.
func (h Handler) readTenancy(ctx context.Context, account string) (collect.Tenancy, error) {
	var tags map[string]string
	if h.Settings.TenancyTags != (collect.Tenancy{}) {
		var err error
		if tags, err = h.Directory.ListTags(ctx, account); err != nil {
			return collect.Tenancy{}, err
		}
	}
	own, keys, all := h.Settings.Tenancy[account], h.Settings.TenancyTags, h.Settings.Tenancy[""]
	tag := func(key string) string {
		if key == "" {
			return ""
		}
		return tags[key]
	}
	return collect.Tenancy{
		Customer:    cmp.Or(own.Customer, tag(keys.Customer), all.Customer),
		Partner:     cmp.Or(own.Partner, tag(keys.Partner), all.Partner),
		Category:    cmp.Or(own.Category, tag(keys.Category), all.Category),
		Environment: cmp.Or(own.Environment, tag(keys.Environment), all.Environment),
		Product:     cmp.Or(own.Product, tag(keys.Product), all.Product),
	}, nil
}
