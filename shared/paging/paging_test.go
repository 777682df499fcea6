package paging_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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

// circle is a list of the SDK whose second page names the first one by another token, and so on for ever.
type circle struct{ calls int }

type circlePage struct{ NextToken, ContinuationToken *string }

func (c *circle) HasMorePages() bool { return true }

func (c *circle) NextPage(context.Context, ...func(*options)) (*circlePage, error) {
	c.calls++
	return &circlePage{NextToken: aws.String([]string{"A", "B"}[c.calls%2]), ContinuationToken: aws.String("same")}, nil
}

func TestTokensInACircleAreAnError(t *testing.T) {
	t.Parallel()
	c := &circle{}
	var failures []error
	for _, err := range paging.ReadPages(t.Context(), c) {
		if err != nil {
			failures = append(failures, err)
		}
	}
	if len(failures) != 1 || c.calls != 3 {
		t.Errorf("errors %v after %d calls of a paginator", failures, c.calls)
	}
	calls := 0
	_, failures = drain(paging.EachItem(paging.FollowTokens(func(*string) ([]string, *string, error) {
		calls++
		return nil, aws.String([]string{"A", "B"}[calls%2]), nil
	}), identity))
	if len(failures) != 1 || calls != 3 {
		t.Errorf("errors %v after %d calls", failures, calls)
	}
}

// The output of a list of S3 buckets has the token of the next page where that of objects has the page's own.
func TestTokensOfTheNextPageAreTold(t *testing.T) {
	t.Parallel()
	for _, output := range []any{
		&s3.ListBucketsOutput{ContinuationToken: aws.String("A")}, &rds.DescribeDBInstancesOutput{Marker: aws.String("A")},
		&s3.ListObjectsV2Output{NextContinuationToken: aws.String("A"), ContinuationToken: aws.String("own")}, &costexplorer.GetCostAndUsageOutput{NextPageToken: aws.String("A")},
	} {
		if got := paging.FindNext(output); !slices.Equal(got, []string{"A"}) {
			t.Errorf("%T: got %v", output, got)
		}
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
