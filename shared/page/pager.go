package page

import (
	"net/url"
	"strconv"
)

// maxPage is the highest page number that a list without its own bound accepts.
const maxPage = 1_000_000

// pager is the position in a list that is shown page by page.
type pager struct {
	Page    int // from 1
	HasMore bool
}

// parsePager reads the page number of an address; last is the highest that the list accepts.
func parsePager(q url.Values, last int) (pager, error) {
	text := q.Get("page")
	if text == "" {
		return pager{Page: 1}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > last {
		return pager{}, badRequest("Page %q is not a number from 1 to %d. Use a filter to shorten the list.", text, last)
	}
	return pager{Page: n}, nil
}

// selectRows returns the bounds of the page in a list of total rows, and notes whether another page follows.
func (p *pager) selectRows(total, rowsPerPage int) (from, to int) {
	from = min((p.Page-1)*rowsPerPage, total)
	to = min(from+rowsPerPage, total)
	p.HasMore = to < total
	return from, to
}

// Previous returns the number of the page before; 0 on the first.
func (p pager) Previous() int { return p.Page - 1 }

// Next returns the number of the page after.
func (p pager) Next() int { return p.Page + 1 }
