package snapshot

import (
	"fmt"
	"regexp"
)

// RegionPattern is the grammar of a region's name in every partition, such as eu-west-1, us-gov-west-1, us-isob-east-1,
// cn-north-1, and eusc-de-east-1, without anchors and groups.
// Source: https://docs.aws.amazon.com/general/latest/gr/rande.html and the partitions of the AWS SDK
const RegionPattern = `[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}`

var regionName = regexp.MustCompile(`^` + RegionPattern + `$`)

// ParseRegion returns text if it has the form of a region's name.
func ParseRegion(text string) (string, error) {
	if !regionName.MatchString(text) {
		return "", fmt.Errorf("region %q is not a region name such as eu-west-1", text)
	}
	return text, nil
}

// AccountPattern is the grammar of an account id, without anchors and groups.
const AccountPattern = `\d{12}`

var accountID = regexp.MustCompile(`^` + AccountPattern + `$`)

// ParseAccount returns text if it has the form of an account id.
func ParseAccount(text string) (string, error) {
	if !accountID.MatchString(text) {
		return "", fmt.Errorf("account %q is not 12 digits", text)
	}
	return text, nil
}
