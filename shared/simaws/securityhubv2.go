package simaws

import (
	"net/http"
	"slices"
	"time"
)

// SecurityHubV2, if it is set, says that the new Security Hub is on. It is independent of Security Hub CSPM. Mode and Linked
// are those of the aggregation whose home is Home, "" for none.
type SecurityHubV2 struct {
	Home, Mode string
	Linked     []string
}

// OCSFFinding is a finding of the new Security Hub, in the Open Cybersecurity Schema Framework. There are none but those
// that are set.
type OCSFFinding struct {
	ActivityID  int               `json:"activity_id"`
	ClassUID    int               `json:"class_uid"`
	Cloud       OCSFCloud         `json:"cloud"`
	Compliance  *OCSFCompliance   `json:"compliance,omitempty"`
	FindingInfo OCSFFindingInfo   `json:"finding_info"`
	Metadata    OCSFMetadata      `json:"metadata"`
	Remediation map[string]string `json:"remediation,omitempty"`
	Resources   []OCSFResource    `json:"resources"`
	SeverityID  int               `json:"severity_id"`
	StatusID    int               `json:"status_id"`
}

// OCSFCloud is where a finding was made.
type OCSFCloud struct {
	Account OCSFAccount `json:"account"`
	Region  string      `json:"region"`
}

// OCSFAccount is an account by its 12 digits.
type OCSFAccount struct {
	UID string `json:"uid"`
}

// OCSFCompliance is the result of a control: 1 for passed, 2 for a warning, 3 for failed.
type OCSFCompliance struct {
	Control  string `json:"control,omitempty"`
	StatusID int    `json:"status_id"`
}

// OCSFFindingInfo has the time of the last change as a text, milliseconds, or both.
type OCSFFindingInfo struct {
	UID            string `json:"uid"`
	Title          string `json:"title"`
	Desc           string `json:"desc"`
	CreatedTime    int64  `json:"created_time,omitempty"`
	CreatedTimeDt  string `json:"created_time_dt,omitempty"`
	ModifiedTime   int64  `json:"modified_time,omitempty"`
	ModifiedTimeDt string `json:"modified_time_dt,omitempty"`
}

// OCSFMetadata names the product, whose uid is an ARN with productv2.
type OCSFMetadata struct {
	Product OCSFProduct `json:"product"`
}

// OCSFProduct is a product.
type OCSFProduct struct {
	Name       string `json:"name"`
	UID        string `json:"uid"`
	VendorName string `json:"vendor_name"`
}

// OCSFResource is what a finding is about.
type OCSFResource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type hubV2Input struct {
	Filters *struct {
		CompositeFilters  []compositeFilter
		CompositeOperator string
	}
	MaxResults      *number
	NextToken       string
	AggregatorV2Arn string
}

// compositeFilter has conditions that its operator joins, AND where it names none.
type compositeFilter struct {
	Operator      string
	StringFilters []struct {
		FieldName string
		Filter    findingFilter
	}
	DateFilters []struct {
		FieldName string
		Filter    findingFilter
	}
	NumberFilters []struct {
		FieldName string
		Filter    struct{ Eq *float64 }
	}
}

// findHubV2 returns the new Security Hub of the region. GetFindingsV2 and the aggregators know no error of their own for a
// region without it: the denial is an assumption.
func findHubV2(c *call) (SecurityHubV2, error) {
	if set, _ := findSetItems[SecurityHubV2](c.location); len(set) > 0 {
		return set[0], nil
	}
	return SecurityHubV2{}, Failure(http.StatusForbidden, "AccessDeniedException", "Account "+c.account.ID+" is not subscribed to AWS Security Hub V2")
}

func describeHubV2(c *call, _ hubV2Input) (any, error) {
	if _, err := findHubV2(c); err != nil {
		return nil, c.newNotFoundf("ResourceNotFoundException", "Account %s is not subscribed to AWS Security Hub V2", c.account.ID)
	}
	return object{"HubV2Arn": c.newARN("securityhub", "hubv2/default"), "SubscribedAt": formatISO(c.creationTime(c.account))}, nil
}

