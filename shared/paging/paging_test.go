package paging_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"view360/shared/paging"
)

var errBroken = errors.New("broken")

// list is a paginator of pages with two items each, which fails at the page named broken.
type list struct{ page, pages, broken int }

type options struct{ region string }

func (l *list) HasMorePages() bool { return l.page < l.pages }

func (l *list) NextPage(_ context.Context, change ...func(*options)) ([]string, error) {
	var o options
	for _, f := range change {
		f(&o)
	}
	if l.page++; l.page == l.broken {
		return nil, errBroken
	}
	return []string{fmt.Sprint(o.region, l.page, "a"), fmt.Sprint(o.region, l.page, "b")}, nil
}

func drain(items iter.Seq2[string, error]) (got []string, failures []error) {
	for item, err := range items {
		if err != nil {
			failures = append(failures, err)
			continue
		}
		got = append(got, item)
	}
	return got, failures
}

func identity(page []string) []string { return page }

func TestEveryPageIsReadWithTheOptions(t *testing.T) {
	t.Parallel()
	inRegion := func(o *options) { o.region = "r" }
	got, failures := drain(paging.EachItem(paging.ReadPages(t.Context(), &list{pages: 2}, inRegion), identity))
	if !slices.Equal(got, []string{"r1a", "r1b", "r2a", "r2b"}) || len(failures) > 0 {
		t.Errorf("got %v, errors %v", got, failures)
	}
}

func TestPagesEndAfterTheFirstError(t *testing.T) {
	t.Parallel()
	l := &list{pages: 9, broken: 3}
	got, failures := drain(paging.EachItem(paging.ReadPages(t.Context(), l), identity))
	if !slices.Equal(got, []string{"1a", "1b", "2a", "2b"}) || !slices.Equal(failures, []error{errBroken}) || l.page != 3 {
		t.Errorf("got %v, errors %v after %d pages", got, failures, l.page)
	}
}

func TestNoPageIsReadAfterTheReaderStopped(t *testing.T) {
	t.Parallel()
	l := &list{pages: 9}
	for range paging.EachItem(paging.ReadPages(t.Context(), l), identity) {
		break
	}
	if l.page != 1 {
		t.Errorf("read %d pages, want 1", l.page)
	}
}

func TestTokensAreFollowedToTheLastPage(t *testing.T) {
	t.Parallel()
	tokens := map[string]string{"": "second", "second": "third", "third": ""}
	var asked []string
	read := func(token *string) ([]string, *string, error) {
		at := ""
		if token != nil {
			at = *token
		}
		asked = append(asked, at)
		next := tokens[at]
		return []string{"of " + at}, &next, nil
	}
	got, failures := drain(paging.EachItem(paging.FollowTokens(read), identity))
	if !slices.Equal(got, []string{"of ", "of second", "of third"}) || !slices.Equal(asked, []string{"", "second", "third"}) || len(failures) > 0 {
		t.Errorf("got %v, asked for %v, errors %v", got, asked, failures)
	}
}

func TestRepeatedTokenIsAnError(t *testing.T) {
	t.Parallel()
	calls, again := 0, "again"
	_, failures := drain(paging.EachItem(paging.FollowTokens(func(*string) ([]string, *string, error) {
		calls++
		return nil, &again, nil
	}), identity))
	if len(failures) != 1 || calls != 2 {
		t.Errorf("errors %v after %d calls", failures, calls)
	}
}
