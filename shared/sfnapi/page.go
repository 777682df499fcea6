package sfnapi

import (
	"encoding/base64"
	"slices"
)

// pageInput has the members that all requests for a list share.
type pageInput struct {
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

// Sizes of a page.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
const (
	defaultResults = 100
	maxResults     = 1_000
)

// cutPage returns the next page of a list and its token, which names the last entry of the page. So new entries at the
// front do not shift the pages.
func cutPage[T any](list []T, p pageInput, key func(T) string) ([]T, string, error) {
	if p.MaxResults < 0 || p.MaxResults > maxResults {
		return nil, "", newAPIError("ValidationException", "maxResults is %d: use 0 to %d", p.MaxResults, maxResults)
	}
	if p.NextToken != "" {
		last, err := base64.RawURLEncoding.DecodeString(p.NextToken)
		after := slices.IndexFunc(list, func(entry T) bool { return key(entry) == string(last) })
		if err != nil || after < 0 {
			return nil, "", newAPIError("InvalidToken", "Invalid Token: '%s'", p.NextToken)
		}
		list = list[after+1:]
	}
	size := p.MaxResults
	if size == 0 {
		size = defaultResults
	}
	if len(list) <= size {
		return list, "", nil
	}
	return list[:size], base64.RawURLEncoding.EncodeToString([]byte(key(list[size-1]))), nil
}