func listAggregatorsV2(c *call, in hubV2Input) (any, error) {
	hub, err := findHubV2(c)
	if err != nil {
		return nil, err
	}
	aggregators := []object{}
	if hub.Home != "" {
		aggregators = append(aggregators, object{"AggregatorV2Arn": aggregatorV2ARN(c.location, hub)})
	}
	return answerPage(c, "AggregatorsV2", aggregators, "NextToken", in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
}

func getAggregatorV2(c *call, in hubV2Input) (any, error) {
	hub, err := findHubV2(c)
	if err != nil {
		return nil, err
	}
	if hub.Home == "" || in.AggregatorV2Arn != aggregatorV2ARN(c.location, hub) {
		return nil, c.newNotFoundf("ResourceNotFoundException", "Aggregator %s not found", in.AggregatorV2Arn)
	}
	return object{"AggregatorV2Arn": in.AggregatorV2Arn, "AggregationRegion": hub.Home, "RegionLinkingMode": hub.Mode, "LinkedRegions": hub.Linked}, nil
}

func aggregatorV2ARN(l *location, hub SecurityHubV2) string {
	return l.inRegion(hub.Home).newARN("securityhub", "aggregatorv2/"+l.Organization.newChance("aggregatorv2", l.account.ID).newUUID())
}

// getFindingsV2 returns what is set for the account: for a delegated administrator, also findings of other accounts.
func getFindingsV2(c *call, in hubV2Input) (any, error) {
	if _, err := findHubV2(c); err != nil {
		return nil, err
	}
	if err := checkFiltersV2(c, in); err != nil {
		return nil, err
	}
	set, _ := findSetItems[OCSFFinding](c.location)
	set = slices.DeleteFunc(slices.Clone(set), func(f OCSFFinding) bool { return !f.matchesFilters(c.now, in) })
	items, next, err := cutPage(c, set, in.NextToken, in.MaxResults, findingPages)
	return object{"Findings": items, "NextToken": next}, err
}

// checkFiltersV2 refuses what API_GetFindingsV2 does not allow, and what is not simulated.
func checkFiltersV2(c *call, in hubV2Input) error {
	if in.Filters == nil {
		return nil
	}
	if len(in.Filters.CompositeFilters) > mostAttributes {
		return c.newErrorf("ValidationException", "data must not have more than %d composite filters", mostAttributes)
	}
	for _, composite := range in.Filters.CompositeFilters {
		if max(len(composite.StringFilters), len(composite.DateFilters), len(composite.NumberFilters)) > mostValues {
			return c.newErrorf("ValidationException", "data must not have more than %d filters of a type", mostValues)
		}
		if _, known := (OCSFFinding{}).listMatches(c.now, composite); !known {
			return c.newErrorf("ValidationException", "A filter is not simulated")
		}
	}
	return nil
}

func (f OCSFFinding) matchesFilters(now time.Time, in hubV2Input) bool {
	if in.Filters == nil {
		return true
	}
	var matches []bool
	for _, composite := range in.Filters.CompositeFilters {
		list, _ := f.listMatches(now, composite)
		matches = append(matches, joinMatches(composite.Operator, list))
	}
	return joinMatches(in.Filters.CompositeOperator, matches)
}

func joinMatches(operator string, matches []bool) bool {
	if operator == "OR" {
		return slices.Contains(matches, true)
	}
	return !slices.Contains(matches, false)
}

// listMatches returns whether each condition is met, and false if one has a field that is not simulated.
func (f OCSFFinding) listMatches(now time.Time, composite compositeFilter) (matches []bool, known bool) {
	texts := map[string]string{"cloud.account.uid": f.Cloud.Account.UID, "cloud.region": f.Cloud.Region, "metadata.product.name": f.Metadata.Product.Name}
	numbers := map[string]int{"severity_id": f.SeverityID, "status_id": f.StatusID, "activity_id": f.ActivityID}
	known = true
	for _, s := range composite.StringFilters {
		value, has := texts[s.FieldName]
		matches, known = append(matches, s.Filter.matchesText(value)), known && has
	}
	for _, n := range composite.NumberFilters {
		value, has := numbers[n.FieldName]
		matches, known = append(matches, n.Filter.Eq != nil && *n.Filter.Eq == float64(value)), known && has
	}
	for _, d := range composite.DateFilters {
		known = known && d.FieldName == "finding_info.modified_time_dt"
		matches = append(matches, d.Filter.matchesTime(now, f.modifiedAt()))
	}
	return matches, known
}

func (f OCSFFinding) modifiedAt() string {
	if f.FindingInfo.ModifiedTimeDt != "" {
		return f.FindingInfo.ModifiedTimeDt
	}
	return formatISO(time.UnixMilli(f.FindingInfo.ModifiedTime).UTC())
}
