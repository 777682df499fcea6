-- Rows and watermarks that an earlier release loaded from a snapshot of the future kept all later snapshots from changing
-- anything. Their time is not known, as that of adopted rows, so the next snapshot replaces them.
-- +goose Up
delete from view360.section_watermarks where observed_at > current_timestamp + interval '1 day';
delete from view360.period_watermarks where observed_at > current_timestamp + interval '1 day';

-- +goose StatementBegin
do $$
declare relation regclass;
begin
  for relation in
    select attrelid::regclass from pg_attribute
    where attname = 'observed_at' and not attisdropped and attrelid in (select oid from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r')
  loop
    execute format('update %s set observed_at = null where observed_at > current_timestamp + interval ''1 day''', relation);
  end loop;
end $$;
-- +goose StatementEnd
