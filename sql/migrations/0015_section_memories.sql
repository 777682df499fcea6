-- A section that was loaded whole, and whose rows nobody has written since, need not be loaded again.
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
  'The section that each large table was last loaded from whole, for each accounts row. Rows may be deleted at any time: the next load compares every row then.';
comment on column view360.section_memories.account_row_id is 'accounts.id.';
comment on column view360.section_memories.table_name is 'Table in schema public.';
comment on column view360.section_memories.fingerprint is
  'SHA-256 over the bytes of the section, the loading program and what else decides which rows come of it.';
comment on column view360.section_memories.bytes is 'Size of the section.';
comment on column view360.section_memories.observed_at is 'When the section was collected.';
comment on column view360.section_memories.read is 'Rows in the section.';
comment on column view360.section_memories.exact is 'Whether the rows of the section were all the table had of the account.';
comment on column view360.section_memories.versions is
  'Sum over the rows of a hash of id and writing transaction: another one when any row was written, added or deleted since.';
