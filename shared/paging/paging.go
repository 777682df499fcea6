// Package paging reads the lists that AWS services return in pages, to the last page.
package paging

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Paginator is implemented by the paginators of the SDK. Set their StopOnDuplicateToken, so that a list always ends.
type Paginator[Page, Options any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (Page, error)
}

// ReadPages returns the pages of a list. The sequence ends after the first error.
func ReadPages[Page, Options any](ctx context.Context, list Paginator[Page, Options], options ...func(*Options)) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for list.HasMorePages() {
			page, err := list.NextPage(ctx, options...)
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// FollowTokens returns the pages of an operation that has no paginator in the SDK. read gets the token of a page, nil for
// the first one, and returns the page with the token of the next one, nil or "" after the last. The sequence ends after
// the first error; a repeated token is one.
func FollowTokens[Page any](read func(token *string) (page Page, next *string, err error)) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		var token *string
		for {
			page, next, err := read(token)
			if err == nil && aws.ToString(next) != "" && aws.ToString(next) == aws.ToString(token) {
				err = errors.New("the answer repeats the token of its page")
			}
			if !yield(page, err) || err != nil || aws.ToString(next) == "" {
				return
			}
			token = next
		}
	}
}

// EachItem returns the items of all pages. The sequence ends after the first error.
func EachItem[Page, Item any](pages iter.Seq2[Page, error], items func(Page) []Item) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for page, err := range pages {
			if err != nil {
				var none Item
				yield(none, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}
