// Package config reads view360.yaml, the configuration of a deployment. It reports mistakes before synthesis, each with
// its line, the field, the value and the allowed values.
package config

// Config is view360.yaml. Omitted fields have the defaults given here.
type Config struct {
	// Name is the prefix of the stack names; default View360. Two deployments in one account need two names.
	Name         string        `yaml:"name"`
	Hub          Hub           `yaml:"hub"`
	Organization *Organization `yaml:"organization"` // absent: single account, or a list of accounts
	Collection   Collection    `yaml:"collection"`
	Tenancy      Tenancy       `yaml:"tenancy"`
	Network      Network       `yaml:"network"`
	Database     Database      `yaml:"database"`
	Storage      Storage       `yaml:"storage"`
	Loading      Loading       `yaml:"loading"`
	QuickSight   *QuickSight   `yaml:"quicksight"` // absent: no dashboards
	Alarms       Alarms        `yaml:"alarms"`
	Logs         Logs          `yaml:"logs"`
	// Tags are added to every resource that supports tags.
	Tags map[string]string `yaml:"tags"`
	// PermissionsBoundary is the name of a managed policy, the boundary of every role; default none.
	PermissionsBoundary string `yaml:"permissions_boundary"`
	// EmulatorDatabase is not in the file: the URL of the database for stacks that are deployed to an emulator of AWS.
	EmulatorDatabase string `yaml:"-"`
}

// Hub is the account and region of data and database.
type Hub struct {
	Account string `yaml:"account"` // 12 digits
	Region  string `yaml:"region"`
}

// Organization is the AWS organization whose accounts are collected.
type Organization struct {
	ID string `yaml:"id"` // o-...
	// Units are the organizational units to cover, or the root (r-...); the StackSet deploys the member role to them.
	Units []string `yaml:"units"`
	// ExcludeUnits are units below those that are not collected.
	ExcludeUnits []string `yaml:"exclude_units"`
	// DelegatedAdministrator means that the hub account is a delegated administrator of StackSets; otherwise it must be
	// the management account.
	DelegatedAdministrator bool `yaml:"delegated_administrator"`
}

// Modes of collection.
const (
	Single = "single" // the hub's own account
	Pull   = "pull"   // the hub assumes a role in each account
	Push   = "push"   // each account collects and writes to the hub's bucket
)

// Collection configures the collection: scope, mode, limits and schedules.
type Collection struct {
	Mode string `yaml:"mode"` // default single
	// Accounts limit the organization to these accounts or, without one, are all accounts.
	Accounts        []string `yaml:"accounts"`
	ExcludeAccounts []string `yaml:"exclude_accounts"`
	Regions         []string `yaml:"regions"`     // default: all that are enabled in each account
	HomeRegion      string   `yaml:"home_region"` // has the account-wide sections; default the hub's
	// Sources are the names of the sources to collect; default all.
	Sources        []string `yaml:"sources"`
	ExcludeSources []string `yaml:"exclude_sources"`
	// RoleName and ExternalID are of the member role, in pull mode. The name is the same in all accounts.
	RoleName   string `yaml:"role_name"` // default: the name of the deployment and Member, such as View360Member
	ExternalID string `yaml:"external_id"`
	// Concurrency is the number of accounts to collect in parallel; default 20.
	Concurrency int `yaml:"concurrency"`
	// RegionsAtOnce is the number of regions of one account to collect in parallel, and ServicesAtOnce the number of
	// sources in each region; default: the limit of Step Functions.
	RegionsAtOnce  int `yaml:"regions_at_once"`
	ServicesAtOnce int `yaml:"services_at_once"`
	// SourceConcurrency is the reserved concurrency of collector functions by source name, for all accounts together;
	// default none. Calls beyond it are retried later.
	SourceConcurrency map[string]int `yaml:"source_concurrency"`
	// TrailingDays is the number of days, back from yesterday, whose costs a daily run reads, because costs change for
	// days; default 3. PaidCalls is the maximum number of Cost Explorer requests for an account per day, except for
	// further pages; default 5.
	TrailingDays int `yaml:"trailing_days"`
	PaidCalls    int `yaml:"paid_calls"`
	// SettleDays is the number of days after which the daily run reads the costs of a week, month or year that has ended
	// once more, because AWS changes bills for some days; default 5, 0 never.
	SettleDays *int `yaml:"settle_days"`
	// NoPaidCalls omits requests that AWS charges for, OmitContacts contact details, OmitTags tags of secrets.
	NoPaidCalls  bool      `yaml:"no_paid_calls"`
	OmitContacts bool      `yaml:"omit_contacts"`
	OmitTags     bool      `yaml:"omit_tags"`
	Schedules    Schedules `yaml:"schedules"`
}

// Schedules are the times of the four intervals, as EventBridge Scheduler expressions; "off" turns one off. Days are those of
// UTC. A run takes the periods that ended before its time and that no earlier one took.
type Schedules struct {
	TimeZone string `yaml:"time_zone"` // IANA name; default UTC
	Daily    string `yaml:"daily"`     // default cron(0 1 * * ? *)
	Weekly   string `yaml:"weekly"`    // default cron(0 4 ? * MON *)
	Monthly  string `yaml:"monthly"`   // default cron(0 5 1 * ? *)
	Yearly   string `yaml:"yearly"`    // default cron(0 6 1 1 ? *)
	// Window is the number of minutes in which AWS chooses the start of a run, so that the accounts of an organization do
	// not call the same APIs at once; default 15, 0 means off.
	Window *int `yaml:"window"`
}

// Off turns a schedule off.
const Off = "off"

// Tenancy has the labels of accounts, by 12-digit id; Default is for accounts without an entry.
type Tenancy struct {
	Default  Labels            `yaml:"default"`
	Accounts map[string]Labels `yaml:"accounts"`
	// Tags are the keys of account tags of AWS Organizations with the labels. An entry for the account precedes its tags,
	// and those precede Default.
	Tags Labels `yaml:"tags"`
}

// Labels are the business labels of an account.
type Labels struct {
	Customer    string `yaml:"customer"`
	Partner     string `yaml:"partner"`
	Category    string `yaml:"category"`    // Both, Internet or Intranet
	Environment string `yaml:"environment"` // PRODUCTION, STAGING, TEST, UAT or DEVELOPMENT
	Product     string `yaml:"product"`     // one, or several separated by commas
}

// Network is the network of the database: a new one, or Existing.
type Network struct {
	CIDR     string           `yaml:"cidr"`  // of a new network; default 10.0.0.0/16
	Zones    int              `yaml:"zones"` // of a new network, 2 or 3; default 2
	Existing *ExistingNetwork `yaml:"existing"`
}

// ExistingNetwork is an existing VPC. The stack adds only security groups and, unless the VPC has one, an S3 gateway
// endpoint to it.
type ExistingNetwork struct {
	VPC         string   `yaml:"vpc"`
	Subnets     []string `yaml:"subnets"`      // at least two
	Zones       []string `yaml:"zones"`        // of the subnets, in their order
	RouteTables []string `yaml:"route_tables"` // of the subnets, for the S3 gateway endpoint
	S3Endpoint  bool     `yaml:"s3_endpoint"`  // the network already has an S3 gateway endpoint
}
