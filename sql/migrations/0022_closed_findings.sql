-- What somebody suppresses, resolves or archives in a console keeps its time of update, so that no later snapshot lists it
-- as changed. Snapshots that list all open findings show what is no longer open.
-- +goose Up
alter table findings add column closed_at timestamptz;
alter table guard_duty_findings add column closed_at timestamptz;

comment on column findings.closed_at is
  'When a snapshot with all open findings did not list this one, though its last known status is open; null while it is open, or known to be closed.';
comment on column guard_duty_findings.closed_at is
  'When a snapshot with all findings that are not archived did not list this one, though it was not archived when last seen; else null.';
