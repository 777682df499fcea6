package config

// Database is Aurora PostgreSQL: a new cluster, or Existing.
type Database struct {
	Version string `yaml:"version"` // default 17.4
	// MinCapacity and MaxCapacity are in Aurora capacity units; default 0 (paused when idle) and 8.
	MinCapacity float64 `yaml:"min_capacity"`
	MaxCapacity float64 `yaml:"max_capacity"`
	PauseAfter  int     `yaml:"pause_after"` // minutes without a connection before it pauses; default 5
	Readers     int     `yaml:"readers"`     // further instances in other zones, 0 to 2; default 0
	BackupDays  int     `yaml:"backup_days"` // 1 to 35; default 7
	// Maintenance and Backup are weekly and daily windows in UTC; defaults sun:10:00-sun:10:30 and 08:00-08:30.
	Maintenance string            `yaml:"maintenance"`
	Backup      string            `yaml:"backup"`
	Existing    *ExistingDatabase `yaml:"existing"`
}

// ExistingDatabase is an existing cluster, such as that of a deployment of the Python version. It must have the Data API
// and IAM authentication turned on.
type ExistingDatabase struct {
	Cluster       string `yaml:"cluster"`     // identifier
	ResourceID    string `yaml:"resource_id"` // cluster-...
	Host          string `yaml:"host"`        // writer endpoint
	Name          string `yaml:"name"`        // of the database; default core
	Secret        string `yaml:"secret"`      // ARN of the master user's secret
	SecretKey     string `yaml:"secret_key"`  // ARN of the key of the secret, unless AWS manages it
	SecurityGroup string `yaml:"security_group"`
}

// Storage is the data bucket: a new one, or Existing.
type Storage struct {
	// ArchiveAfter and ExpireAfter are days after which loaded snapshots move to infrequent access, default 90, and are
	// deleted, default 0, which means never.
	ArchiveAfter *int            `yaml:"archive_after"`
	ExpireAfter  int             `yaml:"expire_after"`
	Existing     *ExistingBucket `yaml:"existing"`
}

// ExistingBucket is an existing data bucket. The stack does not change its policy and its EventBridge setting.
type ExistingBucket struct {
	Bucket string `yaml:"bucket"`
	Key    string `yaml:"key"` // ARN of its KMS key
}

// Loaders.
const (
	Functions = "functions" // Step Functions and Lambda
	Instance  = "instance"  // an EC2 instance, option B
)

// Loading configures the loading of snapshots.
type Loading struct {
	With string `yaml:"with"` // functions (default) or instance
	// Concurrency is the number of snapshots to load in parallel; default 10. In an account with a small quota of
	// concurrent executions fewer are loaded. The others wait in a queue.
	Concurrency int `yaml:"concurrency"`
	// Paused keeps snapshots under data/ until this is turned off again, as during an adoption.
	Paused bool `yaml:"paused"`
	// Image is the machine image (AMI) of the instance, Amazon Linux 2023 for arm64.
	Image string `yaml:"image"`
	// Type of the instance; default t4g.micro.
	Type string `yaml:"type"`
}

// QuickSight is the optional stack of dashboards.
type QuickSight struct {
	Viewers        []string `yaml:"viewers"` // groups that see the dashboard
	Authors        []string `yaml:"authors"` // groups that may edit the analysis
	Namespace      string   `yaml:"namespace"`
	IdentityRegion string   `yaml:"identity_region"` // of QuickSight's users; default the hub's
	DirectQuery    bool     `yaml:"direct_query"`    // instead of a daily copy to SPICE
	RefreshAt      string   `yaml:"refresh_at"`      // HH:MM in the schedules' time zone; default 06:00
	// ExistingSecretsRole means that the account already has QuickSight's role for secrets.
	ExistingSecretsRole bool `yaml:"existing_secrets_role"`
	// Rows limit groups to the accounts of a customer, a partner or both.
	Rows []RowRule `yaml:"rows"`
}

// RowRule lets a group see the accounts of a customer, of a partner, or of both at once. With neither it sees all.
type RowRule struct {
	Group    string `yaml:"group"`
	Customer string `yaml:"customer"`
	Partner  string `yaml:"partner"`
}

// Alarms configures the notifications of all alarms.
type Alarms struct {
	Emails      []string `yaml:"emails"`       // each must confirm the subscription
	SilentHours int      `yaml:"silent_hours"` // without a snapshot before an account is silent; default 26
}

// Logs configures the logs of functions, state machines and the database.
type Logs struct {
	Days int `yaml:"days"` // default 30; a retention period of CloudWatch Logs
}
