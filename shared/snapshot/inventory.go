package snapshot

// InventoryInstance is one element of inventory.instances: a node that Systems Manager manages.
type InventoryInstance struct {
	InstanceID               string  `json:"instance_id"`
	Platform                 *string `json:"platform"` // PlatformName, such as Amazon Linux
	PlatformType             *string `json:"platform_type"`
	PlatformVersion          *string `json:"platform_version"`
	AgentVersion             *string `json:"agent_version"`
	IsLatestVersion          *bool   `json:"is_latest_version"`
	LastPing                 *Time   `json:"last_ping"`
	ComputerName             *string `json:"computer_name"`
	InstanceType             *string `json:"instance_type"` // EC2Instance or ManagedInstance
	IPAddress                *string `json:"ip_address"`
	PingStatus               *string `json:"ping_status"`
	LastPingDateTime         *Time   `json:"last_ping_date_time"` // the same as LastPing
	AssociationStatus        *string `json:"association_status"`
	AssociationExecutionDate *Time   `json:"association_execution_date"`
	AssociationSuccessDate   *Time   `json:"association_success_date"`
}

// InventoryApplication is one element of inventory.applications. The texts are the agent's own.
type InventoryApplication struct {
	InstanceID      string  `json:"instance_id"`
	Name            *string `json:"name"`
	Version         *string `json:"version"`
	Publisher       *string `json:"publisher"`
	Architecture    *string `json:"architecture"`
	ApplicationType *string `json:"application_type"`
	InstallTime     *string `json:"install_time"`
}

// InventoryPatch is one element of inventory.patches.
type InventoryPatch struct {
	InstanceID     string  `json:"instance_id"`
	Title          *string `json:"title"`
	Classification string  `json:"classification"` // Normal when the API has none
	Severity       string  `json:"severity"`       // the text None when the API has none
	State          *string `json:"state"`          // Installed, Missing, Failed, …
	InstalledTime  *Time   `json:"installed_time"` // null for a patch that is not installed
}
