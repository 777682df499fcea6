// Package config reads view360.yaml, the one file that says what an installation is. A mistake is reported before
// anything is synthesized, with its line, the field, the value and what is allowed.
package config

// Config is view360.yaml. Fields that are left out have the defaults named here.
type Config struct {
	// Name begins the names of the stacks; default View360. Two installations in one account need two names.
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
	// Tags are put on every resource that can have them.
	Tags map[string]string `yaml:"tags"`
	// PermissionsBoundary is the name of a managed policy that every role gets; default none.
	PermissionsBoundary string `yaml:"permissions_boundary"`
	// EmulatorDatabase is not in the file: the URL of the database when the stacks go to an emulator of AWS.
	EmulatorDatabase string `yaml:"-"`
}

// Hub is where data and database are.
type Hub struct {
	Account string `yaml:"account"` // 12 digits
	Region  string `yaml:"region"`
}

// Organization is the AWS organisation whose accounts are collected.
type Organization struct {
	ID string `yaml:"id"` // o-...
	// Units are the organisational units to cover, or the root (r-...); the StackSet deploys the member role to them.
	Units []string `yaml:"units"`
	// ExcludeUnits are units below those that are not collected.
	ExcludeUnits []string `yaml:"exclude_units"`
	// DelegatedAdministrator: the hub account administers StackSets for the organisation; otherwise it is the
	// management account.
	DelegatedAdministrator bool `yaml:"delegated_administrator"`
}

// Modes of collection.
const (
	Single = "single" // the hub's own account
	Pull   = "pull"   // the hub assumes a role in each account
	Push   = "push"   // each account collects and writes to the hub's bucket
)

// Collection says what is collected, how and when.
type Collection struct {
	Mode string `yaml:"mode"` // default single
	// Accounts narrow the organisation or, without one, are all accounts.
	Accounts        []string `yaml:"accounts"`
	ExcludeAccounts []string `yaml:"exclude_accounts"`
	Regions         []string `yaml:"regions"`     // default: all that are enabled in each account
	HomeRegion      string   `yaml:"home_region"` // carries account-wide sections; default the hub's
	// Sources are the words of the sources to collect; default all.
	Sources        []string `yaml:"sources"`
	ExcludeSources []string `yaml:"exclude_sources"`
	// RoleName and ExternalID are of the member role, in pull mode. The name is the same in all accounts.
	RoleName   string `yaml:"role_name"` // default View360Member
	ExternalID string `yaml:"external_id"`
	// Concurrency is the number of accounts that are collected at the same time; default 20.
	Concurrency int `yaml:"concurrency"`
	// RegionsAtOnce and ServicesAtOnce bound the work for one account: so many regions side by side, and in each so many
	// services; default: as many as Step Functions runs.
	RegionsAtOnce  int `yaml:"regions_at_once"`
	ServicesAtOnce int `yaml:"services_at_once"`
	// SourceConcurrency bounds single sources by word, over all accounts: so many functions of it run at once, reserved
	// from the account's quota; default no bound. A source beyond it is tried again later.
	SourceConcurrency map[string]int `yaml:"source_concurrency"`
	// TrailingDays is how many days a daily run reads the cost of, because costs settle late; default 3, 1 is yesterday
	// only. PaidCalls is how many Cost Explorer requests an account may cost a day, further pages aside; default 5.
	TrailingDays int `yaml:"trailing_days"`
	PaidCalls    int `yaml:"paid_calls"`
	// NoPaidCalls leaves out requests that AWS charges for, OmitContacts contact details, OmitTags tags of secrets.
	NoPaidCalls  bool      `yaml:"no_paid_calls"`
	OmitContacts bool      `yaml:"omit_contacts"`
	OmitTags     bool      `yaml:"omit_tags"`
	Schedules    Schedules `yaml:"schedules"`
}

// Schedules are the times of the four intervals, as EventBridge Scheduler expressions; "off" turns one off.
type Schedules struct {
	TimeZone string `yaml:"time_zone"` // IANA name; default UTC
	Daily    string `yaml:"daily"`     // default cron(0 1 * * ? *)
	Weekly   string `yaml:"weekly"`    // default cron(0 4 ? * MON *)
	Monthly  string `yaml:"monthly"`   // default cron(0 5 1 * ? *)
	Yearly   string `yaml:"yearly"`    // default cron(0 6 1 1 ? *)
	// Window is the number of minutes within which a run starts, at a moment of AWS's choice, so that not all accounts
	// of an organisation ask the same APIs at once; default 15, 0 is allowed as off.
	Window *int `yaml:"window"`
}

// Off turns a schedule off.
const Off = "off"

// Tenancy labels accounts, by 12-digit id; Default is for those that have no entry.
type Tenancy struct {
	Default  Labels            `yaml:"default"`
	Accounts map[string]Labels `yaml:"accounts"`
	// Tags are the keys of account tags of AWS Organizations that hold the labels. An entry for the account beats its
	// tags, and those beat Default.
	Tags Labels `yaml:"tags"`
}

// Labels say whose an account is.
type Labels struct {
	Customer    string `yaml:"customer"`
	Partner     string `yaml:"partner"`
	Category    string `yaml:"category"`    // Both, Internet or Intranet
	Environment string `yaml:"environment"` // PRODUCTION, STAGING, TEST, UAT or DEVELOPMENT
	Product     string `yaml:"product"`     // several are separated by commas
}

// Network is where the database is: a new one, or an existing one that Existing names.
type Network struct {
	CIDR     string           `yaml:"cidr"`  // of a new network; default 10.0.0.0/16
	Zones    int              `yaml:"zones"` // of a new network, 2 or 3; default 2
	Existing *ExistingNetwork `yaml:"existing"`
}

// ExistingNetwork is a VPC that is there already. Nothing in it is changed but for security groups and, unless it has
// one, the S3 gateway endpoint.
type ExistingNetwork struct {
	VPC         string   `yaml:"vpc"`
	Subnets     []string `yaml:"subnets"`      // at least two
	Zones       []string `yaml:"zones"`        // of the subnets, in their order
	RouteTables []string `yaml:"route_tables"` // of the subnets; the S3 gateway endpoint is put into them
	S3Endpoint  bool     `yaml:"s3_endpoint"`  // the network has an S3 gateway endpoint already
}
