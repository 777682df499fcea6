package account

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"view360/shared/load"
)

//go:embed products.sql
var addProductsSQL string

//go:embed product_accounts.sql
var linkProductsSQL string

// maxNameLength is the length of products.name in characters.
const maxNameLength = 255

// loadProducts adds the products that the account names, and the links to them, with their order. It changes no product and
// deletes nothing, because people maintain both by hand.
func loadProducts(ctx context.Context, s *load.Session, id int32, list *string) error {
	if list == nil {
		return nil
	}
	names, err := splitProducts(ctx, s, *list)
	if err != nil || len(names) == 0 {
		return err
	}
	added, err := s.Tx.Exec(ctx, addProductsSQL, names)
	if err != nil {
		return fmt.Errorf("writing products: %w", err)
	}
	var linked int64
	if err := s.Tx.QueryRow(ctx, linkProductsSQL, id, names, s.Index.Sections["account"].ObservedAt).Scan(&linked); err != nil {
		return fmt.Errorf("writing product_accounts: %w", err)
	}
	read := int64(len(names))
	s.AddCounts("products", load.Counts{Read: read, Created: added.RowsAffected(), Unchanged: read - added.RowsAffected()})
	s.AddCounts("product_accounts", load.Counts{Read: read, Created: linked, Unchanged: read - linked})
	return nil
}

// splitProducts returns the names of a list, each once regardless of case. Collectors write None for no product.
func splitProducts(ctx context.Context, s *load.Session, list string) ([]string, error) {
	var names []string
	seen := map[string]bool{"": true, "none": true}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if utf8.RuneCountInString(name) > maxNameLength {
			if err := s.ReportAdapted(ctx, load.Table{Name: "products", Section: "account.product"}, "name", name); err != nil {
				return nil, err
			}
			name = strings.TrimSpace(string([]rune(name)[:maxNameLength]))
		}
		if folded := strings.ToLower(name); !seen[folded] {
			seen[folded] = true
			names = append(names, name)
		}
	}
	return names, nil
}
