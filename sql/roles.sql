-- Three users besides the owner, without passwords. Loaders sign in with IAM tokens if the server supports them; an
-- operator or the deployment sets the passwords of the others, which RDS accepts only from users outside rds_iam.
-- Roles belong to the whole server, so they may exist because of another database.
do $$
declare name text;
begin
  foreach name in array '{view360_loader, view360_dashboard, view360_contacts}'::text[] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I login', name);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'rds_iam' and not pg_has_role('view360_loader', oid, 'member')) then
    grant rds_iam to view360_loader;
  end if;
end $$;

-- The loader writes rows and creates no objects.
grant usage on schema public, view360 to view360_loader;
grant select, insert, update, delete on all tables in schema public to view360_loader;
grant select, insert, update, delete on view360.loads, view360.section_watermarks, view360.period_watermarks, view360.section_memories, view360.rejects, view360.outcomes to view360_loader;
grant usage on all sequences in schema public, view360 to view360_loader;

-- Dashboards read views, never tables. Only view360_contacts reads people's names, addresses and telephone numbers.
grant usage on schema public, view360 to view360_dashboard;
do $$
declare relation regclass;
begin
  for relation in
    select oid from pg_class
    where relkind = 'v' and relnamespace in ('public'::regnamespace, 'view360'::regnamespace)
      and relname not in ('view_contact_info', 'view_alternate_contacts')
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e') -- of an extension
  loop
    execute format('grant select on %s to view360_dashboard', relation);
  end loop;
end $$;
grant view360_dashboard to view360_contacts;
grant select on view_contact_info, view_alternate_contacts to view360_contacts;
