-- RDS refuses the password of every member of rds_iam, also of an indirect one, and the creator of a role is a member of
-- it, from PostgreSQL 16 on for ever. So another role creates the two logins that use IAM tokens, and is dropped: the
-- master user is a member of neither, and only RDS can drop them again. They own nothing. The owner of the schema has no
-- login; the migrator acts as the owner in each session, and the master user is a member of it.
do $$
declare
  master    text := current_user;
  role_name text;
  relation  record;
begin
  -- For tokens.sql, which grants rds_iam.
  perform set_config('view360.token_users', coalesce((
    select string_agg(oid::text, ',') from pg_roles
    where pg_has_role(oid, (select oid from pg_roles where rolname = 'rds_iam'), 'member')), ''), true);

  foreach role_name in array '{view360_owner, view360_dashboard, view360_contacts}'::text[] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I', role_name);
    end if;
  end loop;
  alter role view360_dashboard login;
  alter role view360_contacts login;
  execute format('grant view360_owner to %I', master);
  grant view360_dashboard, view360_contacts to view360_owner with admin option;

  create role view360_creator createrole;
  execute format('grant view360_creator to %I', master);
  set local role view360_creator;
  if not exists (select from pg_roles where rolname = 'view360_migrator') then
    create role view360_migrator login;
    alter role view360_migrator set role = 'view360_owner';
  end if;
  if not exists (select from pg_roles where rolname = 'view360_loader') then
    create role view360_loader login;
  end if;
  execute format('set local role %I', master);
  drop role view360_creator;
  grant view360_owner to view360_migrator;

  execute format('grant create, connect on database %I to view360_owner', current_database());
  grant create, usage on schema public to view360_owner;

  -- In an adopted database, the objects of the master user get the owner that may change them. The master user, as a
  -- member of the owner, can still use them.
  for relation in
    select oid::regclass as name, relkind from pg_class
    where relnamespace = 'public'::regnamespace and relowner = quote_ident(master)::regrole and relkind in ('r', 'v')
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e') -- of an extension
  loop
    execute format('alter %s %s owner to view360_owner', case relation.relkind when 'v' then 'view' else 'table' end, relation.name);
  end loop;
  for relation in
    select oid::regtype as name from pg_type
    where typnamespace = 'public'::regnamespace and typowner = quote_ident(master)::regrole and typtype = 'e'
  loop
    execute format('alter type %s owner to view360_owner', relation.name);
  end loop;
end $$
