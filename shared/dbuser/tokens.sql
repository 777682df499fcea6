-- Fails, and so undoes users.sql too, rather than lock out a user who had a password before.
do $$
declare locked text;
begin
  if not exists (select from pg_roles where rolname = 'rds_iam') then
    return;
  end if;
  grant rds_iam to view360_migrator, view360_loader;
  select string_agg(rolname, ', ') into locked from pg_roles
  where rolcanlogin and not rolsuper and rolname <> all ('{view360_migrator, view360_loader}')
    and pg_has_role(oid, 'rds_iam', 'member')
    and oid::text <> all (string_to_array(current_setting('view360.token_users'), ','));
  if locked is not null then
    raise exception 'RDS would refuse the password of %, which would be a member of rds_iam', locked;
  end if;
end $$
