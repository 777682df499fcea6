package dbuser

// The queries that show what of [Cluster.Ensure] does not hold: each gives one text, null if all holds. The master user runs
// them.
const (
	// MissingUsers lists users that do not exist, cannot sign in, or may do too little or too much.
	MissingUsers = `select string_agg(name || ' ' || lack, ', ' order by name) from (
  select name, case
    when oid is null then 'does not exist'
    when token and not pg_has_role(oid, (select oid from pg_roles where rolname = 'rds_iam'), 'member') then 'cannot sign in with tokens'
    when not rolcanlogin then 'cannot sign in'
    when name = 'view360_loader' and not has_table_privilege(oid, to_regclass('public.accounts'), 'insert') then 'may not write'
    when name = 'view360_dashboard' and not has_table_privilege(oid, to_regclass('public.view_summary'), 'select') then 'may not read'
    when name = 'view360_dashboard' and has_table_privilege(oid, to_regclass('public.accounts'), 'insert') then 'may write'
  end as lack
  from (values ('view360_migrator', true), ('view360_loader', true), ('view360_dashboard', false)) as wanted (name, token)
  left join pg_roles on rolname = name) as users where lack is not null`
	// LockedMaster gives the master user if RDS will refuse its password, because it is a member of rds_iam, also of an
	// indirect one. Other members may well sign in with tokens.
	LockedMaster = `select current_user::text where pg_has_role((select oid from pg_roles where rolname = 'rds_iam'), 'member')`
)
