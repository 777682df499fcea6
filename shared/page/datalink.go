package page

import (
	"net/url"
	"slices"
	"strconv"
)

// Values is the query as that of an address.
func (d dataQuery) Values() url.Values {
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
	return q
}

// CSVLink is the address of all rows.
func (d dataQuery) CSVLink() string { d.Page = 1; return "?" + d.Values().Encode() }

// PageLink is the address of another page.
func (d dataQuery) PageLink(page int) string { d.Page = page; return "?" + d.Values().Encode() }

// Next is the page after.
func (d dataQuery) Next() int { return d.Page + 1 }

// Previous is the page before; 0 on the first.
func (d dataQuery) Previous() int { return d.Page - 1 }

// SortLink is the address that sorts by a column, and the other way round the second time.
func (d dataQuery) SortLink(column string) string {
	d.Descending = d.Sort == column && !d.Descending
	d.Sort, d.Page = column, 1
	return "?" + d.Values().Encode()
}

// SortOrder is what a screen reader says of a column: ascending, descending or none.
func (d dataQuery) SortOrder(column string) string {
	switch {
	case d.Sort != column:
		return "none"
	case d.Descending:
		return "descending"
	default:
		return "ascending"
	}
}

// RemoveLink is the address with one condition less.
func (d dataQuery) RemoveLink(i int) string {
	d.Conditions, d.Page = slices.Delete(slices.Clone(d.Conditions), i, i+1), 1
	return "?" + d.Values().Encode()
}

// FirstRow is the number of the first row shown, from 1.
func (p viewPage) FirstRow() int64 { return int64(p.Query.Page-1)*pageRows + 1 }

// LastRow is the number of the last row shown.
func (p viewPage) LastRow() int64 { return p.FirstRow() + int64(len(p.Rows)) - 1 }

// OperatorNames are the names of what a condition can be.
func (p viewPage) OperatorNames() []string {
	names := make([]string, len(operators))
	for i, o := range operators {
		names[i] = o.Name
	}
	return names
}

// HasNext reports whether another page may be asked for.
func (p viewPage) HasNext() bool { return p.HasMore && p.Query.Page < lastPage }
