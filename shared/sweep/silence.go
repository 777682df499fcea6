package sweep

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"view360/shared/paging"
	"view360/shared/snapshot"
)

// arrivals has the time of the newest snapshot of each account.
type arrivals map[string]time.Time

func (a arrivals) addArrival(account string, at time.Time) {
	if at.After(a[account]) {
		a[account] = at
	}
}

// addLoaded adds the accounts under loaded/ to seen. It stops at the first region with a recent snapshot, so that it lists
// all regions of silent accounts only.
func (h Handler) addLoaded(ctx context.Context, now time.Time, seen arrivals) error {
	accounts, err := h.listFolders(ctx, snapshot.LoadedPrefix)
	if err != nil {
		return err
	}
	for _, folder := range accounts {
		account := strings.Trim(strings.TrimPrefix(folder, snapshot.LoadedPrefix), "/")
		seen.addArrival(account, time.Unix(0, 0)) // known, perhaps only by older snapshots
		if now.Sub(seen[account]) <= h.Silence {
			continue
		}
		if err := h.findNewest(ctx, now, account, folder, seen); err != nil {
			return err
		}
	}
	return nil
}

// findNewest adds the account's snapshots that are recent by the date in their keys to seen.
func (h Handler) findNewest(ctx context.Context, now time.Time, account, folder string, seen arrivals) error {
	regions, err := h.listFolders(ctx, folder)
	if err != nil {
		return err
	}
	since := now.Add(-h.Silence).AddDate(0, 0, -2).UTC().Format(time.DateOnly)
	for _, region := range append(regions, folder) { // old versions wrote keys without a region
		err := h.listObjects(ctx, region+"2", region+since, func(o s3types.Object) error {
			seen.addArrival(account, aws.ToTime(o.LastModified))
			return nil
		})
		if err != nil {
			return err
		}
		if now.Sub(seen[account]) <= h.Silence {
			return nil
		}
	}
	return nil
}

// listFolders returns the folders directly under prefix, each with a slash at the end.
func (h Handler) listFolders(ctx context.Context, prefix string) ([]string, error) {
	pages := s3.NewListObjectsV2Paginator(h.S3, &s3.ListObjectsV2Input{Bucket: &h.Bucket, Prefix: &prefix, Delimiter: aws.String("/")})
	var found []string
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the folders of %s: %w", prefix, err)
		}
		for _, common := range page.CommonPrefixes {
			found = append(found, aws.ToString(common.Prefix))
		}
	}
	return found, nil
}
