-- A section that was loaded completely, and whose rows have not been written since, need not be loaded again.
-- +goose Up
create table view360.section_memories (
  account_row_id integer not null,
  table_name     text not null,
  fingerprint    text not null,
  bytes          bigint not null,
  observed_at    timestamptz not null,
  read           bigint not null,
  exact          boolean not null,
  versions       numeric not null,
  constraint section_memories_pkey primary key (account_row_id, table_name),
  constraint section_memories_account_row_id_fkey
    foreign key (account_row_id) references accounts (id) on delete cascade
);

comment on table view360.section_memories is
  'Section of the last complete load of each large table, for each accounts row. Rows may be deleted at any time; the next load then compares every row.';
comment on column view360.section_memories.account_row_id is 'accounts.id.';
comment on column view360.section_memories.table_name is 'Table in schema public.';
comment on column view360.section_memories.fingerprint is
  'SHA-256 of the section, the loading program, and the other inputs that determine the rows.';
comment on column view360.section_memories.bytes is 'Size of the section.';
comment on column view360.section_memories.observed_at is 'When the section was collected.';
comment on column view360.section_memories.read is 'Rows in the section.';
comment on column view360.section_memories.exact is 'Whether the table had no other rows of the account than those of the section.';
comment on column view360.section_memories.versions is
  'Sum of a hash of id and writing transaction over the rows; it differs if any row was written, added, or deleted since.';
