package account_test

import (
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

// section returns an account section with the members.
func section(members string) string {
	return `{"account_id":"111122223333","region":"eu-west-1",` + members + `}`
}

func TestAccounts(t *testing.T) {
	us := func(s loadtest.Snapshot) loadtest.Snapshot { s.Region = "us-east-1"; return s }
	loadtest.Run(t, "accounts", []loadtest.Case{
		{
			Name: "null does not replace a value", // L42
			Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"account_name":"shop","account_email":"a@b.example"`)),
				loadtest.Day(12, "account", section(`"account_name":null,"account_email":null`))},
			Query: "select account_name, account_email, joined_method from accounts", Want: []string{"shop|a@b.example|CREATED"},
		},
		{
			Name: "region comes from the object key", // L04
			Loads: []loadtest.Snapshot{{Date: "2026-03-11"}, {Date: "2026-03-11", Region: "us-east-1"},
				us(loadtest.Day(12, "account", `{"account_id":"111122223333","account_name":"renamed"}`))},
			Query: "select region, account_name from accounts order by 1", Want: []string{"eu-west-1|shop", "us-east-1|renamed"},
		},
	})
}

func TestContacts(t *testing.T) {
	loadtest.Run(t, "contact_info", []loadtest.Case{
		{
			Name: "empty contact deletes the stored one", // L41
			Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"contact_info":{"city":"Bonn"}`)),
				loadtest.Day(12, "account", section(`"contact_info":{"city":null}`))},
			Query: "select city from contact_info", Want: []string{}, Counts: load.Counts{Deleted: 1},
		},
		{
			Name:  "text that is too long is cut",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"contact_info":{"full_name":"n","country_code":"DEU"}`))},
			Query: "select full_name, country_code from contact_info", Want: []string{"n|DE"},
		},
	})
}

func TestAlternateContacts(t *testing.T) {
	const contacts = "select contact_type, full_name, phone_number from alternate_contacts order by 1"
	first := loadtest.Day(11, "account", section(`"alternate_contacts":{"billing":{"name":"B","phone":"+1"},"security":{"name":"S"},"operations":null}`))
	loadtest.Run(t, "alternate_contacts", []loadtest.Case{
		{Name: "contacts keep their phone", Loads: []loadtest.Snapshot{first}, Query: contacts, Want: []string{"billing|B|+1", "security|S|<nil>"}}, // L37
		{
			Name:  "null deletes a contact and an absent one stays", // L41
			Loads: []loadtest.Snapshot{first, loadtest.Day(12, "account", section(`"alternate_contacts":{"billing":null}`))},
			Query: contacts, Want: []string{"security|S|<nil>"},
		},
		{
			Name:  "contact that is not an object rejects all of them",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"alternate_contacts":{"billing":{"name":"B"},"security":"nobody","operations":{}}`))},
			Query: "select full_name from alternate_contacts", Want: []string{},
			Rejects: []string{"account.alternate_contacts|<nil>|security|\"nobody\" is neither an object nor an array"},
		},
	})
}

func TestProducts(t *testing.T) {
	long := strings.Repeat("ü", 300)
	loadtest.Run(t, "products", []loadtest.Case{{
		Name:  "long names are cut and each name is one product",
		Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"product":"shop, `+long+`,SHOP"`))},
		Query: "select char_length(name) from products order by 1", Want: []string{"4", "255"}, Counts: load.Counts{Read: 2, Created: 2, Adapted: 1},
	}})
}

func TestProductAccounts(t *testing.T) {
	loadtest.Run(t, "product_accounts", []loadtest.Case{{
		Name: "products and links stay without mention", // L39, L40
		Loads: []loadtest.Snapshot{loadtest.Day(11, "account", section(`"product":"alpha, None ,, Beta"`)),
			loadtest.Day(12, "account", section(`"product":"None"`))},
		Query: "select p.name, p.owner from products p join product_accounts l on l.product_id = p.id order by lower(p.name)", Want: []string{"alpha|System", "Beta|System"},
	}})
}

// TestLabelIsTheFirstProductOfTheNewestList: the order of loads, of other accounts and of people's links does not count.
func TestLabelIsTheFirstProductOfTheNewestList(t *testing.T) {
	t.Parallel()
	b := loadtest.NewBench(t)
	const label = "select distinct project_product_name from view_accounts where account = '111122223333'"
	other := loadtest.Day(11, "account", `{"account_id":"444455556666","region":"eu-west-1","product":"beta,alpha"}`)
	other.Account = "444455556666"
	b.Load(other)
	b.Load(loadtest.Day(11, "account", section(`"product":"alpha,beta"`)))
	b.Want(label, "alpha")
	b.Load(loadtest.Day(13, "account", section(`"product":"gamma"`))) // a new label
	b.Want(label, "gamma")
	b.Load(loadtest.Day(12, "account", section(`"product":"beta,alpha"`))) // an older list
	b.Want(label, "gamma")
	b.Load(loadtest.Day(14, "account", section(`"product":"beta,alpha"`)))
	b.Want(label, "beta")
}

// TestLoadKeepsProductsEditedByHand: a product that people own stays theirs.
func TestLoadKeepsProductsEditedByHand(t *testing.T) { // L40
	t.Parallel()
	b := loadtest.NewBench(t)
	b.Exec("insert into products (name, owner) values ('Alpha', 'Jane')")
	b.Load(loadtest.Day(11, "account", section(`"product":"alpha"`)))
	b.Want("select p.name, p.owner from products p join product_accounts l on l.product_id = p.id", "Alpha|Jane")
}
