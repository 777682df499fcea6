package load

import (
	"context"
	"fmt"
	"slices"
)

// Some keys are unique without the account, such as the ARN of a finding: the regions of an account may report the same
// thing. What one account has reported no other one can take over, whatever ids it writes.

// keyLacksAccount reports whether the key leaves open whose row it is.
func (t Table) keyLacksAccount() bool {
	return !slices.ContainsFunc(t.ownerColumns(), func(name string) bool { return slices.Contains(t.Key, name) })
}

// deleteForeignSQL takes the rows that another account has reported out of the stage, and returns their places. $1 is the
// accounts row.
func (t Table) deleteForeignSQL() string {
	owner := "join accounts o on o.id = t.account_id"
	if t.Parent != nil {
		owner = fmt.Sprintf("join %s p on p.id = t.%s join accounts o on o.id = p.account_id", t.Parent.Table, quoteName(t.Parent.Column))
	}
	return fmt.Sprintf("delete from %s x using %s t %s where %s and o.account_id <> (select account_id from accounts where id = $1) returning x._parent, x._row",
		t.tempTable(), t.Name, owner, t.sameKeySQL("x", "t"))
}

// stillOwnSQL keeps an update from a row that another account has added since [Table.othersRows] looked.
func (t Table) stillOwnSQL() string {
	if !t.keyLacksAccount() {
		return ""
	}
	owner := "t.account_id"
	if t.Parent != nil {
		owner = fmt.Sprintf("(select account_id from %s where id = t.%s)", t.Parent.Table, quoteName(t.Parent.Column))
	}
	return fmt.Sprintf(" and (select account_id from accounts where id = %s) = (select account_id from accounts where id = $1)", owner)
}

// rejectForeignRows rejects the rows that another account has reported.
func (s *Session) rejectForeignRows(ctx context.Context, t Table, staged *copyResult, counts *Counts) error {
	if !t.keyLacksAccount() {
		return nil
	}
	return s.rejectRows(ctx, t, issue{column: t.Key[0], reason: "another account has reported it"}, t.deleteForeignSQL(), staged, counts)
}

// rejectOrphans rejects the rows whose parent does not exist, or is another account's.
func (s *Session) rejectOrphans(ctx context.Context, t Table, staged *copyResult, counts *Counts) error {
	if t.Parent == nil {
		return nil
	}
	why := issue{column: t.Parent.Column, reason: "its row in " + t.Parent.Table + " does not exist"}
	return s.rejectRows(ctx, t, why, t.deleteOrphansSQL(), staged, counts)
}

// rejectRows runs a statement that takes rows out of the stage and returns their places, and notes them as rejected.
func (s *Session) rejectRows(ctx context.Context, t Table, why issue, statement string, staged *copyResult, counts *Counts) error {
	rows, err := s.Tx.Query(ctx, statement, s.account)
	if err != nil {
		return fmt.Errorf("looking for rows that do not belong: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&why.at.parent, &why.at.index); err != nil {
			return fmt.Errorf("reading a row that does not belong: %w", err)
		}
		counts.Rejected++
		if len(staged.issues) < maxStoredIssues {
			staged.issues = append(staged.issues, why)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("looking for rows that do not belong: %w", err)
	}
	return nil
}
