package securityhub

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// Every product's list is an upload with its own buffers, so their number is bounded: the findings of further products
// share one element.
const (
	mostProducts  = 20
	otherProducts = "Other products"
)

// products groups findings by product. The findings go to a staged list for each product; only the counts stay in
// memory.
type products struct {
	part   *collect.Part
	counts []*snapshot.SecurityHubCounts // in the order of their first findings
}

func newProducts(part *collect.Part) *products { return &products{part: part} }

// addChanged adds a finding that changed in the window, which counts.
func (p *products) addChanged(f snapshot.SecurityHubFinding) error {
	countFinding(p.counts[p.findList(aws.ToString(f.ProductName))], f)
	return p.addOpen(f)
}

// addOpen adds a finding that did not change in the window.
func (p *products) addOpen(f snapshot.SecurityHubFinding) error {
	return p.part.Add(listName(p.findList(aws.ToString(f.ProductName))), f)
}

// findList returns the number of the product's list, a new one for a new product.
func (p *products) findList(name string) int {
	i := slices.IndexFunc(p.counts, func(c *snapshot.SecurityHubCounts) bool { return c.Service == name })
	if i >= 0 {
		return i
	}
	if len(p.counts) >= mostProducts && name != otherProducts {
		return p.findList(otherProducts)
	}
	p.counts = append(p.counts, &snapshot.SecurityHubCounts{Service: name})
	return len(p.counts) - 1
}

// listName returns the name of a product's staged list.
func listName(i int) string { return fmt.Sprintf("%s/%d", section, i) }

func countFinding(c *snapshot.SecurityHubCounts, f snapshot.SecurityHubFinding) {
	c.TotalFindings++
	switch types.SeverityLabel(f.Severity) {
	case types.SeverityLabelCritical:
		c.SeverityCounts.Critical++
	case types.SeverityLabelHigh:
		c.SeverityCounts.High++
	case types.SeverityLabelMedium:
		c.SeverityCounts.Medium++
	case types.SeverityLabelLow:
		c.SeverityCounts.Low++
	case types.SeverityLabelInformational:
		c.SeverityCounts.Informational++
	}
	active := f.RecordState == string(types.RecordStateActive)
	switch f.Status {
	case string(types.WorkflowStatusResolved):
		c.ResolvedFindings++
	case string(types.WorkflowStatusNew), unsetStatus:
		if active { // an archived finding requires no action (D47)
			c.OpenFindings++
		}
	}
}

// compose builds the section from the lists. The counts precede the findings, and are known only at the end.
func (p *products) compose() error {
	if len(p.counts) == 0 {
		p.part.DeclareLists(section)
		return nil
	}
	order := make([]int, len(p.counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.counts[b].TotalFindings, p.counts[a].TotalFindings) })
	var fragments []collect.Fragment
	before := "["
	for _, i := range order {
		counts, err := json.Marshal(p.counts[i])
		if err != nil {
			return fmt.Errorf("encoding the counts of %s: %w", p.counts[i].Service, err)
		}
		open := string(bytes.TrimSuffix(counts, []byte("}"))) + `,"findings":`
		fragments = append(fragments, collect.Fragment{Text: before + open}, collect.Fragment{Key: listName(i)})
		before = "},"
	}
	p.part.Compose(section, len(p.counts), append(fragments, collect.Fragment{Text: "}]"}))
	return nil
}
