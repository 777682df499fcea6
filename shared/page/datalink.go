package page

import (
	"net/url"
	"slices"
	"strconv"
)

// CSVLink returns the address of the download of all rows.
func (d dataQuery) CSVLink() string { d.Page = 1; return d.encode() }

// PageLink returns the address of another page.
func (d dataQuery) PageLink(number int) string { d.Page = number; return d.encode() }

// SortLink returns the address that sorts by a column, the second time in descending order.
func (d dataQuery) SortLink(columnName string) string {
	d.Descending = d.Sort == columnName && !d.Descending
	d.Sort, d.Page = columnName, 1
	return d.encode()
}

// RemoveLink returns the address without condition i.
func (d dataQuery) RemoveLink(i int) string {
	d.Conditions, d.Page = slices.Delete(slices.Clone(d.Conditions), i, i+1), 1
	return d.encode()
}

func (d dataQuery) encode() string {
	q := url.Values{}
	for _, c := range d.Conditions {
		q.Add("column", c.Column)
		q.Add("operator", c.Operator)
		q.Add("value", c.Value)
	}
	if d.Sort != "" {
		q.Set("sort", d.Sort)
	}
	if d.Descending {
		q.Set("order", "desc")
	}
	if d.Page > 1 {
		q.Set("page", strconv.Itoa(d.Page))
	}
	return "?" + q.Encode()
}

// SortOrder returns the value of aria-sort for a column.
func (d dataQuery) SortOrder(columnName string) string {
	switch {
	case d.Sort != columnName:
		return "none"
	case d.Descending:
		return "descending"
	default:
		return "ascending"
	}
}
