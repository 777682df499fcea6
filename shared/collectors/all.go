// Code generated from the catalog by go generate ./shared/collectors; DO NOT EDIT.

package collectors

import (
	"view360/shared/collect"
	"view360/shared/collect/account"
	"view360/shared/collect/application"
	"view360/shared/collect/backup"
	"view360/shared/collect/certificatemanager"
	"view360/shared/collect/cloudtrail"
	"view360/shared/collect/computeoptimizer"
	"view360/shared/collect/config"
	"view360/shared/collect/configinventory"
	"view360/shared/collect/cost"
	"view360/shared/collect/guardduty"
	"view360/shared/collect/health"
	"view360/shared/collect/iam"
	"view360/shared/collect/inspector"
	"view360/shared/collect/inventory"
	"view360/shared/collect/kms"
	"view360/shared/collect/resiliencehub"
	"view360/shared/collect/rispsavings"
	"view360/shared/collect/secretsmanager"
	"view360/shared/collect/securityhub"
	"view360/shared/collect/serviceresources"
	"view360/shared/collect/supporttickets"
	"view360/shared/collect/trustedadvisor"
	"view360/shared/collect/waf"
)

// All lists the collectors in the order of the catalog.
var All = []collect.Collector{
	account.Collector,
	cost.Collector,
	config.Collector,
	inventory.Collector,
	guardduty.Collector,
	kms.Collector,
	serviceresources.Collector,
	computeoptimizer.Collector,
	rispsavings.Collector,
	health.Collector,
	supporttickets.Collector,
	trustedadvisor.Collector,
	application.Collector,
	resiliencehub.Collector,
	backup.Collector,
	configinventory.Collector,
	secretsmanager.Collector,
	certificatemanager.Collector,
	cloudtrail.Collector,
	inspector.Collector,
	securityhub.Collector,
	waf.Collector,
	iam.Collector,
}
