// Package paging reads the lists that AWS services return in pages, to the last page.
package paging

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Paginator is implemented by the paginators of the SDK. Set their StopOnDuplicateToken, so that a list always ends.
type Paginator[Page, Options any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (Page, error)
}

// ReadPages returns the pages of a list. The sequence ends after the first error; a page that names one that was named before
// is one.
func ReadPages[Page, Options any](ctx context.Context, list Paginator[Page, Options], options ...func(*Options)) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		var seen named
		for list.HasMorePages() {
			page, err := list.NextPage(ctx, options...)
			if err == nil {
				err = seen.add(findNext(page)...)
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// FollowTokens returns the pages of an operation that has no paginator in the SDK. read gets the token of a page, nil for
// the first one, and returns the page with the token of the next one, nil or "" after the last. The sequence ends after
// the first error; a page that names one that was named before is one.
func FollowTokens[Page any](read func(token *string) (page Page, next *string, err error)) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		var (
			token *string
			seen  named
		)
		for {
			page, next, err := read(token)
			if err == nil {
				err = seen.add(aws.ToString(next))
			}
			if !yield(page, err) || err != nil || aws.ToString(next) == "" {
				return
			}
			token = next
		}
	}
}

// named are the hashes of the tokens by which the pages of one list named the next ones.
type named map[[sha256.Size]byte]bool

// add returns an error if a token was there before: the list goes in a circle, and would never end.
func (n *named) add(tokens ...string) error {
	for _, token := range tokens {
		if token == "" {
			continue
		}
		key := sha256.Sum256([]byte(token))
		if (*n)[key] {
			return fmt.Errorf("page %d names a page that was read before: the list cannot be completed", len(*n)+1)
		}
		if *n == nil {
			*n = named{}
		}
		(*n)[key] = true
	}
	return nil
}

// findNext returns the tokens of the next page in an output of the SDK: members such as NextToken, or else Marker and
// ContinuationToken. An output that has both repeats in the latter the token of the page itself.
func findNext(output any) []string {
	members := reflect.Indirect(reflect.ValueOf(output))
	if members.Kind() != reflect.Struct {
		return nil
	}
	var next, other []string
	for i := range members.NumField() {
		field := members.Type().Field(i)
		if !field.IsExported() || field.Type != reflect.TypeFor[*string]() {
			continue
		}
		token, _ := members.Field(i).Interface().(*string)
		switch {
		case strings.HasPrefix(field.Name, "Next"):
			next = append(next, aws.ToString(token))
		case field.Name == "Marker", field.Name == "ContinuationToken":
			other = append(other, aws.ToString(token))
		}
	}
	if next != nil {
		return next
	}
	return other
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
