-- The owner of the schema signs in with IAM tokens and creates the users of the loaders.
do $$
declare relation record;
begin
  if not exists (select from pg_roles where rolname = 'view360_migrator') then
    create role view360_migrator login createrole;
  end if;
  if not exists (select from pg_roles where rolname = 'view360_dashboard') then
    create role view360_dashboard login;
  end if;
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to view360_migrator with admin option;
  end if;
  grant view360_dashboard to view360_migrator with admin option;
  execute format('grant view360_migrator to %I', current_user);
  execute format('grant create, connect on database %I to view360_migrator', current_database());
  grant create, usage on schema public to view360_migrator;

  -- In an adopted database, the objects of the master user get the owner that may change them. The master user, as a
  -- member of the owner's role, can still use them.
  for relation in
    select oid::regclass as name, relkind from pg_class
    where relnamespace = 'public'::regnamespace and relowner = current_user::regrole and relkind in ('r', 'v')
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e') -- of an extension
  loop
    execute format('alter %s %s owner to view360_migrator', case relation.relkind when 'v' then 'view' else 'table' end, relation.name);
  end loop;
  for relation in
    select oid::regtype as name from pg_type
    where typnamespace = 'public'::regnamespace and typowner = current_user::regrole and typtype = 'e'
  loop
    execute format('alter type %s owner to view360_migrator', relation.name);
  end loop;
end $$
