package simaws

import (
	"strings"

	"view360/shared/simaws/wire"
)

var cloudFrontService = service{
	name: "cloudfront", protocol: wire.RESTXML{Items: map[string]string{"Items": "DistributionSummary"}}, global: true,
	operations: []operation{
		{name: "ListDistributionsByWebACLId", route: "GET /2020-05-31/distributionsByWebACLId/{WebACLId}", handle: handleInput(listDistributionsByWebACLID)},
	},
}

type distributionsInput struct {
	WebACLId, Marker string
	MaxItems         *number
}

// listDistributionsByWebACLID knows the access lists of scope CLOUDFRONT by their ARN.
func listDistributionsByWebACLID(c *call, in distributionsInput) (any, error) {
	acls := findWebACLs(c.location, "CLOUDFRONT")
	var distributions []object
	for _, a := range acls {
		if a.ARN != in.WebACLId && a.ID != in.WebACLId {
			continue
		}
		for i := range 2 {
			r := c.newChance("distribution", a.ID, i)
			id := "E" + strings.ToUpper(r.hexDigits(13))
			distributions = append(distributions, object{
				"Id": id, "ARN": "arn:aws:cloudfront::" + c.account.ID + ":distribution/" + id, "Status": "Deployed",
				"DomainName": "d" + r.hexDigits(13) + ".cloudfront.net", "Enabled": true, "WebACLId": a.ARN, "Comment": a.Name,
			})
		}
	}
	items, next, err := cutPage(c, distributions, in.Marker, in.MaxItems, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	list := object{"Marker": in.Marker, "MaxItems": 100, "IsTruncated": next != nil, "Quantity": len(items), "NextMarker": next}
	if len(items) > 0 {
		list["Items"] = items
	}
	return object{"DistributionList": list}, nil
}
