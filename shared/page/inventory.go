package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// inventory is the state of the instances managed by Systems Manager.
type inventory struct {
	Instances, Online, OldAgents            int64
	Missing, Failed, RebootPending, Patches int64 // patches by state; RebootPending: installed, but the instance has not restarted
	Platforms                               []platform
}

type platform struct {
	Name      string
	Instances int64
}

const managedInstancesSQL = `
select coalesce(nullif(platform, ''), 'unknown') as name, count(*) as instances,
  count(*) filter (where ping_status = 'Online') as online, count(*) filter (where not is_latest_version) as old_agents
from view_inventory_instances
where account = any(@accounts) and (@region = '' or account_region = @region)
group by 1
order by 2 desc, 1`

const patchStatesSQL = `
select count(*) as patches, count(*) filter (where state = 'Missing') as missing,
  count(*) filter (where state = 'Failed') as failed, count(*) filter (where state = 'InstalledPendingReboot') as reboot
from view_inventory_patches
where account = any(@accounts) and (@region = '' or account_region = @region)`

func readInventory(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (v inventory, err error) {
	type platformCount struct {
		platform
		Online, OldAgents int64
	}
	counts, err := queryRows[platformCount](ctx, tx, managedInstancesSQL, args)
	if err != nil {
		return v, fmt.Errorf("counting instances: %w", err)
	}
	for _, c := range counts {
		v.Instances, v.Online, v.OldAgents = v.Instances+c.Instances, v.Online+c.Online, v.OldAgents+c.OldAgents
		v.Platforms = append(v.Platforms, c.platform)
	}
	v.Platforms = v.Platforms[:min(len(v.Platforms), panelRows)]
	err = tx.QueryRow(ctx, patchStatesSQL, args).Scan(&v.Patches, &v.Missing, &v.Failed, &v.RebootPending)
	if err != nil {
		return v, fmt.Errorf("counting patches: %w", err)
	}
	return v, nil
}
